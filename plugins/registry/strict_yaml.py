"""YAML as people write it by hand, read so that nothing is silently lost: no key twice, no alias, no odd tag."""

import re
from collections.abc import Iterator
from typing import Any, cast

import yaml
from yaml.constructor import SafeConstructor
from yaml.resolver import Resolver

from planning.inputs.problem import Problem

try:
    # libyaml's parser is about ten times faster; a wheel without it reads the same, but for a tab behind a value.
    from yaml import CSafeLoader as Loader
except ImportError:
    from yaml import SafeLoader as Loader

MAX_BYTES = 8_000_000
"""About ten thousand entries; a larger file is not a registry that a person edits."""
MAX_DEPTH = 40
_PREFIX = "tag:yaml.org,2002:"
_PLAIN = frozenset(_PREFIX + name for name in ("null", "bool", "int", "float", "timestamp"))
_IMPLICIT = cast("dict[str, list[tuple[str, re.Pattern[str]]]]", Resolver.yaml_implicit_resolvers)
_MISSING = object()


class _Reader:
    """Turns parser events into plain values and notes what is wrong, with line numbers, instead of stopping.

    Events, not PyYAML's nodes: those take twice as long for a registry of 1,000 entries.
    """

    def __init__(self, file: str, events: Iterator[Any]) -> None:
        self.file = file
        self.problems: list[Problem] = []
        self._events = events
        self._scalars = SafeConstructor()

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
        # Reading on would take time that grows with the square of the depth.
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
                    f"{key} (first on line {lines[key]})",
                    "a key stands once: the second would silently replace the first",
                    "remove or rename one of them",
                )
                continue
            lines[key] = _line(event)
            found[key] = value
        return found

    def _key(self, event: Any, path: tuple[str, ...]) -> Any:
        key = self._scalar(event, path) if isinstance(event, yaml.ScalarEvent) else _MISSING
        if not isinstance(event, (yaml.ScalarEvent, yaml.AliasEvent)):
            self._skip()
        if not isinstance(key, str):
            shown = str(event.value)[:60] if isinstance(event, yaml.ScalarEvent) else "a list, mapping or alias"
            self._note(event, path, f"{shown} as a key", "keys are text", "put the key in quotes")
        return key

    def _scalar(self, event: Any, path: tuple[str, ...]) -> Any:
        text: str = event.value
        if event.tag is not None:
            # The tag ! only says that the text is not to be guessed at.
            if event.tag not in ("!", _PREFIX + "str"):
                self._note_tag(event, path, str(event.tag))
            return text
        if not event.implicit[0]:
            return text
        tag = _resolved(text)
        if tag is None:
            return text
        if tag not in _PLAIN:
            self._note_tag(event, path, "the merge key <<" if text == "<<" else text[:60])
            return None
        try:
            return self._scalars.construct_object(yaml.ScalarNode(tag, text, event.start_mark, event.end_mark))  # pyright: ignore[reportUnknownMemberType]  # untyped in PyYAML
        except (ValueError, OverflowError, yaml.YAMLError) as error:
            self._note(event, path, text[:60], f"not a value of its kind: {error}", "correct or quote it")
            return None

    def _note_tag(self, event: Any, path: tuple[str, ...], value: str) -> None:
        self._note(event, path, value, "plain values only: no tags, no merge keys", "write the value out in full")

    def _note(self, event: Any, path: tuple[str, ...], value: str, rule: str, fix: str) -> None:
        inner = path[1:] if path[:1] == ("plugins",) else path
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


def _resolved(text: str) -> str | None:
    """The tag that YAML 1.1 guesses for a plain scalar; None: it is text."""
    for tag, pattern in _IMPLICIT.get(text[:1], ()):
        if pattern.match(text):
            return tag
    return None


def is_plain_text(text: str) -> bool:
    """Whether a text without quotes reads as itself: not so with yes, 1.0 or 2026-01-31."""
    return _resolved(text) is None


def read_yaml(text: str, file: str) -> tuple[Any, list[Problem]]:
    """The value of a YAML text, and all that is wrong with it; broken syntax gives None and what came before it."""
    reader = None
    try:
        reader = _Reader(file, iter(yaml.parse(text, Loader=Loader)))
        return reader.document(), reader.problems
    except (yaml.YAMLError, RecursionError) as error:
        return None, [*(reader.problems if reader else ()), _syntax_problem(error, file)]


def _syntax_problem(error: Exception, file: str) -> Problem:
    mark = getattr(error, "problem_mark", None)
    line = f"line {int(mark.line) + 1}: " if mark is not None else ""
    reason = str(getattr(error, "problem", None) or getattr(error, "reason", None) or "nested too deep")
    return Problem(
        file=file,
        entry="",
        field="",
        value=f"{line}{reason}",
        rule="valid YAML, indented with spaces",
        fix="correct the line; an editor that knows YAML marks it",
    )
