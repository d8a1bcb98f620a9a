"""The subcommands of `python -m planning`, one a module: its arguments, its answer as data and as text."""
