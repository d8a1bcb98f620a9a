"""The example application, run: its own tests, and its pages in a browser."""
