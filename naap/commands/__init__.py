"""Names, arguments and help of every command; each loads what it needs only when it runs."""
