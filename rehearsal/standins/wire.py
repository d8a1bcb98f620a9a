"""Property values on the wire: protobuf's Struct from and to Python's own types."""
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportMissingModuleSource=false
# (google.protobuf ships no types; nothing untyped leaves this module)

from __future__ import annotations

from typing import Any

from google.protobuf import struct_pb2

from rehearsal.standins.values import SECRET, SIGNATURE, Map, Secret, Value, is_list, is_map


def decode(message: Any) -> Map:
    """A protobuf Struct as a dict; whole numbers become int, secrets Secret."""
    return {key: _decode(item) for key, item in message.fields.items()}


def _decode(message: Any) -> Value:
    kind = message.WhichOneof("kind")
    if kind == "number_value":
        number: float = message.number_value
        return int(number) if number.is_integer() else number
    if kind == "list_value":
        return [_decode(item) for item in message.list_value.values]
    if kind == "struct_value":
        value = decode(message.struct_value)
        return Secret(value.get("value")) if value.get(SIGNATURE) == SECRET else value
    return None if kind in {None, "null_value"} else getattr(message, kind)


def encode(value: Map) -> Any:
    """A dict as a protobuf Struct."""
    message = struct_pb2.Struct()
    for key, item in value.items():
        _encode(message.fields[key], item)
    return message


def _encode(target: Any, value: Value) -> None:
    if isinstance(value, Secret):
        value = {SIGNATURE: SECRET, "value": value.value}
    if value is None:
        target.null_value = 0
    elif isinstance(value, bool):
        target.bool_value = value
    elif isinstance(value, int | float):
        target.number_value = value
    elif isinstance(value, str):
        target.string_value = value
    elif is_map(value):
        target.struct_value.SetInParent()
        for key, item in value.items():
            _encode(target.struct_value.fields[key], item)
    elif is_list(value):
        target.list_value.SetInParent()
        for item in value:
            _encode(target.list_value.values.add(), item)
    else:
        raise TypeError(f"{type(value).__name__} is not a property value")
