"""Failures of an environment, as CloudWatch sees them: which series then read otherwise than on a healthy day."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from planning.observability.alerts.alert import Severity
from planning.platform import PlatformPlan
from tests.build.cloudwatch import Metric, Points

Signals: TypeAlias = Mapping[str, float | None]
"""By `namespace metric`: a gauge, or what is counted a second; None: not reported."""

GIB = 2**30
SMALLER = ("1k", "10k")
ALL = (*SMALLER, "50k", "100k")
REQUESTS_A_SECOND = 0.02
"""Of one user at the peak."""

ELB, EDGE, RDS, CACHE = "AWS/ApplicationELB", "AWS/CloudFront", "AWS/RDS", "AWS/ElastiCache"
BACKUP = "AWS/Events MatchedEvents"
"""Counted once a day."""


def healthy(plan: PlatformPlan, share: float) -> Signals:
    """A day without failure on which this share of the tier's users is there (0: nobody is)."""
    requests = REQUESTS_A_SECOND * plan.settings.users * share or None
    return {
        f"{ELB} RequestCount": requests,
        f"{ELB} HTTPCode_ELB_5XX_Count": None,
        f"{ELB} HTTPCode_Target_5XX_Count": requests and 0.001 * requests,
        f"{ELB} TargetResponseTime": requests and 0.1,
        f"{ELB} HealthyHostCount": 2,
        f"{EDGE} 5xxErrorRate": requests and 0.1,
        "AWS/Route53 HealthCheckStatus": 1,
        "AWS/WAFV2 BlockedRequests": requests and 0.01 * requests,
        "AWS/WAFV2 AllowedRequests": requests,
        f"{RDS} FreeStorageSpace": 0.5 * plan.tier.database.storage_gib * GIB,
        f"{RDS} CPUUtilization": 20,
        f"{RDS} FreeableMemory": 0.3 * plan.tier.database.memory_gib * GIB,
        f"{RDS} DatabaseConnections": 20,
        f"{RDS} ReplicaLag": 0,
        f"{CACHE} EngineCPUUtilization": 10,
        f"{CACHE} DatabaseMemoryUsagePercentage": 30,
        f"{CACHE} Evictions": 0,
        f"{CACHE} ReplicationLag": 0,
        "AWS/CertificateManager DaysToExpiry": 200,
        "AWS/EKS scheduler_pending_pods_UNSCHEDULABLE": 0,
        BACKUP: 1,
    }


@dataclass(frozen=True, kw_only=True)
class Failure:
    """signals: what reads otherwise; `of_requests`: so many of each request, counted. told: how urgently. tiers: where
    CloudWatch is what tells it; elsewhere rules over series do. lost: a region of which nothing is heard, by its place
    in the plan; nor do its own alarms tell anybody.
    """

    name: str
    keys: frozenset[str]
    told: Severity
    signals: Signals = field(default_factory=dict[str, float | None])
    of_requests: Signals = field(default_factory=dict[str, float | None])
    tiers: tuple[str, ...] = ALL
    minutes: int = 20
    lost: int | None = None

    def seen(self, plan: PlatformPlan, share: float) -> Signals:
        """All series while it lasts."""
        requests = REQUESTS_A_SECOND * plan.settings.users * share
        counted = {name: None if part is None else part * requests for name, part in self.of_requests.items()}
        return {**healthy(plan, share), **self.signals, **counted}


def _page(name: str, keys: str, signals: Signals | None = None, **more: object) -> Failure:
    return Failure(name=name, keys=frozenset(keys.split()), told=Severity.PAGE, signals=signals or {}, **more)  # type: ignore[arg-type]  # as Failure has them


def _ticket(name: str, keys: str, signals: Signals | None = None, **more: object) -> Failure:
    return Failure(name=name, keys=frozenset(keys.split()), told=Severity.TICKET, signals=signals or {}, **more)  # type: ignore[arg-type]  # as Failure has them


_NOBODY = {f"{ELB} RequestCount": None, f"{ELB} TargetResponseTime": None, f"{ELB} HTTPCode_Target_5XX_Count": None}

FAILURES = (
    _page("the edge answers nothing but errors", "errors", {f"{EDGE} 5xxErrorRate": 100}),
    _page(
        "nobody reaches the site",
        "health",
        {**_NOBODY, f"{EDGE} 5xxErrorRate": None, "AWS/Route53 HealthCheckStatus": 0},
    ),
    _page("nothing is heard of the site", "health", {**_NOBODY, "AWS/Route53 HealthCheckStatus": None}),
    _page("no proxy is registered with the balancer", "no-proxy", {f"{ELB} HealthyHostCount": None}),
    _page("every proxy is ill", "no-proxy", {f"{ELB} HealthyHostCount": 0}),
    _page(
        "the balancer refuses every request",
        "5xx-share",
        {f"{ELB} RequestCount": None},
        of_requests={f"{ELB} HTTPCode_ELB_5XX_Count": 1},
    ),
    _page("every plugin fails", "target-5xx-share", of_requests={f"{ELB} HTTPCode_Target_5XX_Count": 1}),
    _page("one plugin in ten fails", "target-5xx-share", of_requests={f"{ELB} HTTPCode_Target_5XX_Count": 0.1}),
    _ticket("answers take half a minute", "slow", {f"{ELB} TargetResponseTime": 30}, tiers=SMALLER),
    _page("another region is lost", "health", {"AWS/Route53 HealthCheckStatus": 0}, tiers=("100k",), lost=1),
    _page("the home region is lost", "lag", {f"{RDS} ReplicaLag": 1_000}, tiers=("100k",), lost=0),
    _page(
        "a database is gone",
        "storage connections",
        dict.fromkeys(
            [
                f"{RDS} {name}"
                for name in ("FreeStorageSpace", "CPUUtilization", "FreeableMemory", "DatabaseConnections")
            ]
        ),
    ),
    _page("a database's storage is full", "storage", {f"{RDS} FreeStorageSpace": 0}),
    _page("a database takes no more connections", "connections", {f"{RDS} DatabaseConnections": 10_000}),
    _page("the pool is full", "pooler-waits", {"naap pooler-waits": 0.1}, tiers=SMALLER),
    _page(
        "the limiter loses its cache, or is late", "limiter-open", of_requests={"naap limiter-open": 1}, tiers=SMALLER
    ),
    _ticket("a database computes all day", "cpu", {f"{RDS} CPUUtilization": 100}),
    _ticket("a database has no memory left", "memory", {f"{RDS} FreeableMemory": 0}),
    _ticket("a replica falls behind", "lag", {f"{RDS} ReplicaLag": 600}, tiers=ALL[1:]),
    _ticket("a backup is missing", "backup", {BACKUP: None}, minutes=3 * 24 * 60),
    _ticket("a cache throws keys away", "evictions", {f"{CACHE} Evictions": 1}),
    _ticket("a cache fails over", "cache-given-up", {"naap cache-given-up": 0.1}),
    _ticket("a cache is full", "memory", {f"{CACHE} DatabaseMemoryUsagePercentage": 99}),
    _ticket("a cache's one core is busy", "cpu", {f"{CACHE} EngineCPUUtilization": 99}),
    _ticket("a cache's replica falls behind", "lag", {f"{CACHE} ReplicationLag": 60}, tiers=ALL[1:]),
    _ticket(
        "a certificate is about to end", "expiry", {"AWS/CertificateManager DaysToExpiry": 20}, minutes=3 * 24 * 60
    ),
    _ticket("pods find no node", "unschedulable", {"AWS/EKS scheduler_pending_pods_UNSCHEDULABLE": 1}, tiers=SMALLER),
    _ticket(
        "an autoscaler reads nothing", "autoscaler-blind", {"naap autoscaler-blind": 0.07}, tiers=SMALLER, minutes=40
    ),
    _ticket(
        "the firewall blocks everybody",
        "blocked-share",
        of_requests={"AWS/WAFV2 BlockedRequests": 1, "AWS/WAFV2 AllowedRequests": None},
    ),
)


def points(metric: Metric, seen: Signals, before: Signals, *, minutes: int, count: int, period: int) -> Points:
    """Of one series: as on a healthy day until the failure began, so many minutes ago, and as seen since."""
    name = f"{metric.namespace} {metric.name}"
    if metric.namespace == "naap":
        # Its metrics are named after the environment; a line is counted as often as it is written.
        name = next(
            (known for known in seen if known.startswith("naap ") and metric.name.endswith(known[4:].strip())), ""
        )

    def one(ago: int) -> float | None:
        value = (seen if ago * period < minutes * 60 else before).get(name)
        if value is None:
            return None
        if name == BACKUP:
            return value if (ago * period // 3_600) % 24 == 0 else None
        return value * period if metric.statistic == "Sum" and name not in GAUGES else value

    return [one(ago) for ago in reversed(range(count))]


GAUGES = frozenset({"AWS/EKS scheduler_pending_pods_UNSCHEDULABLE"})
"""Summed up, but reported as they stand: more reports only make it larger."""
