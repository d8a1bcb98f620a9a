"""Alarms on what loses data or money: what is measured, and from which value on a person must know."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from planning.observability.alerts.alert import Severity, runbook_page

LEAST_REQUESTS = 200
"""In five minutes, before a share of them says anything: more than the checks of the site's health send (about 160)."""
FAILED_PERCENT = 5
"""Of requests, from which on somebody is woken."""

COUNTED, WHOLE = "counted", "whole"
"""Ids of the two metrics of a share."""


@dataclass(frozen=True, kw_only=True)
class SharePlan:
    """What an alarm's metric is a part of: the threshold is then in percent.

    of: the metric that counts the whole, or with apart what isn't counted by the alarm's own. least: so many must be
    there in a period, before a share of them says anything.
    """

    of: str
    least: int
    apart: bool = False

    @property
    def expression(self) -> str:
        """In CloudWatch's metric math. Counters report nothing rather than zero."""
        counted, whole = f"FILL({COUNTED}, 0)", f"FILL({WHOLE}, 0)"
        if self.apart:
            whole = f"({counted} + {whole})"
        return f"IF({whole} > {self.least}, 100 * {counted} / {whole}, 0)"


@dataclass(frozen=True, kw_only=True)
class AlarmPlan:
    """One CloudWatch alarm. dimensions: those that name the watched thing, none: the metric has none; more: what else
    must be stated of it. statistic: its name, or a percentile (p95). share: None: the metric as it stands.

    periods: this many in a row. above: whether the threshold is crossed upwards. missing: how silence is read.
    action: what the person who gets it does first; the rest is in the runbook.
    """

    key: str
    namespace: str
    metric: str
    statistic: str
    dimensions: tuple[str, ...]
    threshold: float
    periods: int
    action: str
    runbook: str
    above: bool = True
    period_seconds: int = 300
    severity: Severity = Severity.TICKET
    more: Mapping[str, str] = field(default_factory=dict[str, str])
    missing: str = "notBreaching"
    share: SharePlan | None = None

    @property
    def description(self) -> str:
        """What the message says."""
        return f"{self.action} Runbook: {runbook_page(self.runbook)}"
