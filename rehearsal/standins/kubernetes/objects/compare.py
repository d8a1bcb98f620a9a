"""What differs between an object as it was last seen and as it is asked for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TypeAlias

from rehearsal.standins.provider import Change
from rehearsal.standins.values import Map, Value, is_list, is_map

Path: TypeAlias = tuple[str | int, ...]


def changes(old: Value, new: Value, path: Path = ()) -> Iterator[tuple[Path, Change]]:
    """Every path at which the two differ."""
    if is_map(old) and is_map(new):
        for key in {**old, **new}:
            if key not in new:
                yield (*path, key), Change.DELETE
            elif key not in old:
                yield (*path, key), Change.ADD
            else:
                yield from changes(old[key], new[key], (*path, key))
    elif is_list(old) and is_list(new):
        for index in range(max(len(old), len(new))):
            if index >= len(new):
                yield (*path, index), Change.DELETE
            elif index >= len(old):
                yield (*path, index), Change.ADD
            else:
                yield from changes(old[index], new[index], (*path, index))
    elif not _same(old, new):
        yield path, Change.UPDATE


def _same(one: Value, other: Value) -> bool:
    return one == other and isinstance(one, bool) == isinstance(other, bool)


def written(path: Path) -> str:
    """A path as the engine writes it: `spec.ports[0].port`, `metadata.labels["a.b/c"]`."""
    text = ""
    for key in path:
        if isinstance(key, int):
            text += f"[{key}]"
        elif re.search(r'[."\[\]]', key):
            text += '["' + key.replace('"', '\\"') + '"]'
        else:
            text += f".{key}" if text else key
    return text


def pruned(live: Map, shape: Map) -> Map:
    """What the live object has of the fields that the inputs name: provider/pkg/provider/util.go (pruneMap).

    What the inputs do not name is no difference to the real provider, whoever put it there; items of a list answer to
    each other by their place alone, and what follows the last one that the inputs name is not seen.
    """
    return {key: _pruned(item, shape[key]) for key, item in live.items() if key in shape}


def _pruned(live: Value, shape: Value) -> Value:
    if is_map(live) and is_map(shape):
        return pruned(live, shape)
    if not is_list(live) or not is_list(shape):
        return live
    if live and shape and is_map(live[0]) != is_map(shape[0]):
        return live
    return [_pruned(item, wanted) for item, wanted in zip(live, shape, strict=False)]
