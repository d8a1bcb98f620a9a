"""The command line."""

import sys
from importlib.util import find_spec

if find_spec("typer") is None:
    sys.exit(
        f"{sys.executable} has none of this project's packages.\n"
        "Run `make venv`, then `. .venv/bin/activate`: `naap` and `python` are then the ones that have them."
    )
