"""Terminal and files: what every command shares."""
