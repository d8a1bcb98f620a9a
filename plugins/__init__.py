"""The registry of plugins: the file that people edit, its schema and rules, and the command that tends it."""
