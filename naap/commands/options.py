"""What commands share: an option means the same wherever it is."""

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer
import yaml

ROOT = Path(__file__).resolve().parents[2]
"""The checkout that a command belongs to, from wherever it is called."""


def _stacks() -> Iterable[str]:
    return sorted(path.name.split(".")[1] for path in ROOT.glob("Pulumi.*.yaml"))


def _entries() -> Iterable[str]:
    try:
        return list(yaml.safe_load((ROOT / "plugins" / "registry.yaml").read_text())["plugins"])
    except (OSError, yaml.YAMLError, KeyError, TypeError):
        return []  # of a file that is wrong, nothing is proposed


Stack = Annotated[
    str, typer.Option("--stack", metavar="NAME", help="Stack, of Pulumi.NAME.yaml.", autocompletion=_stacks)
]
Registry = Annotated[
    Path | None,
    typer.Option("--registry", metavar="FILE", help="Registry, instead of the one that the stack names."),
]
Users = Annotated[
    int | None,
    typer.Option("--users", metavar="N", help="Users, instead of the stack's number; up to 10,000,000."),
]
Json = Annotated[bool, typer.Option("--json", help="The answer as JSON.")]
Entry = Annotated[
    str, typer.Argument(metavar="NAME", help="Entry of the registry.", autocompletion=_entries, show_default=False)
]
DEV = "dev"
