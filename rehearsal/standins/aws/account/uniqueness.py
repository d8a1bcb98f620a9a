"""Which names of a resource AWS gives only once, and what it does with the second that asks for one."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from rehearsal.standins.aws.account.account import PhysicalName
from rehearsal.standins.aws.account.rules_unique import OVERWRITTEN, REFUSED, SHARED
from rehearsal.standins.values import Map, Value, has_unknown, is_list, is_map


class Second(Enum):
    """What becomes of the second creation under a name."""

    REFUSED = "refused"
    SHARED = "shared"  # where it asks for the same; else refused
    OVERWRITES = "overwrites"


@dataclass(frozen=True, kw_only=True)
class Unique:
    """How a resource type is unique."""

    keys: tuple[str, ...]
    second: Second
    error: str = ""
    everywhere: bool = False  # although it lies in a region


UNIQUE: dict[str, Unique] = {
    kind: Unique(keys=tuple(keys.split()), second=second, error=error, everywhere=kind == "s3/bucket")
    for kind, keys, second, error in (
        *((kind, keys, Second.REFUSED, error) for kind, (keys, error) in REFUSED.items()),
        *((kind, keys, Second.SHARED, error) for kind, (keys, error) in SHARED.items()),
        *((kind, keys, Second.OVERWRITES, "") for kind, keys in OVERWRITTEN.items()),
    )
}


def uniqueness(kind: str) -> Unique | None:
    """How a resource type is unique; None where AWS takes any number."""
    return UNIQUE.get(one_module(kind))


def names_of(kind: str, region: str, properties: Map) -> dict[PhysicalName, tuple[str, ...]]:
    """The names that a resource with these plain properties has, with the values that they are made of."""
    unique = uniqueness(kind)
    if unique is None:
        return {}
    values = [_at(properties, key.rstrip("?[]")) for key in unique.keys]
    missing = any(value is None and not key.endswith("?") for key, value in zip(unique.keys, values, strict=True))
    if missing or has_unknown(values):
        return {}
    first: list[Value] = values[0] if is_list(values[0]) else [values[0]]
    place = "" if unique.everywhere else region
    found: dict[PhysicalName, tuple[str, ...]] = {}
    for value in first:
        parts = tuple("" if part is None else str(part) for part in (value, *values[1:]))
        found[PhysicalName(kind=one_module(kind), place=place, text="|".join(parts))] = parts
    return found


def one_module(kind: str) -> str:
    """ELB's types have two module names; this is the one of the two that names are kept under."""
    return f"lb/{kind.removeprefix('alb/')}" if kind.startswith("alb/") else kind


def _at(value: Value, path: str) -> Value:
    for step in path.split("."):
        value = value.get(step) if is_map(value) else None
    return value
