"""A day: how many requests come, and what is lost when. Times are seconds after midnight, UTC."""

import math
from dataclasses import dataclass

DAY = 24 * 3_600
HIGH = 15 * 3_600
"""When most people are there."""

SWING = 0.7
"""The high of an ordinary day is 1.7 times its mean, the low 0.3 times."""


@dataclass(frozen=True, kw_only=True)
class Span:
    """From its begin until before its end."""

    begin: int
    end: int

    def __contains__(self, time: int) -> bool:
        return self.begin <= time < self.end


LAUNCH = Span(begin=10 * 3_600, end=11 * 3_600 + 1_800)
"""Five minutes to the top, twenty there, then it ebbs."""
_TOP_AFTER, _TOP_UNTIL = 300, 1_500

ZONE_LOST = Span(begin=13 * 3_600, end=15 * 3_600)
REGION_LOST = Span(begin=18 * 3_600, end=20 * 3_600)
VERDICT_SECONDS = 120
"""Until the health checks' verdict moves what isn't retried request by request (docs/operations.md)."""


def demand(time: int, *, mean: float, peak_factor: float) -> float:
    """Requests a second of the whole platform. mean: of an ordinary day; a launch reaches peak_factor times it."""
    ordinary = mean * (1 + SWING * math.cos((time - HIGH) / DAY * 2 * math.pi))
    return ordinary + _launch(time) * max(0.0, mean * peak_factor - ordinary)


def _launch(time: int) -> float:
    """How much of the launch's top is there, 0-1."""
    since = time - LAUNCH.begin
    if time not in LAUNCH:
        return 0.0
    if since < _TOP_AFTER:
        return since / _TOP_AFTER
    if since < _TOP_UNTIL:
        return 1.0
    return 1 - (since - _TOP_UNTIL) / (LAUNCH.end - LAUNCH.begin - _TOP_UNTIL)
