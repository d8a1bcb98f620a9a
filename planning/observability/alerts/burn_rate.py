"""Burn-rate alerts: how fast a plugin spends its error budget, over two windows each: early to come, soon to end."""

from dataclasses import dataclass

from planning.observability.alerts.alert import GROUP_SECONDS, Alert, Record, RuleGroup, Severity
from planning.observability.alerts.objective import ObjectivePlan
from planning.observability.metrics.queue_depth import GATEWAY_JOB, Track, upstream_clusters

AVAILABILITY_RUNBOOK = "plugin-availability"
LATENCY_RUNBOOK = "plugin-latency"

FAST = ((14.4, "1h", "5m"), (6.0, "6h", "30m"))
"""Two percent of a month's budget in an hour, five in six hours: someone is woken."""
SLOW = ((3.0, "1d", "2h"), (1.0, "3d", "6h"))
"""A tenth of it in a day, or in three: someone looks tomorrow. Factors and windows: the Google SRE workbook, table
5-8."""

LEAST_FAILURES = 10
"""In the longer window. A plugin that is called three times a night doesn't wake anybody with one failure."""

REQUESTS = "naap:plugin_requests:rate5m"
FAILED = "naap:plugin_failed:rate5m"
ANSWERS = "naap:plugin_answers:rate5m"
SLOW_ANSWERS = "naap:plugin_slow:rate5m"


def objective_rules(plugin: str, objective: ObjectivePlan, timed_rules: tuple[int, ...]) -> RuleGroup:
    """The rules of one plugin. timed_rules: numbers of its route's rules that answer and end; streams do not.

    A request that gets no answer of the plugin (no connection, a timeout) counts as a 5xx of its upstream; where no
    pod is ready at all the gateway answers without an upstream, which is an alert of its own (platform_rules).
    """
    records = _records(plugin, objective, timed_rules)
    page, ticket = Severity.PAGE, Severity.TICKET
    failing = _Burn(
        plugin=plugin, bad=FAILED, all=REQUESTS, allowed=objective.failures_allowed, runbook=AVAILABILITY_RUNBOOK
    )
    slow = _Burn(
        plugin=plugin, bad=SLOW_ANSWERS, all=ANSWERS, allowed=objective.slowness_allowed, runbook=LATENCY_RUNBOOK
    )
    available = f"of {objective.availability_percent:g} % answered without a 5xx"
    quick = f"of {objective.latency_percent:g} % answered within {objective.latency_ms} ms"
    return RuleGroup(
        name=f"{plugin}-objective",
        rules=(
            *records,
            failing.alert("PluginFails", FAST, page, f"{plugin} uses up its promise {available} within days."),
            failing.alert("PluginFailsSlowly", SLOW, ticket, f"{plugin} will break its promise {available}."),
            slow.alert("PluginIsSlow", FAST, page, f"{plugin} uses up its promise {quick} within days."),
            slow.alert("PluginIsSlowOften", SLOW, ticket, f"{plugin} will break its promise {quick}."),
        ),
    )


@dataclass(frozen=True, kw_only=True)
class Counted:
    """PromQL of what the gateway counts of a plugin: requests and those answered 5xx; answers that have a latency, and
    those above it."""

    requests: str
    failed: str
    answers: str
    slow: str


def counted(
    plugin: str,
    objective: ObjectivePlan,
    timed_rules: tuple[int, ...],
    *,
    track: Track | None = None,
    function: str = "rate",
    window: str = "5m",
) -> Counted:
    """function: rate, a second; increase, in the window. track: whose answers; None: all of the plugin's."""
    upstream = f'job="{GATEWAY_JOB}",envoy_cluster_name=~"{upstream_clusters(plugin, track=track)}"'
    numbers = "|".join(str(number) for number in timed_rules)
    timed = f'job="{GATEWAY_JOB}",envoy_cluster_name=~"{upstream_clusters(plugin, f"({numbers})", track)}"'

    def over(series: str) -> str:
        return f"sum({function}({series}[{window}]))"

    all_ = over(f"envoy_cluster_upstream_rq_xx{{{upstream}}}")
    failed = over(f'envoy_cluster_upstream_rq_xx{{{upstream},envoy_response_code_class="5"}}')
    answers = over(f"envoy_cluster_upstream_rq_time_count{{{timed}}}")
    quick = over(f'envoy_cluster_upstream_rq_time_bucket{{{timed},le="{objective.latency_ms}"}}')
    return Counted(
        requests=all_,
        # Envoy makes a class's series with its first answer: none of them is none.
        failed=f"{failed} or 0 * {all_}",
        answers=answers,
        slow=f"{answers} - {quick}",
    )


def _records(plugin: str, objective: ObjectivePlan, timed_rules: tuple[int, ...]) -> tuple[Record, ...]:
    found = counted(plugin, objective, timed_rules)
    named = ((REQUESTS, found.requests), (FAILED, found.failed), (ANSWERS, found.answers), (SLOW_ANSWERS, found.slow))
    return tuple(Record(name=name, expression=expression, labels={"plugin": plugin}) for name, expression in named)


class _Burn:
    def __init__(self, *, plugin: str, bad: str, all: str, allowed: float, runbook: str) -> None:  # noqa: A002  # both words are the rule's
        self._plugin, self._bad, self._all = plugin, bad, all
        self._allowed, self._runbook = allowed, runbook

    def alert(self, name: str, windows: tuple[tuple[float, str, str], ...], severity: Severity, summary: str) -> Alert:
        return Alert(
            name=name,
            expression=" or ".join(f"({self._over(*window)})" for window in windows),
            minutes=2,
            severity=severity,
            runbook=self._runbook,
            summary=summary,
            labels={"plugin": self._plugin},
        )

    def _over(self, factor: float, long: str, short: str) -> str:
        limit = f"{factor * self._allowed:.6g}"
        enough = f"{_over_time('sum', self._bad, self._plugin, long)} * {GROUP_SECONDS} >= {LEAST_FAILURES}"
        return f"{self._part(long)} > {limit} and {self._part(short)} > {limit} and {enough}"

    def _part(self, window: str) -> str:
        return f"{self._mean(self._bad, window)} / {self._mean(self._all, window)}"

    def _mean(self, series: str, window: str) -> str:
        return _over_time("avg", series, self._plugin, window)


def _over_time(what: str, series: str, plugin: str, window: str) -> str:
    return f'{what}_over_time({series}{{plugin="{plugin}"}}[{window}])'
