"""Plain values as YAML in the registry's style: short lists of words on one line, quotes where a guess may be wrong."""

import io
import re
from collections.abc import Mapping
from typing import cast

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.scalarstring import SingleQuotedScalarString

from plugins.registry.plain_scalar import kind_of

_SHORT = 4
"""Lists of commands and names of at most this many words stand on one line."""


def in_lines(value: object, *, column: int, line_break: str) -> str:
    """A mapping with one key a line, from a column on."""
    lines = _dump(_commented(value)).splitlines()
    return "".join((" " * column + line if line else line) + line_break for line in lines)


def in_braces(value: Mapping[str, object]) -> str:
    """A mapping on one line, without its own braces: a key and its value for a mapping in braces."""
    found = cast("CommentedMap", _commented(value))
    found.fa.set_flow_style()  # pyright: ignore[reportUnknownMemberType]  # untyped in ruamel
    return _dump(found).strip()[1:-1]


def on_one_line(value: object) -> str:
    """Any value, to stand behind a key."""
    found = CommentedSeq([_commented(value)])
    found.fa.set_flow_style()  # pyright: ignore[reportUnknownMemberType]  # untyped in ruamel
    return _dump(found).strip()[1:-1]


def _dump(document: object) -> str:
    writer = YAML(typ="rt")
    writer.width = 10_000
    writer.indent(mapping=2, sequence=4, offset=2)  # pyright: ignore[reportUnknownMemberType]  # untyped in ruamel
    stream = io.StringIO()
    writer.dump(document, stream)  # pyright: ignore[reportUnknownMemberType]  # untyped in ruamel
    return stream.getvalue()


def _commented(value: object) -> object:
    """Plain values as ruamel writes them in the registry's style."""
    if isinstance(value, Mapping):
        found = CommentedMap()
        for key, item in cast("Mapping[str, object]", value).items():
            found[_commented(key)] = _commented(item)
        return found
    if isinstance(value, list):
        items = cast("list[object]", value)
        sequence = CommentedSeq([_commented(item) for item in items])
        if len(items) <= _SHORT and all(isinstance(item, str) and re.fullmatch(r"[\w.-]+", item) for item in items):
            sequence.fa.set_flow_style()  # pyright: ignore[reportUnknownMemberType]  # untyped in ruamel
        return sequence
    if isinstance(value, str) and kind_of(value) is not None:
        # ruamel follows YAML 1.2, in which `yes` is text; the loader, like most readers, takes it for a boolean.
        return SingleQuotedScalarString(value)
    return value
