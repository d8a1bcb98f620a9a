"""Pure planning: settings and registry entries in, every name, size and number out. No Pulumi in here."""

import sys
from importlib.util import find_spec

if find_spec("pydantic") is None:  # all commands pass here before they import a package
    sys.exit(
        f"{sys.executable} has none of this project's packages.\n"
        "Run `make venv`, then `. .venv/bin/activate`, and `python` is the one that has them."
    )
