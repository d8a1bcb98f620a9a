"""What has changed between two versions of an object's inputs, and what has drifted in the cluster."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TypeAlias

from rehearsal.standins.kubernetes.normalize import QUANTITY, is_empty, is_quantity
from rehearsal.standins.kubernetes.quantities import canonical
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


def observed(inputs: Map, live: Map) -> Map:
    """The inputs as the cluster has them: what means the same keeps its spelling, what drifted shows."""
    result: Map = _observed(inputs, live, "")
    return result


def _observed(wanted: Value, live: Value, key: str) -> Value:
    if is_map(wanted) and is_map(live):
        found: Map = {}
        for name, item in wanted.items():
            if name in live:
                found[name] = _observed(item, live[name], is_quantity(key, name))
            elif is_empty(name, item) or item in ({}, "", 0, False):
                found[name] = item  # the API server leaves zero values out
        if key in _FREE:  # what was added by hand to data is drift as well
            found |= {name: item for name, item in live.items() if name not in wanted}
        return found
    if is_list(wanted) and is_list(live):
        partners = _partners(wanted, live)
        return [_observed(item, other, key) if item is not None else other for item, other in partners]
    if key == QUANTITY and canonical(str(wanted)) == canonical(str(live)):
        return wanted
    return live


_FREE = frozenset(("data", "binaryData"))


def _partners(wanted: list[Value], live: list[Value]) -> list[tuple[Value, Value]]:
    """Each live item with the wanted one that it answers to: by name where names are unique, else by place."""
    names = [item.get("name") if is_map(item) else None for item in wanted]
    live_names = [item.get("name") if is_map(item) else None for item in live]
    if None not in names and len(set(names)) == len(names) and set(names) <= set(live_names):
        by_name = dict(zip(live_names, live, strict=True))
        known = [(item, by_name[name]) for name, item in zip(names, wanted, strict=True)]
        return known + [(None, item) for name, item in zip(live_names, live, strict=True) if name not in names]
    padded = [*wanted, *[None] * len(live)]
    return list(zip(padded, live, strict=False))
