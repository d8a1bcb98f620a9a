"""Values as what JSON knows, and numbers with their nouns."""

import dataclasses
from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Any

from pydantic import BaseModel


def to_plain(value: Any) -> Any:  # noqa: PLR0911  # one return for each kind of value
    """Dataclasses, settings and enums as what JSON knows, in a stable order."""
    if isinstance(value, BaseModel):
        return to_plain(value.model_dump(by_alias=True))
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: to_plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Mapping):
        return {str(key): to_plain(item) for key, item in value.items()}  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]  # of any mapping
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [to_plain(item) for item in value]  # pyright: ignore[reportUnknownVariableType]  # of any sequence
    if isinstance(value, frozenset | set):
        return sorted(to_plain(item) for item in value)  # pyright: ignore[reportUnknownVariableType]  # of any set
    return value


def count(number: int, noun: str) -> str:
    """The number with its noun: 1 day, 7 days."""
    return f"{number} {noun}{'' if number == 1 else 's'}"
