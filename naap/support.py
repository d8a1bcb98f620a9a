"""`naap support`: when the support of what is pinned ends."""

from collections.abc import Sequence
from datetime import UTC, date, datetime

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from console.terminal import Answer, table
from planning.inputs.problem import InvalidInputError, Problem
from planning.inputs.support_dates import SUPPORT, WARN_DAYS, Support, distance, ending


def today() -> date:
    """The day in UTC, as AWS counts its dates."""
    return datetime.now(UTC).date()


def answer(day: date, fail_within: int | None) -> Answer:
    """As of a day. Raises InvalidInputError where support has ended or ends within so many days (None: never)."""
    if fail_within is not None and (near := ending(day, fail_within)):
        raise InvalidInputError(_problem(row, day, fail_within) for row in near)
    return Answer(data=SUPPORT, text=_text(day))


def _problem(row: Support, day: date, within: int) -> Problem:
    return Problem(
        file="planning/inputs/support_dates.py",
        entry=f"{row.what} {row.version}",
        field="until",
        value=f"{row.until} ({distance(row.until, day) if row.until else ''})",
        rule=f"standard support for {within} days more",
        fix=f"raise the pin, and the row with it; the date stands at: {row.source}",
    )


def _text(day: date) -> Group:
    dated = ending(day, (date.max - day).days)
    near = ending(day, WARN_DAYS)
    lines = _lines(dated, day, ["yellow" if row in near else "" for row in dated])
    unknown = [line for row in SUPPORT if row.until is None for line in _undated(row)]
    return Group(Text("Support ends", "bold"), lines, "", Text("Without a date", "bold"), *unknown)


def _undated(row: Support) -> list[RenderableType]:
    return [f"{row.what} {row.version}", Padding(Text(row.source, "dim"), (0, 0, 0, 2))]


def warnings(day: date) -> list[RenderableType]:
    """What a plan says of ends that come near; nothing where none does."""
    near = ending(day, WARN_DAYS)
    if not near:
        return []
    return ["", Text("Support ends (naap support)", "yellow"), _lines(near, day, ["yellow" for _ in near])]


def _lines(rows: Sequence[Support], day: date, styles: Sequence[str]) -> Table:
    cells = [(str(row.until), distance(row.until, day), f"{row.what} {row.version}") for row in rows if row.until]
    return table(cells or [("-", "", "")], head=False, styles=styles)
