"""`python -m naap support`: when the support of what is pinned ends."""

import textwrap
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from datetime import UTC, date, datetime

from console.style import Style
from console.text import WIDTH, table
from naap.command import Answer, Command, Source
from planning.inputs.problem import InvalidInputError, Problem
from planning.inputs.support_dates import SUPPORT, WARN_DAYS, Support, distance, ending


def today() -> date:
    """The day in UTC, as AWS counts its dates."""
    return datetime.now(UTC).date()


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--day", type=date.fromisoformat, help="as of this day (2027-01-31); default today")
    parser.add_argument(
        "--fail-within",
        type=int,
        metavar="DAYS",
        help="exit code 2 where support has ended or ends within so many days",
    )


def _run(options: Namespace, source: Source) -> Answer:
    del source  # the pins are the same for every stack
    day = options.day or today()
    if options.fail_within is not None and (near := ending(day, options.fail_within)):
        raise InvalidInputError(_problem(row, day, options.fail_within) for row in near)
    return Answer(data=SUPPORT, text=lambda style: _text(day, style))


def _problem(row: Support, day: date, within: int) -> Problem:
    return Problem(
        file="planning/inputs/support_dates.py",
        entry=f"{row.what} {row.version}",
        field="until",
        value=f"{row.until} ({distance(row.until, day) if row.until else ''})",
        rule=f"standard support for {within} days more",
        fix=f"raise the pin, and the row with it; the date stands at: {row.source}",
    )


def _text(day: date, style: Style) -> str:
    dated = ending(day, (date.max - day).days)
    near = ending(day, WARN_DAYS)
    lines = _lines(dated, day)
    painted = [style.warning(line) if row in near else line for line, row in zip(lines, dated, strict=True)]
    unknown = [line for row in SUPPORT if row.until is None for line in _undated(row, style)]
    return "\n".join([style.strong("Support ends"), *painted, "", style.strong("Without a date"), *unknown])


def _undated(row: Support, style: Style) -> list[str]:
    reason = textwrap.wrap(row.source, WIDTH, initial_indent="  ", subsequent_indent="  ")
    return [f"{row.what} {row.version}", *map(style.faint, reason)]


def warnings(day: date, style: Style) -> list[str]:
    """What a plan says of ends that come near; nothing where none does."""
    near = ending(day, WARN_DAYS)
    if not near:
        return []
    head = style.warning("Support ends (python -m naap support)")
    return ["", head, *(style.warning(line) for line in _lines(near, day))]


def _lines(rows: Sequence[Support], day: date) -> list[str]:
    cells = [(str(row.until), distance(row.until, day), f"{row.what} {row.version}") for row in rows if row.until]
    return table(cells) if cells else []


COMMAND = Command(
    name="support",
    help="when the support of what is pinned ends, the earliest first",
    arguments=_arguments,
    run=_run,
)
