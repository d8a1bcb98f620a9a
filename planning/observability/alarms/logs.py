"""Alarms on what logs say: how a tier without series learns what no metric of AWS tells."""

from dataclasses import dataclass

from planning.inputs.tiers import Tier
from planning.observability.alarms.alarm import AlarmPlan
from planning.observability.alerts.alert import Severity
from planning.shared.naming import SYSTEM_NAMESPACES, namespace

NAMESPACE = "naap"
"""Of CloudWatch's metrics that are counted from logs."""

_UNCOUNTED = 20
"""Requests in five minutes. Where the limit service hangs or is gone, all are; a late answer now and then isn't."""

_BLIND_LINES = 20
"""In ten minutes. An autoscaler that reads nothing says so every fifteen seconds; one whose pods only start, less."""


@dataclass(frozen=True, kw_only=True)
class LogAlarmPlan:
    """Lines with these words are counted, and an alarm is on their number.

    group: of the log. namespace: the pods', where the group is that of pods (a * stands for any end of it); None: lines
    stand in it as they are.
    fields: where lines are JSON, a condition on what they say instead of words; the add-on's reader has put it below
    `log_processed`.
    """

    group: str
    words: str = ""
    fields: str = ""
    namespace: str | None
    alarm: AlarmPlan

    @property
    def pattern(self) -> str:
        """As CloudWatch Logs takes it."""
        if self.namespace is None:
            return f'"{self.words}"'
        said = self.fields or f'($.log = "*{self.words}*")'
        return f'{{ ($.kubernetes.namespace_name = "{self.namespace}") && {said} }}'


UNCOUNTED = (
    '($.log_processed.plugin = "httproute/plugin-*") && ($.log_processed.upstream = "*:*")'
    " && (($.log_processed.limit IS NULL) || ($.log_processed.limit NOT EXISTS))"
)
"""Of the gateway's lines: a request has reached a plugin, and nobody told the proxy of its limit. That is so whatever
the reason: the limit service is gone, hangs, answers too late, or has lost its cache."""


def log_alarms(tier: Tier, *, prefix: str, pods: str, control_plane: str) -> tuple[LogAlarmPlan, ...]:
    """Of a region; where series tell it better, only what they don't. pods, control_plane: groups of their logs."""
    given_up = LogAlarmPlan(
        group=pods,
        words="Max reconnection attempts reached",
        namespace=namespace("*"),
        alarm=_alarm(
            "cache-given-up",
            prefix,
            "cache-given-up",
            "Services tried three times to reach their cache, and won't again: restart their pods.",
        ),
    )
    if tier.metrics:
        return (given_up,)
    page = Severity.PAGE
    return (
        LogAlarmPlan(
            group=pods,
            words="query_wait_timeout",
            namespace=SYSTEM_NAMESPACES["pooler"],
            alarm=_alarm(
                "pooler-waits",
                prefix,
                "pooler-clients-wait",
                "Clients waited 15 s for a connection and got none: the pool is full, or the database is gone.",
                severity=page,
            ),
        ),
        LogAlarmPlan(
            group=pods,
            fields=UNCOUNTED,
            namespace=SYSTEM_NAMESPACES["gateway"],
            alarm=_alarm(
                "limiter-open",
                prefix,
                "limiter-fails-open",
                "Requests pass uncounted: the limit service or its cache doesn't answer in time.",
                threshold=_UNCOUNTED,
                periods=2,
                severity=page,
            ),
        ),
        LogAlarmPlan(
            group=control_plane,
            words="failed to compute desired number of replicas",
            namespace=None,
            alarm=_alarm(
                "autoscaler-blind",
                prefix,
                "autoscaler-blind",
                "An autoscaler can't read a metric, and so doesn't scale: the line in the log names it.",
                threshold=_BLIND_LINES,
                period_seconds=600,
                periods=2,
            ),
        ),
        given_up,
    )


def _alarm(
    key: str,
    prefix: str,
    runbook: str,
    action: str,
    *,
    threshold: float = 0,
    period_seconds: int = 300,
    periods: int = 1,
    severity: Severity = Severity.TICKET,
) -> AlarmPlan:
    return AlarmPlan(
        key=key,
        namespace=NAMESPACE,
        metric=f"{prefix}-{key}",
        statistic="Sum",
        dimensions=(),
        threshold=threshold,
        period_seconds=period_seconds,
        periods=periods,
        action=action,
        runbook=runbook,
        severity=severity,
    )
