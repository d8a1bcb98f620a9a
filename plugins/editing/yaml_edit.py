"""Sets and removes single values of a YAML text; every character besides them stays as people wrote it."""

import re
from collections.abc import Mapping
from typing import Any, cast

import yaml

from plugins.editing.yaml_dump import in_braces, in_lines, on_one_line
from plugins.registry.strict_yaml import Loader

BREAKS = "\r\n"
"""What ends a line; `str.splitlines` knows some more, which the reader refuses."""
_LINE_END = re.compile(f"[^{BREAKS}]*(\r\n|[{BREAKS}]|$)")


def changed(text: str, path: tuple[str, ...], changes: Mapping[str, object]) -> str:
    """The text with changes below the mapping at a path of keys: mappings are merged, None removes its key."""
    for key, value in changes.items():
        parent: Any = _at(text, path)
        keys = [str(each.value) for each, _ in parent.value]
        item = merged(None, {key: value})
        if key not in keys:
            text = _inserted(text, parent, item) if item else text
        elif value is None:
            text = _removed(text, parent, keys.index(key))
        elif isinstance(value, Mapping) and isinstance(parent.value[keys.index(key)][1], yaml.MappingNode):
            text = changed(text, (*path, key), cast("Mapping[str, object]", value))
        else:
            text = _replaced(text, parent.value[keys.index(key)][1], on_one_line(item[key]))
    return text


def merged(before: object, changes: Mapping[str, object]) -> Mapping[str, object]:
    """What plain values become by changes: mappings are merged, None removes a key."""
    found = dict(cast("Mapping[str, object]", before)) if isinstance(before, Mapping) else {}
    for key, value in changes.items():
        if isinstance(value, Mapping):
            found[key] = merged(found.get(key), cast("Mapping[str, object]", value))
        elif value is None:
            found.pop(key, None)
        else:
            found[key] = value
    return found


def compose(text: str) -> Any:
    """The text as nodes, which know where they stand."""
    return yaml.compose(text, Loader=Loader)


def line_break(text: str) -> str:
    """How the text ends its lines."""
    found = re.search("\r\n|\r|\n", text)
    return found[0] if found else "\n"


def line_end(text: str, offset: int) -> int:
    """Where the line after an offset's begins."""
    found = _LINE_END.match(text, offset)
    return found.end() if found else len(text)


def line_start(text: str, offset: int) -> int | None:
    """Where the line of an offset begins; None where something else stands before the offset on it."""
    while offset and text[offset - 1] == " ":
        offset -= 1
    return offset if offset == 0 or text[offset - 1] in BREAKS else None


def end_of(text: str, node: Any) -> int:
    """Where the line after a node's last begins; comments and blank lines behind it aren't its own."""
    leaf = _last_leaf(node)
    end = int(leaf.end_mark.index)
    if leaf.style not in ("|", ">"):
        return line_end(text, end)
    if keeps_breaks(text, node) or str(leaf.value).removesuffix("\n")[-1:].isspace():
        return end
    return line_end(text, len(text[:end].rstrip()))


def keeps_breaks(text: str, node: Any) -> bool:
    """Whether a node ends in a text to which the blank lines behind it belong (|+)."""
    leaf = _last_leaf(node)
    start = int(leaf.start_mark.index)
    return leaf.style in ("|", ">") and "+" in text[start : line_end(text, start)]


def _last_leaf(node: Any) -> Any:
    while isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last: Any = node.value[-1]
        node = last[1] if isinstance(node, yaml.MappingNode) else last
    # Only scalars have a style; a collection in braces ends where it says.
    return node if isinstance(node, yaml.ScalarNode) else yaml.ScalarNode("", "", node.start_mark, node.end_mark)


def _at(text: str, path: tuple[str, ...]) -> Any:
    node = compose(text)
    for key in path:
        node = next(value for name, value in node.value if name.value == key)
    return node


def _inserted(text: str, parent: Any, item: Mapping[str, object]) -> str:
    if parent.flow_style:
        at = parent.value[-1][1].end_mark.index if parent.value else parent.end_mark.index - 1
        return f"{text[:at]}{', ' if parent.value else ''}{in_braces(item)}{text[at:]}"
    at, ending = end_of(text, parent), line_break(text)
    head = text[:at] if text[at - 1] in BREAKS else text[:at] + ending
    return head + in_lines(item, column=parent.value[0][0].start_mark.column, line_break=ending) + text[at:]


def _removed(text: str, parent: Any, index: int) -> str:
    key, value = parent.value[index]
    start, end = int(key.start_mark.index), int(value.end_mark.index)
    if not parent.flow_style:
        return text[: line_start(text, start)] + text[end_of(text, value) :]
    if index:
        return text[: parent.value[index - 1][1].end_mark.index] + text[end:]
    after = parent.value[1][0].start_mark.index if len(parent.value) > 1 else end
    return text[:start] + text[after:]


def _replaced(text: str, node: Any, new: str) -> str:
    start, end = int(node.start_mark.index), int(node.end_mark.index)
    old = text[start:end]
    # A value that is nothing at all begins right behind its colon; a block of text ends with its line's break.
    return f"{text[:start]}{' ' if not old else ''}{new}{old[len(old.rstrip()) :]}{text[end:]}"
