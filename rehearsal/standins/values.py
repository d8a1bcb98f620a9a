"""Property values as the engine sends them, in Python's own types.

A value is None, bool, int, float, str, list, dict or Secret; an unknown is one of the engine's marker texts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeGuard

Value: TypeAlias = Any  # a recursive union would need a cast at every step into a document
Map: TypeAlias = dict[str, Any]

SIGNATURE = "4dabf18193072939515e22adb298388d"
"""The engine's key for "this object is a special value"."""
SECRET = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105  # the engine's public mark, not a password
"""What stands at that key where the special value is a secret."""

UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
UNKNOWNS = frozenset(
    {
        UNKNOWN,  # of any type or a string; the engine keeps one marker for each type
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",  # bool
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",  # number
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",  # list
        "030794c1-ac77-496b-92df-f27374a8bd58",  # asset
        "e48ece36-62e2-4504-bad9-02848725956a",  # archive
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",  # object
    }
)


@dataclass(frozen=True)
class Secret:
    """A value that the engine encrypts in the state and hides in what it prints."""

    value: Value

    def __repr__(self) -> str:
        return "Secret(...)"


def is_map(value: Value) -> TypeGuard[Map]:
    """Whether the value is an object."""
    return isinstance(value, dict)


def is_list(value: Value) -> TypeGuard[list[Any]]:
    """Whether the value is a list."""
    return isinstance(value, list)


def is_unknown(value: Value) -> bool:
    """Whether the value itself is not known yet."""
    return isinstance(value, str) and value in UNKNOWNS


def has(value: Value, test: Callable[[Value], bool]) -> bool:
    """Whether the test holds for the value or anything in it."""
    if test(value):
        return True
    if isinstance(value, Secret):
        return has(value.value, test)
    if is_map(value):
        return any(has(item, test) for item in value.values())
    return is_list(value) and any(has(item, test) for item in value)


def has_unknown(value: Value) -> bool:
    """Whether the value or anything in it is not known yet."""
    return has(value, is_unknown)


def has_secret(value: Value) -> bool:
    """Whether the value or anything in it is secret."""
    return has(value, lambda item: isinstance(item, Secret))


def without_secrets(value: Value) -> Value:
    """A deep copy in which every secret is replaced by its content."""
    if isinstance(value, Secret):
        return without_secrets(value.value)
    if is_map(value):
        return {key: without_secrets(item) for key, item in value.items()}
    if is_list(value):
        return [without_secrets(item) for item in value]
    return value
