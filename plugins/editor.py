"""Changes single entries of the registry's text and leaves every other byte of the file as people wrote it."""

import io
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast

import yaml
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.scalarstring import SingleQuotedScalarString

from planning.problem import InvalidInputError, Problem
from plugins.yaml_text import Loader, is_plain_text

_SHORT = 4
"""Lists of commands and names of at most this many words stand on one line."""


@dataclass(frozen=True, kw_only=True)
class _Span:
    """Lines of an entry: from its key (included) to its end (excluded, trailing blanks and comments as well)."""

    start: int
    end: int
    column: int


@dataclass(frozen=True, kw_only=True)
class RegistryText:
    """The text of a valid registry."""

    text: str
    file: str

    def append(self, name: str, entry: Mapping[str, Any]) -> str:
        """The text with a new entry at its end."""
        spans = self._spans()
        column = next((span.column for span in spans.values()), 2)
        head = self.text if spans else _opened(self.text)
        block = _indented(_dump(_commented({name: entry})), column)
        return f"{head.rstrip()}\n\n{block}"

    def change(self, name: str, edit: Callable[[CommentedMap], None]) -> str:
        """The text with one entry changed; comments in it stay."""
        span = self._spans()[name]
        lines = self.text.splitlines(keepends=True)
        block = "".join(_outdented(line, span.column) for line in lines[span.start : span.end])
        document: Any = _round_trip().load(block)  # pyright: ignore[reportUnknownMemberType]  # untyped in ruamel
        edit(document[name])
        lines[span.start : span.end] = [_indented(_dump(document), span.column)]
        return "".join(lines)

    def remove(self, name: str) -> str:
        """The text without an entry, and without the comments directly above it."""
        spans = self._spans()
        span = spans[name]
        lines = self.text.splitlines(keepends=True)
        start = span.start
        while start and lines[start - 1].strip().startswith("#") and _column(lines[start - 1]) == span.column:
            start -= 1
        end = span.end
        while end < len(lines) and not lines[end].strip():
            end += 1
        if len(spans) == 1:
            return "".join(lines[:start]).rstrip() + " {}\n" + "".join(lines[end:])
        return ("".join(lines[:start]) + "".join(lines[end:])).rstrip() + "\n"

    def _spans(self) -> dict[str, _Span]:
        """Where each entry stands. Raises InvalidInputError for entries that don't begin a line of their own."""
        root: Any = yaml.compose(self.text, Loader=Loader)
        entries = next(value for key, value in root.value if key.value == "plugins")
        if not isinstance(entries, yaml.MappingNode) or not entries.value:
            return {}
        lines = self.text.splitlines()
        if entries.flow_style or any(value.flow_style for _, value in entries.value):
            raise self._unfit("{...}", "entries in block style, one field a line", "write the entries without braces")
        keys = [(str(key.value), int(key.start_mark.line), int(key.start_mark.column)) for key, _ in entries.value]
        ends = [line for _, line, _ in keys[1:]] + [len(lines)]
        return {
            name: _Span(start=start, end=_trimmed(lines, start, end), column=column)
            for (name, start, column), end in zip(keys, ends, strict=True)
        }

    def _unfit(self, value: str, rule: str, fix: str) -> InvalidInputError:
        return InvalidInputError([Problem(file=self.file, entry="", field="plugins", value=value, rule=rule, fix=fix)])


def _trimmed(lines: list[str], start: int, end: int) -> int:
    while end > start + 1 and (not lines[end - 1].strip() or lines[end - 1].lstrip().startswith("#")):
        end -= 1
    return end


def _opened(text: str) -> str:
    """A registry without entries, ready for its first."""
    return re.sub(r"(?m)^plugins:[ \t]*(\{[ \t]*\}|~|null)?", "plugins:", text, count=1)


def _column(line: str) -> int:
    return len(line) - len(line.lstrip())


def _indented(text: str, column: int) -> str:
    return "".join(" " * column + line if line.strip() else line for line in text.splitlines(keepends=True))


def _outdented(line: str, column: int) -> str:
    return line[column:] if not line[:column].strip() else line.lstrip()


def _round_trip() -> YAML:
    found = YAML(typ="rt")
    found.preserve_quotes = True
    found.width = 10_000
    found.indent(mapping=2, sequence=4, offset=2)  # pyright: ignore[reportUnknownMemberType]  # untyped in ruamel
    return found


def _dump(document: object) -> str:
    stream = io.StringIO()
    _round_trip().dump(document, stream)  # pyright: ignore[reportUnknownMemberType]  # untyped in ruamel
    return stream.getvalue()


def _commented(value: object) -> object:
    """Plain values as ruamel writes them in house style: short lists of words on one line."""
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
    if isinstance(value, str) and not is_plain_text(value):
        # ruamel follows YAML 1.2, in which `yes` is text; the loader, like most readers, takes it for a boolean.
        return SingleQuotedScalarString(value)
    return value
