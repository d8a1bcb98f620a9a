"""Alarms on what carries a region's requests: its load balancer, its cluster."""

from planning.inputs.tiers import Tier
from planning.observability.alarms.alarm import FAILED_PERCENT, LEAST_REQUESTS, AlarmPlan, SharePlan
from planning.observability.alerts.alert import Severity

_BALANCER, _ALL = "AWS/ApplicationELB", "RequestCount"


def load_balancer_alarms(tier: Tier) -> tuple[AlarmPlan, ...]:
    """Of the load balancer before the gateway. Errors are counted against what a thousand users send (20 a second), and
    as a share of what is sent: with few users there, all that fails is few.

    Where there are series, latency is a matter of each plugin's own promise.
    """
    requests = 20 * 300 * (tier.max_users or 100_000) / 1_000

    def alarm(key: str, metric: str, threshold: float, action: str, share: SharePlan | None = None) -> AlarmPlan:
        return AlarmPlan(
            key=key,
            namespace=_BALANCER,
            metric=metric,
            statistic="Sum",
            dimensions=("LoadBalancer",),
            threshold=threshold,
            periods=2,
            action=action,
            runbook="load-balancer-errors" if key.startswith("5xx") else "service-errors",
            severity=Severity.PAGE,
            share=share,
        )

    refused, failed = "HTTPCode_ELB_5XX_Count", "HTTPCode_Target_5XX_Count"
    balancer = "The balancer fails: are proxies registered?"
    behind = "The access log of the gateway says which plugin, and why (flags)."
    errors = (
        alarm("5xx", refused, 0.001 * requests, balancer),
        # A request that found no target is no RequestCount.
        alarm("5xx-share", refused, FAILED_PERCENT, balancer, SharePlan(of=_ALL, least=LEAST_REQUESTS, apart=True)),
        alarm("target-5xx", failed, 0.01 * requests, behind),
        alarm("target-5xx-share", failed, FAILED_PERCENT, behind, SharePlan(of=_ALL, least=LEAST_REQUESTS)),
        no_proxy_alarm(),
    )
    slow = AlarmPlan(
        key="slow",
        namespace=_BALANCER,
        metric="TargetResponseTime",
        statistic=f"p{tier.objective.latency_percent:g}",
        dimensions=("LoadBalancer",),
        threshold=tier.objective.latency_ms / 1_000,
        periods=3,
        action="Answers are late: the access log of the gateway says of which plugin (duration_ms).",
        runbook="plugin-latency",
    )
    return errors if tier.metrics else (*errors, slow)


def no_proxy_alarm() -> AlarmPlan:
    """Of the balancer's targets. missing = breaching: without a registered target nothing is reported."""
    return AlarmPlan(
        key="no-proxy",
        namespace=_BALANCER,
        metric="HealthyHostCount",
        # Of each zone's own count, and in zones without a proxy none is counted.
        statistic="Maximum",
        dimensions=("LoadBalancer", "TargetGroup"),
        threshold=1,
        above=False,
        period_seconds=60,
        periods=5,
        action="No proxy is registered and healthy: see the pods of the gateway.",
        runbook="no-proxy",
        severity=Severity.PAGE,
        missing="breaching",
    )


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
            dimensions=("ClusterName",),
            threshold=0,
            period_seconds=60,
            periods=15,
            action="Pods find no node: the pool is at its limit, or AWS has no machine.",
            runbook="pods-not-ready",
        ),
    )
