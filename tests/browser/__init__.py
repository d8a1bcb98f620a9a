"""Pages of the site in a real browser, behind the CDN's behaviours, functions and headers as the program makes them."""
