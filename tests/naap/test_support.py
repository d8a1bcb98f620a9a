"""`naap support`, and what a plan says of it, on days that the tests give."""

from datetime import date, timedelta

from rich.console import Group

from console.terminal import WIDTH, as_text
from naap.support import warnings
from planning.inputs.support_dates import SUPPORT, ending
from tests.naap.running import data, refused, text


def _said(day: date) -> list[str]:
    return as_text(Group(*warnings(day))).splitlines()


def _end(what: str) -> date:
    (row,) = (row for row in SUPPORT if row.what == what)
    assert row.until
    return row.until


def test_a_plan_warns_from_ninety_days_before_an_end() -> None:
    end = _end("Amazon EKS")
    before = _said(end - timedelta(days=91))
    since = _said(end - timedelta(days=90))
    assert not any("Amazon EKS" in line for line in before)
    assert any("Amazon EKS" in line and "in 90 days" in line for line in since)


def test_a_plan_says_nothing_of_support_where_no_end_is_near() -> None:
    assert warnings(min(row.until for row in SUPPORT if row.until) - timedelta(days=91)) == []


def test_warnings_of_every_row_fit_the_width() -> None:
    assert max(map(len, _said(date(2100, 1, 1)))) <= WIDTH


def test_the_command_fails_from_thirty_days_before_an_end_and_names_date_and_source() -> None:
    end = min(row.until for row in SUPPORT if row.until)
    day = str(end - timedelta(days=30))
    (row, *_) = ending(end, 0)
    said = refused("support", "--day", day, "--fail-within", "30")
    assert f"{row.what} {row.version}" in said
    assert str(end) in said
    assert row.source in said
    text("support", "--day", str(end - timedelta(days=31)), "--fail-within", "30")


def test_the_command_lists_every_row_whatever_the_day() -> None:
    said = text("support", "--day", "2026-11-28")
    assert all(row.what in said for row in SUPPORT)
    assert len(data("support")) == len(SUPPORT)
