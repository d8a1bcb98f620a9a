"""What an error may show of an input: nothing that may be secret, on one line, printable on any terminal."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias, cast

from planning.inputs.problem import HIDDEN, reads_as_secret

Hides: TypeAlias = Callable[[tuple[str, ...]], bool]
"""Whether what stands at a path of keys may be secret."""
MAX_SHOWN = 100
_SECRET_NAME = re.compile(r"(^|_)(SECRET|PASSWORD|PASSWD|TOKEN|API_?KEY|PRIVATE_KEY|CREDENTIALS?|PEPPER|DSN)$")
_SECRETIVE = frozenset({"env", "secrets", "derivedSecrets"})
_NAME = re.compile(r"([a-z-]{1,20}:)?[A-Za-z_][A-Za-z0-9_-]{0,62}|[0-9]{1,5}")
"""What may be the name of a variable, or a place in a list."""


def looks_secret(name: str, value: str) -> bool:
    """Whether a variable has the name of a secret, or a value that reads as one."""
    return bool(_SECRET_NAME.search(name)) or reads_as_secret(value)


def reads_secrets(path: tuple[str, ...]) -> bool:
    """Whether what stands at a path of keys of the registry may be secret."""
    return not _SECRETIVE.isdisjoint(path)


def open_path(path: tuple[str, ...], hides: Hides = reads_secrets) -> tuple[str, ...]:
    """A path of keys as people may read it: `env: {PASSWORD=x: y}` has a secret for a key."""
    return tuple(
        HIDDEN if reads_as_secret(part) or (hides(path[:at]) and not _NAME.fullmatch(part)) else part
        for at, part in enumerate(path)
    )


def shown(value: object) -> str:
    """A value in an error; of what stands in a mapping only the keys, as a name may make a secret of it."""
    text = _text(value)
    return HIDDEN if reads_as_secret(text) else on_one_line(text, limit=MAX_SHOWN)


def on_one_line(text: str, *, limit: int) -> str:
    """A text without what no terminal shows, cut at a number of characters."""
    clean = "".join(char if char.isprintable() else "?" for char in text[: limit + 1])
    return clean if len(clean) <= limit else clean[:limit] + "..."


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: ..." for key in cast("Mapping[str, object]", value)) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_text(item) for item in cast("Sequence[object]", value)[:MAX_SHOWN]) + "]"
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    return str(value)
