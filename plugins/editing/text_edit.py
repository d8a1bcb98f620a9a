"""Changes single entries of the registry's text and leaves every other byte of the file as people wrote it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from planning.inputs.problem import InvalidInputError, refusal
from plugins.editing.yaml_dump import in_lines
from plugins.editing.yaml_edit import BREAKS, changed, compose, end_of, keeps_breaks, line_break, line_end, line_start


@dataclass(frozen=True, kw_only=True)
class RegistryText:
    """The text of a valid registry, without a byte order mark."""

    text: str
    file: str

    def append(self, name: str, entry: Mapping[str, Any]) -> str:
        """The text with a new entry at its end."""
        text, ending = self.text, line_break(self.text)
        key, entries = self._entries()
        column, last, separator = key.start_mark.column + 2, 0, ending
        if entries:
            (first, _), (_, value) = entries[0], entries[-1]
            column, last = first.start_mark.column, end_of(text, value)
            # A blank line would become a part of the text before it.
            separator = "" if keeps_breaks(text, value) and not text[last:].strip() else ending
        else:
            text = self._opened()
        stop = re.compile(r"^\.\.\.", re.MULTILINE).search(text, last)
        at = stop.start() if stop else len(text)
        head = text[: max(last, len(text[:at].rstrip()))]
        first_break = "" if head[-1] in BREAKS else ending
        block = in_lines({name: entry}, column=column, line_break=ending)
        return f"{head}{first_break}{separator}{block}{text[at:]}"

    def change(self, name: str, changes: Mapping[str, object]) -> str:
        """The text with one entry changed: mappings are merged into it, None removes a key."""
        start, end, _ = self._span(name)
        return self.text[:start] + changed(self.text[start:end], (name,), changes) + self.text[end:]

    def remove(self, name: str) -> str:
        """The text without an entry, without the comments directly above it and those indented below it."""
        start, end, column = self._span(name)
        before, after = (part.splitlines(keepends=True) for part in (self.text[:start], self.text[end:]))
        while before and _comment_column(before[-1]) == column:
            before.pop()
        own = 0
        for number, line in enumerate(after, start=1):
            found = _comment_column(line)
            if line.strip() and (found is None or found <= column):
                break
            own = number
        rest = "".join(after[own:])
        head = "".join(before)
        key, entries = self._entries()
        names = [str(each.value) for each, _ in entries]
        if not rest:
            previous = end_of(self.text, entries[-2][1]) if len(names) > 1 else 0
            head = head[: max(previous, line_end(head, len(head.rstrip())))]
        if len(names) > 1:
            return head + rest
        colon = head.index(":", key.end_mark.index) + 1
        return f"{head[:colon]} {{}}{head[colon:]}{rest}"

    def _entries(self) -> tuple[Any, list[tuple[Any, Any]]]:
        """The key `plugins`, and keys and values below it.

        Raises InvalidInputError for entries that don't begin a line of their own.
        """
        key, value = next(pair for pair in compose(self.text).value if pair[0].value == "plugins")
        if not isinstance(value, yaml.MappingNode) or not value.value:
            return key, []
        if value.flow_style or any(entry.flow_style for _, entry in value.value):
            raise self._unfit("{...}", "entries in block style, one field a line", "write the entries without braces")
        for name, _ in value.value:
            if line_start(self.text, name.start_mark.index) is None:
                fix = f"begin the line with {name.value}:"
                raise self._unfit(f"? {name.value}", "each entry begins a line with its name", fix)
        return key, list(value.value)

    def _span(self, name: str) -> tuple[int, int, int]:
        """Offsets of an entry's first line and of the line behind its last, and its column."""
        key, value = next(pair for pair in self._entries()[1] if pair[0].value == name)
        column = int(key.start_mark.column)
        return int(key.start_mark.index) - column, end_of(self.text, value), column

    def _opened(self) -> str:
        """A registry without entries, ready for its first."""
        value = next(value for key, value in compose(self.text).value if key.value == "plugins")
        start, end = int(value.start_mark.index), int(value.end_mark.index)
        if "#" in self.text[start:end]:
            raise self._unfit("{...}", "no comment within the braces", "plugins:")
        return self.text[:start].rstrip(" ") + self.text[end:]

    def _unfit(self, value: str, rule: str, fix: str) -> InvalidInputError:
        return refusal(file=self.file, field="plugins", value=value, rule=rule, fix=fix)


def _comment_column(line: str) -> int | None:
    """Where a line that is nothing but a comment begins it."""
    found = line.lstrip()
    return len(line) - len(found) if found.startswith("#") else None
