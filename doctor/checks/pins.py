"""Pinned versions against the ends of their support."""

from collections.abc import Sequence
from datetime import date

from doctor.finding import Check, Finding
from planning.inputs.support_dates import SUPPORT, WARN_DAYS, Support, distance, ending

_EKS = "Amazon EKS"


def judge_pins(day: date, *, extended_support: bool, rows: Sequence[Support] = SUPPORT) -> list[Finding]:
    """One finding for each that ends soon or has, or one for all. extended_support: clusters may outlive the end."""
    near = ending(day, WARN_DAYS, rows)
    if not near:
        return [_check("").ok(f"no end of {len(rows)} pins within {WARN_DAYS} days")]
    return [_judged(row, row.until, day, extended_support=extended_support) for row in near if row.until]


def _judged(row: Support, until: date, day: date, *, extended_support: bool) -> Finding:
    check = _check(f"{row.what} {row.version}")
    value = f"support ends {until}, {distance(until, day)}" if until > day else f"support ended {until}"
    fix = f"raise the pin, and its row; the date stands at: {row.source}"
    if row.what == _EKS and until <= day and not extended_support:
        return check.stops(
            f"{value}: no new cluster takes it without extended support",
            "raise it (docs/upgrading-kubernetes.md), or pulumi config set naap:extendedSupport true",
        )
    return check.warns(value, fix)


def _check(entry: str) -> Check:
    return Check(
        name="support",
        rule=f"standard support for {WARN_DAYS} days more",
        file="planning/inputs/support_dates.py",
        entry=entry,
    )
