"""A manifest read with suspicion: each value is taken in the kind that is needed, or said to be wrong."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from planning.inputs.field_types import MAX_LABEL
from planning.inputs.text_values import is_visible
from plugins.registry.manifest_secrets import open_value


@dataclass(frozen=True, kw_only=True)
class ManifestReader:
    """One object of a manifest, and what was found on the way.

    derived: decisions that the manifest left open; wrong: what its author should correct. Both are for people.
    """

    source: Mapping[str, Any]
    path: str = ""
    derived: list[str] = field(default_factory=list[str])
    wrong: list[str] = field(default_factory=list[str])
    _asked: set[str] = field(default_factory=set[str])
    _parts: dict[str, "ManifestReader"] = field(default_factory=dict[str, "ManifestReader"])

    def value(self, key: str) -> object:
        """What stands there, of whatever kind."""
        self._asked.add(key)
        return self.source.get(key)

    def part(self, key: str) -> "ManifestReader | None":
        """An object within; None where there is none."""
        value = self.value(key)
        if value is None:
            return None
        if not isinstance(value, Mapping):
            self.fault(key, value, "is no object: ignored")
            return None
        inside = cast("Mapping[str, Any]", value)
        found = ManifestReader(source=inside, path=f"{self.path}{key}.", derived=self.derived, wrong=self.wrong)
        return self._parts.setdefault(key, found)

    def ignore(self) -> None:
        """Counts every field here as read: it was said that the object is of no use."""
        self._asked.update(self.source)

    def unread(self) -> Iterator[str]:
        """Paths of the fields that nothing was made of, at any depth."""
        for key in self.source:
            if key in self._parts:
                yield from self._parts[key].unread()
            elif key not in self._asked:
                yield f"{self.path}{open_value(key)}"

    def text(self, key: str, *, limit: int = 200) -> str | None:
        """Text on one line, without control characters; None where there is none."""
        value = self.value(key)
        if value is None:
            return None
        if not isinstance(value, str):
            self.fault(key, value, "is no text: ignored")
            return None
        clean = re.sub(r"[\x00-\x1f\x7f\u2028\u2029\x80-\x9f]+", " ", value).strip()
        if clean != value:
            self.fault(key, value, "has control characters or blanks around it: removed")
        if len(clean) > limit:
            self.fault(key, value, f"is longer than {limit} characters: cut")
            clean = clean[:limit].strip()
        return clean or None

    def label(self, key: str) -> str | None:
        """Text that people read on a page, of characters that they can see; None where there is none."""
        text = self.text(key, limit=MAX_LABEL)
        clean = " ".join("".join(char if is_visible(char) else " " for char in text or "").split())
        if text and clean != text:
            self.fault(key, text, "has characters that can't be seen, or are none of a name: removed")
        return clean if any(char.isalnum() for char in clean) else None

    def whole_number(self, key: str, low: int, high: int) -> int | None:
        """A whole number within bounds, also where it was written as text; None where there is none."""
        value = self.value(key)
        if value is None:
            return None
        number: int | None = None
        if isinstance(value, int) and not isinstance(value, bool):
            number = value
        elif isinstance(value, float) and value.is_integer():
            number = int(value)
        elif isinstance(value, str) and re.fullmatch(r"0|[1-9][0-9]{0,8}", value):
            number = int(value)
            self.fault(key, value, "is text: a number without quotes was meant")
        if number is None or not low <= number <= high:
            self.fault(key, value, f"is no whole number from {low} to {high}: ignored")
            return None
        return number

    def texts(self, key: str, *, of: str = "") -> Iterator[str]:
        """The texts of a list. of: where an object stands in a text's place, this field of it."""
        value = self.value(key)
        if value is None:
            return
        if not isinstance(value, list):
            self.fault(key, value, "is no list: ignored")
            return
        for item in cast("list[object]", value):
            if isinstance(text := _named(item, of), str):
                yield text
            else:
                self.fault(key, item, "is no text: left out")

    def fault(self, key: str, value: object, what: str) -> None:
        """Notes something that the author should correct."""
        self.wrong.append(f"{self.path}{key} {open_value(value)} {what}")

    def decided(self, field_name: str, value: object, why: str) -> None:
        """Notes a decision that the manifest left open."""
        self.derived.append(f"{field_name}: {value} ({why})")


def _named(item: object, field_name: str) -> object:
    return cast("Mapping[str, object]", item).get(field_name) if isinstance(item, Mapping) else item
