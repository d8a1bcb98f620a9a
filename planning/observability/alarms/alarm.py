"""Alarms on what loses data or money: what is measured, and from which value on a person must know."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from planning.inputs.tiers import Tier
from planning.observability.alerts.alert import Severity, runbook_page


@dataclass(frozen=True, kw_only=True)
class AlarmPlan:
    """One CloudWatch alarm. dimension: the one that names the watched thing, None: the metric has none; more: what else
    must be stated of it. statistic: its name, or a percentile (p95).

    periods: this many in a row. above: whether the threshold is crossed upwards. missing: how silence is read.
    action: what the person who gets it does first; the rest is in the runbook.
    """

    key: str
    namespace: str
    metric: str
    statistic: str
    dimension: str | None
    threshold: float
    above: bool
    period_seconds: int
    periods: int
    action: str
    runbook: str
    severity: Severity = Severity.TICKET
    more: Mapping[str, str] = field(default_factory=dict[str, str])
    missing: str = "notBreaching"

    @property
    def description(self) -> str:
        """What the message says."""
        return f"{self.action} Runbook: {runbook_page(self.runbook)}"


def load_balancer_alarms(tier: Tier) -> tuple[AlarmPlan, ...]:
    """Of the load balancer before the gateway. Errors are counted against what a thousand users send (20 a second).

    Where there are series, latency is a matter of each plugin's own promise.
    """
    requests = 20 * 300 * (tier.max_users or 100_000) / 1_000

    def alarm(key: str, metric: str, threshold: float, periods: int, action: str) -> AlarmPlan:
        return AlarmPlan(
            key=key,
            namespace="AWS/ApplicationELB",
            metric=metric,
            statistic="Sum",
            dimension="LoadBalancer",
            threshold=threshold,
            above=True,
            period_seconds=300,
            periods=periods,
            action=action,
            runbook="load-balancer-errors" if key == "5xx" else "service-errors",
            severity=Severity.PAGE,
        )

    errors = (
        alarm("5xx", "HTTPCode_ELB_5XX_Count", 0.001 * requests, 2, "The balancer fails: are proxies registered?"),
        alarm(
            "target-5xx",
            "HTTPCode_Target_5XX_Count",
            0.01 * requests,
            2,
            "The access log of the gateway says which plugin, and why (flags).",
        ),
    )
    slow = AlarmPlan(
        key="slow",
        namespace="AWS/ApplicationELB",
        metric="TargetResponseTime",
        statistic=f"p{tier.objective.latency_percent:g}",
        dimension="LoadBalancer",
        threshold=tier.objective.latency_ms / 1_000,
        above=True,
        period_seconds=300,
        periods=3,
        action="Answers are late: the access log of the gateway says of which plugin (duration_ms).",
        runbook="plugin-latency",
    )
    return errors if tier.metrics else (*errors, slow)


def cluster_alarms(tier: Tier) -> tuple[AlarmPlan, ...]:
    """Of a Kubernetes cluster, by what EKS itself measures; none where series tell it better."""
    if tier.metrics:
        return ()
    return (
        AlarmPlan(
            key="unschedulable",
            namespace="AWS/EKS",
            metric="scheduler_pending_pods_UNSCHEDULABLE",
            statistic="Sum",
            dimension="ClusterName",
            threshold=0,
            above=True,
            period_seconds=60,
            periods=15,
            action="Pods find no node: the pool is at its limit, or AWS has no machine.",
            runbook="pods-not-ready",
        ),
    )


def certificate_alarm() -> AlarmPlan:
    """Of an ACM certificate. ACM renews sixty days before the end; at thirty it has failed to for a month.

    missing = ignore: nothing is measured any more once it has ended, which must not read as all is well.
    """
    return AlarmPlan(
        key="expiry",
        namespace="AWS/CertificateManager",
        metric="DaysToExpiry",
        statistic="Minimum",
        dimension="CertificateArn",
        threshold=30,
        above=False,
        period_seconds=86_400,
        periods=1,
        action="See that the validation record still stands in the zone.",
        runbook="certificate-expiry",
        missing="ignore",
    )


def firewall_alarm(tier: Tier) -> AlarmPlan:
    """Of the web ACL before the CDN: ten clients over the rate at once are an attack, or a rule that hits users."""
    return AlarmPlan(
        key="blocked",
        namespace="AWS/WAFV2",
        metric="BlockedRequests",
        statistic="Sum",
        dimension="WebACL",
        threshold=10 * tier.waf_rate_per_5_minutes,
        above=True,
        period_seconds=300,
        periods=1,
        # No Region: WAF states one of web ACLs that stand in a region, and an alarm that names one sees nothing here.
        more={"Rule": "ALL"},
        runbook="firewall-blocks",
        action="Sampled requests of the web ACL tell which rule, and whom.",
    )
