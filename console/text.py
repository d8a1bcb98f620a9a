"""How a person reads things (80 columns) and how a program does (JSON)."""

import dataclasses
from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Any

from pydantic import BaseModel

WIDTH = 80


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


def table(rows: Sequence[Sequence[str]], width: int = WIDTH) -> list[str]:
    """Rows as aligned lines; columns move closer, then the last is cut, where they would leave the width."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    gap = "  " if sum(widths) + 2 * len(widths) <= width else " "
    lines = [gap.join(cell.ljust(size) for cell, size in zip(row, widths, strict=True)).rstrip() for row in rows]
    return [line if len(line) <= width else line[: width - 1] + "…" for line in lines]


def right(rows: Sequence[Sequence[str]], width: int = WIDTH) -> list[str]:
    """Rows as aligned lines, all columns but the first to the right, for numbers."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return table(
        [(row[0], *(cell.rjust(size) for cell, size in zip(row[1:], widths[1:], strict=True))) for row in rows], width
    )


def count(number: int, noun: str) -> str:
    """The number with its noun: 1 day, 7 days."""
    return f"{number} {noun}{'' if number == 1 else 's'}"
