"""Values as the engine's protocol carries them, in which a secret is a marked struct."""

import json
from collections.abc import Mapping
from typing import Any

from google.protobuf import struct_pb2

from rehearsal.standins.values import SECRET, SIGNATURE

MASK = "[secret]"


def struct(value: Mapping[str, Any]) -> struct_pb2.Struct:
    """Plain values as the engine would send them."""
    answer = struct_pb2.Struct()
    answer.update(json.loads(json.dumps(value)))
    return answer


def mapping(value: struct_pb2.Struct, *, masked: bool = False) -> dict[str, Any]:
    """Plain values of what was sent; masked: with MASK for each secret."""
    return {key: plain(item, masked=masked) for key, item in value.fields.items()}


def plain(value: struct_pb2.Value, *, masked: bool = False) -> Any:
    """The same of one value."""
    kind = value.WhichOneof("kind")
    if kind == "struct_value":
        fields = value.struct_value.fields
        if SIGNATURE in fields and fields[SIGNATURE].string_value == SECRET:
            return MASK if masked else plain(fields["value"])
        return mapping(value.struct_value, masked=masked)
    if kind == "list_value":
        return [plain(item, masked=masked) for item in value.list_value.values]
    if kind == "number_value":
        return int(value.number_value) if value.number_value.is_integer() else value.number_value
    return None if kind == "null_value" else getattr(value, str(kind))


def has_secret(value: struct_pb2.Value) -> bool:
    """Whether it is a secret, or has one anywhere inside."""
    if value.WhichOneof("kind") == "list_value":
        return any(has_secret(item) for item in value.list_value.values)
    if value.WhichOneof("kind") == "struct_value":
        fields = value.struct_value.fields
        if SIGNATURE in fields and fields[SIGNATURE].string_value == SECRET:
            return True
        return any(has_secret(item) for item in fields.values())
    return False
