"""YAML as people write it by hand, read so that nothing is silently lost: no key twice, no alias, no odd tag."""

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

import yaml

from planning.inputs.problem import HIDDEN, Problem
from plugins.registry.plain_scalar import MERGE_KEY, kind_of, plain_value, rule_and_fix
from plugins.registry.secret_values import Hides, on_one_line, open_path, reads_secrets

try:
    # libyaml's parser is about ten times faster; a wheel without it reads the same, but for a tab behind a value.
    from yaml import CSafeLoader as Loader
except ImportError:
    from yaml import SafeLoader as Loader

MAX_BYTES = 8_000_000
"""About ten thousand entries; a larger file is not a registry that a person edits."""
MAX_DEPTH = 40
_TEXT_TAGS = ("!", "tag:yaml.org,2002:str")
"""The tag ! only says that a text is not to be guessed at."""
_UNSEEN = re.compile("[\x85\u2028\u2029\u202a-\u202e\u2066-\u2069]")
"""What ends a line for YAML 1.1 alone, and what shows text in another order than it is read in."""
_MAX_UNSEEN = 20
_MISSING = object()


class _Reader:
    """Turns parser events into plain values and notes what is wrong, with line numbers, instead of stopping.

    Events, not PyYAML's nodes: those take twice as long for a registry of 1,000 entries.
    """

    def __init__(self, file: str, events: Iterator[Any], hides: Hides) -> None:
        self.file = file
        self.problems: list[Problem] = []
        self._events = events
        self._hides = hides

    def document(self) -> Any:
        """The one document of the stream; None where there is none."""
        found = None
        count = 0
        for event in self._events:
            if isinstance(event, yaml.DocumentStartEvent):
                count += 1
                value = self._value(next(self._events), ())
                if count == 1:
                    found = value
                else:
                    self._note(event, (), "a second document (---)", "one document a file", "remove the line ---")
        return found

    def _value(self, event: Any, path: tuple[str, ...]) -> Any:
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event, path)
        if isinstance(event, yaml.AliasEvent):
            self._note(event, path, "an alias (*name)", "each entry stands for itself", "write the value out in full")
            return None
        if len(path) >= MAX_DEPTH:
            raise self._too_deep(event)
        if event.tag is not None:
            self._note_tag(event, path, str(event.tag))
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(path)
        return self._sequence(path)

    def _skip(self) -> None:
        depth = 1
        while depth:
            event = next(self._events)
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > MAX_DEPTH:
                raise self._too_deep(event)

    def _too_deep(self, event: Any) -> Exception:
        # ManifestReader on would take time that grows with the square of the depth.
        return yaml.MarkedYAMLError(problem=f"nested deeper than {MAX_DEPTH} levels", problem_mark=event.start_mark)

    def _sequence(self, path: tuple[str, ...]) -> list[Any]:
        found: list[Any] = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            found.append(self._value(event, (*path, str(len(found)))))
        return found

    def _mapping(self, path: tuple[str, ...]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        lines: dict[str, int] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            key = self._key(event, path)
            value = self._value(next(self._events), (*path, key if isinstance(key, str) else "?"))
            if not isinstance(key, str):
                continue
            if key in lines:
                self._note(
                    event,
                    (*path, key),
                    f"{self._open_key(key, path)} (first on line {lines[key]})",
                    "a key stands once: the second would silently replace the first",
                    "remove or rename one of them",
                )
                continue
            lines[key] = _line(event)
            found[key] = value
        return found

    def _key(self, event: Any, path: tuple[str, ...]) -> Any:
        if isinstance(event, yaml.ScalarEvent):
            if event.tag is not None:
                return self._scalar(event, path)
            if not event.implicit[0] or kind_of(event.value) is None:
                return event.value
        elif not isinstance(event, yaml.AliasEvent):
            self._skip()
        if getattr(event, "value", "") == MERGE_KEY:
            self._note(event, path, f"the merge key {MERGE_KEY}", *rule_and_fix(MERGE_KEY))
            return _MISSING
        shown = self._open(event.value, path) if isinstance(event, yaml.ScalarEvent) else "a list, mapping or alias"
        self._note(event, path, f"{shown} as a key", "keys are text", "put the key in quotes")
        return _MISSING

    def _scalar(self, event: Any, path: tuple[str, ...]) -> Any:
        text: str = event.value
        if event.tag is not None:
            if event.tag not in _TEXT_TAGS:
                self._note_tag(event, path, str(event.tag))
            return text
        kind = kind_of(text) if event.implicit[0] else None
        if kind is None:
            return text
        if kind == "odd":
            rule, fix = rule_and_fix(text)
            if self._hides(path):
                rule, fix = "a text that is no plain word stands in quotes", "put it in quotes"
            self._note(event, path, self._open(text, path), rule, fix)
            return None
        return plain_value(kind, text)

    def _open_key(self, key: str, path: tuple[str, ...]) -> str:
        return open_path((*path, key), self._hides)[-1]

    def _open(self, text: str, path: tuple[str, ...]) -> str:
        return HIDDEN if self._hides(path) else on_one_line(text, limit=60)

    def _note_tag(self, event: Any, path: tuple[str, ...], tag: str) -> None:
        rule = "plain values only: no tags, no merge keys"
        self._note(event, path, self._open(tag, path), rule, "write the value out in full")

    def _note(self, event: Any, path: tuple[str, ...], value: str, rule: str, fix: str) -> None:
        inner = open_path(path, self._hides)[path[:1] == ("plugins",) :]
        self.problems.append(
            Problem(
                file=self.file,
                entry=inner[0] if inner else "",
                field=".".join(inner[1:]),
                value=f"line {_line(event)}: {value}",
                rule=rule,
                fix=fix,
            )
        )


def _line(event: Any) -> int:
    return int(event.start_mark.line) + 1


def read_yaml(text: str, file: str, *, hides: Hides = reads_secrets) -> tuple[Any, list[Problem]]:
    """The value of a YAML text, and all that is wrong with it; broken syntax gives None and what came before it.

    hides: whether what stands at a path of keys may be secret, so that no error shows it.
    """
    if unseen := [_unseen_problem(text, found, file) for found in islice(_UNSEEN.finditer(text), _MAX_UNSEEN)]:
        return None, unseen
    reader = None
    try:
        events = iter(yaml.parse(text, Loader=Loader))
        reader = _Reader(file, events, hides)
        return reader.document(), reader.problems
    except (yaml.YAMLError, RecursionError) as error:
        return None, [*(reader.problems if reader else ()), _syntax_problem(error, file)]


def _unseen_problem(text: str, found: re.Match[str], file: str) -> Problem:
    line = len(re.findall("\r\n|\r|\n", text[: found.start()])) + 1
    code = f"{ord(found[0]):04X}"
    return Problem(
        file=file,
        entry="",
        field="",
        value=f"line {line}: U+{code}, a character that can't be seen",
        rule="text is read in the order and the lines in which people see it",
        fix=f"remove it; where it is meant, write \\u{code} in double quotes",
    )


def _syntax_problem(error: Exception, file: str) -> Problem:
    mark = getattr(error, "problem_mark", None)
    line = f"line {int(mark.line) + 1}: " if mark is not None else ""
    reason = str(getattr(error, "problem", None) or getattr(error, "reason", None) or "nested too deep")
    # Where a value begins with an exclamation mark, the message quotes it.
    reason = re.sub(r"(undefined tag handle).*", r"\1", reason, flags=re.DOTALL)
    return Problem(
        file=file,
        entry="",
        field="",
        value=f"{line}{reason}",
        rule="valid YAML, indented with spaces",
        fix="correct the line; an editor that knows YAML marks it",
    )
