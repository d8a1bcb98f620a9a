"""YAML as people write it by hand, read so that nothing is silently lost: no key twice, no alias, no odd tag."""

from typing import Any, cast

import yaml
from yaml.constructor import SafeConstructor

from planning.problem import Problem

try:
    # libyaml's parser is about ten times faster; a wheel without it reads the same text.
    from yaml import CSafeLoader as Loader
except ImportError:
    from yaml import SafeLoader as Loader

MAX_BYTES = 8_000_000
"""About ten thousand entries; a larger file is not a registry that a person edits."""
MAX_DEPTH = 40
_PREFIX = "tag:yaml.org,2002:"
_PLAIN = frozenset(_PREFIX + name for name in ("null", "bool", "int", "float", "timestamp"))


class _Reader:
    """Turns nodes into plain values and notes what is wrong, with line numbers, instead of stopping."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []
        self._scalars = SafeConstructor()
        self._seen: set[int] = set()

    def value(self, node: Any, path: tuple[str, ...] = ()) -> Any:
        """The value of a node; a part with a problem is left out."""
        if id(node) in self._seen:
            self._note(node, path, "an alias (*name)", "each entry stands for itself", "write the value out in full")
            return None
        self._seen.add(id(node))
        if len(path) > MAX_DEPTH:
            self._note(node, path, "nested too deep", f"at most {MAX_DEPTH} levels", "flatten this part")
            return None
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            items = cast("list[Any]", node.value)
            return [self.value(item, (*path, str(index))) for index, item in enumerate(items)]
        return self._scalar(node, path)

    def _mapping(self, node: Any, path: tuple[str, ...]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        lines: dict[str, int] = {}
        for key_node, value_node in cast("list[tuple[Any, Any]]", node.value):
            key = self._scalar(key_node, path) if isinstance(key_node, yaml.ScalarNode) else None
            if not isinstance(key, str):
                shown = str(key_node.value)[:60] if isinstance(key_node, yaml.ScalarNode) else "a list or mapping"
                self._note(key_node, path, f"{shown} as a key", "keys are text", "put the key in quotes")
                continue
            line = int(key_node.start_mark.line) + 1
            if key in lines:
                self._note(
                    key_node,
                    (*path, key),
                    f"{key} (first on line {lines[key]})",
                    "a key stands once: the second would silently replace the first",
                    "remove or rename one of them",
                )
                continue
            lines[key] = line
            found[key] = self.value(value_node, (*path, key))
        return found

    def _scalar(self, node: Any, path: tuple[str, ...]) -> Any:
        if node.tag == _PREFIX + "str":
            return node.value
        if node.tag not in _PLAIN:
            shown = "the merge key <<" if node.tag == _PREFIX + "merge" else str(node.tag)
            self._note(node, path, shown, "plain values only: no tags, no merge keys", "write the value out in full")
            return None
        try:
            return self._scalars.construct_object(node)
        except (ValueError, OverflowError, yaml.YAMLError) as error:
            self._note(node, path, str(node.value)[:60], f"not a value of its kind: {error}", "correct or quote it")
            return None

    def _note(self, node: Any, path: tuple[str, ...], value: str, rule: str, fix: str) -> None:
        entry, field = _where(path)
        line = int(node.start_mark.line) + 1
        self.problems.append(
            Problem(file=self.file, entry=entry, field=field, value=f"line {line}: {value}", rule=rule, fix=fix)
        )


def _where(path: tuple[str, ...]) -> tuple[str, str]:
    """Entry and field of a path below `plugins`."""
    inner = path[1:] if path[:1] == ("plugins",) else path
    return (inner[0] if inner else "", ".".join(inner[1:]))


def read_yaml(text: str, file: str) -> tuple[Any, list[Problem]]:
    """The value of a YAML text, and all that is wrong with it; broken syntax gives None and one problem."""
    try:
        node = yaml.compose(text, Loader=Loader)
    except (yaml.YAMLError, RecursionError) as error:
        return None, [_syntax_problem(error, file)]
    reader = _Reader(file)
    return (reader.value(node) if node is not None else None), reader.problems


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
