"""What each environment must hold to, by the name of its stack and the number of its users."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from policies.rule import Environment, Size

FILE = Path(__file__).with_name("environments.yaml")
DEFAULT = "default"
USERS = "naap:users"


def environment_of(stack: str, users: int | None = None) -> Environment:
    """The demands on a stack; the strict ones for a stack that the file doesn't name.

    A preview environment, STACK.NAME, is held to what the stack is on which it stands.

    users: how many the stack is made for; None: not known, so that whatever some size allows is allowed.
    """
    stated = yaml.safe_load(FILE.read_text())
    return Environment(
        **{**stated[DEFAULT], **stated.get(stack.partition(".")[0], {})}, size=_size(stated["sizes"], users)
    )


@cache
def users_of(stack: str, project: Path = FILE.parent.parent) -> int | None:
    """How many users a stack is made for, as its configuration beside the pack says; None where there is none.

    The engine doesn't hand a stack's configuration to packs in Python.
    """
    file = project / f"Pulumi.{stack}.yaml"
    stated: dict[str, dict[str, Any]] = (yaml.safe_load(file.read_text()) or {}) if file.is_file() else {}
    users = stated.get("config", {}).get(USERS)
    return None if users is None else int(users)


def stack_of(urn: str) -> str:
    """The stack's name in a URN (urn:pulumi:STACK::PROJECT::TYPE::NAME)."""
    return urn.split("::", maxsplit=1)[0].rpartition(":")[2]


def _size(sizes: Sequence[dict[str, Any]], users: int | None) -> Size:
    covering = [size for size in sizes if users is not None and users <= size["users"]]
    chosen = sizes if users is None else covering[:1] or sizes[-1:]
    fields = ("databases", "caches", "nodes", "price_classes")
    allowed = {name: tuple(dict.fromkeys(item for size in chosen for item in size[name])) for name in fields}
    return Size(**allowed, locked_backups=all(size.get("locked_backups", False) for size in chosen))
