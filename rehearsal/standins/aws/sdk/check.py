"""Checks property values against the SDK's types. Messages name paths and types, never values: those may be secret."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from rehearsal.standins.aws.sdk.schema import EnumType, ListOf, MapOf, Named, ObjectType, OneOf, Scalar, Type
from rehearsal.standins.aws.sdk.sdk import Sdk
from rehearsal.standins.values import SIGNATURE, Map, Secret, Value, is_list, is_map, is_unknown

_SPECIAL = {
    "c44067f5952c0a294b673a41bacd8c17": "asset",
    "0def7320c3a5731c473e5ecbe6d01bc7": "archive",
}
_TOLERATED = {"__defaults"}  # the names that autonaming made up; see naming.py
_TAKES = {
    "string": "a string",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "asset": "an asset",
    "archive": "an archive",
}

Failure = tuple[str, str]  # property path, what is wrong and what is right


def check_object(sdk: Sdk, expected: ObjectType, value: Map, path: str = "") -> Iterator[Failure]:
    """Every way in which the value is not what the SDK's class takes."""
    for name, item in value.items():
        known = expected.properties.get(name)
        if known is not None:
            if item is not None:
                yield from check_value(sdk, known.type, item, _join(path, name))
        elif name not in _TOLERATED:
            yield _join(path, name), _unknown_property(name, expected)
    for known in expected.properties.values():
        if known.required and value.get(known.name) is None:
            yield _join(path, known.name), f"is missing: {expected.name} requires it"


def check_value(sdk: Sdk, expected: Type, value: Value, path: str) -> Iterator[Failure]:
    """Every way in which the value is not of the type; an unknown is of every type."""
    if isinstance(value, Secret):
        value = value.value
    if is_unknown(value) or value is None:
        return
    match expected:
        case Scalar():
            if not _is_scalar(expected, value):
                yield path, f"is {_describe(value)}, but takes {_TAKES[expected.kind]}"
        case ListOf() | MapOf():
            yield from _check_many(sdk, expected, value, path)
        case OneOf():
            attempts = [list(check_value(sdk, choice, value, path)) for choice in expected.choices]
            if all(attempts):  # nothing fits: the attempt that came furthest says most
                yield from max(attempts, key=lambda found: max(len(place) for place, _ in found))
        case Named():
            yield from _check_named(sdk, sdk.resolve(expected), value, path)


def _check_many(sdk: Sdk, expected: ListOf | MapOf, value: Value, path: str) -> Iterator[Failure]:
    if isinstance(expected, ListOf):
        if not is_list(value):
            yield path, f"is {_describe(value)}, but takes a list"
            return
        for index, item in enumerate(value):
            yield from check_value(sdk, expected.element, item, f"{path}[{index}]")
        return
    if not is_map(value) or SIGNATURE in value:
        yield path, f"is {_describe(value)}, but takes a map"
        return
    for key, item in value.items():
        yield from check_value(sdk, expected.element, item, f'{path}["{key}"]')


def _check_named(sdk: Sdk, expected: ObjectType | EnumType, value: Value, path: str) -> Iterator[Failure]:
    if isinstance(expected, EnumType):
        if not isinstance(value, str) or value not in expected.values:
            yield (
                path,
                f"is {_describe(value)} that {expected.name} does not have: {', '.join(expected.values)}",
            )
    elif not is_map(value) or SIGNATURE in value:
        yield path, f"is {_describe(value)}, but takes an object ({expected.name})"
    else:
        yield from check_object(sdk, expected, value, path)


def _is_scalar(expected: Scalar, value: Value) -> bool:
    match expected.kind:
        case "string":
            return isinstance(value, str)
        case "boolean":
            return isinstance(value, bool)
        case "integer":
            return isinstance(value, int) and not isinstance(value, bool)
        case "number":
            return isinstance(value, int | float) and not isinstance(value, bool)
        case "asset" | "archive":
            return is_map(value) and _SPECIAL.get(str(value.get(SIGNATURE))) == expected.kind
        case "anything":
            return True


def _describe(value: Value) -> str:
    if is_map(value):
        special = _SPECIAL.get(str(value.get(SIGNATURE)))
        return f"an {special}" if special else "an object"
    if is_list(value):
        return "a list"
    if isinstance(value, bool):
        return "true or false"
    return "a string" if isinstance(value, str) else "a number"


def _unknown_property(name: str, expected: ObjectType) -> str:
    near = difflib.get_close_matches(name, expected.properties, n=1)
    return f"is no property of {expected.name}" + (f"; did you mean {near[0]}?" if near else "")


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
