"""Storage that has grown by itself: the provider takes it for what was asked for, where a ceiling is stated."""

from __future__ import annotations

from rehearsal.standins.values import Map

_SIZE, _CEILING = "allocatedStorage", "maxAllocatedStorage"


def with_grown_storage(kind: str, state: Map, inputs: Map) -> Map:
    """The inputs as the provider compares them with the state: less storage than there is counts as what there is."""
    there, asked, ceiling = (
        _gib(values, name) for values, name in ((state, _SIZE), (inputs, _SIZE), (inputs, _CEILING))
    )
    if kind != "rds/instance" or there is None or asked is None or ceiling is None:
        return inputs
    return {**inputs, _SIZE: there} if there > asked and ceiling > asked else inputs


def _gib(values: Map, name: str) -> int | None:
    value = values.get(name)
    return int(value) if isinstance(value, int | float) else None
