"""What commands share: an option means the same wherever it is."""

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer
import yaml

ROOT = Path(__file__).resolve().parents[2]
"""The checkout that a command belongs to, from wherever it is called."""


def stacks() -> Iterable[str]:
    """Of this checkout; those of preview environments have a dot in their names."""
    names = (path.name.removeprefix("Pulumi.").removesuffix(".yaml") for path in ROOT.glob("Pulumi.*.yaml"))
    return sorted(name for name in names if "." not in name)


def _entries() -> Iterable[str]:
    own = [path.stem for path in (ROOT / "plugins" / "registry.d").glob("*.yaml")]
    try:
        return [*yaml.safe_load((ROOT / "plugins" / "registry.yaml").read_text())["plugins"], *own]
    except (OSError, yaml.YAMLError, KeyError, TypeError):
        return own  # of a file that is wrong, nothing is proposed


Stack = Annotated[
    str, typer.Option("--stack", metavar="NAME", help="Stack, of Pulumi.NAME.yaml.", autocompletion=stacks)
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


def registry_file(stack: str, registry: Path | None) -> Path:
    """What a command tends: a stated file, or the stack's."""
    from stack.configuration import load_stack_config, registry_of

    return registry or ROOT / registry_of(load_stack_config(ROOT, stack))
