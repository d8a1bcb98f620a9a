"""Alarms on what stands before all regions: CDN, firewall and certificate, and the site as it is seen from outside."""

from planning.inputs.tiers import Tier
from planning.observability.alarms.alarm import FAILED_PERCENT, LEAST_REQUESTS, AlarmPlan, SharePlan
from planning.observability.alerts.alert import Severity


def certificate_alarm() -> AlarmPlan:
    """Of an ACM certificate. ACM renews sixty days before the end; at thirty it has failed to for a month.

    missing = ignore: nothing is measured any more once it has ended, which must not read as all is well.
    """
    return AlarmPlan(
        key="expiry",
        namespace="AWS/CertificateManager",
        metric="DaysToExpiry",
        statistic="Minimum",
        dimensions=("CertificateArn",),
        threshold=30,
        above=False,
        period_seconds=86_400,
        periods=1,
        action="See that the validation record still stands in the zone.",
        runbook="certificate-expiry",
        missing="ignore",
    )


def firewall_alarms(tier: Tier) -> tuple[AlarmPlan, ...]:
    """Of the web ACL before the CDN: ten clients over the rate at once are an attack, or a rule that hits users; half
    of all requests are one or the other, however few they are.
    """

    def alarm(key: str, threshold: float, share: SharePlan | None = None) -> AlarmPlan:
        return AlarmPlan(
            key=key,
            namespace="AWS/WAFV2",
            metric="BlockedRequests",
            statistic="Sum",
            dimensions=("WebACL",),
            threshold=threshold,
            periods=1,
            # No Region: WAF states one of web ACLs that stand in a region, and an alarm that names one sees nothing.
            more={"Rule": "ALL"},
            runbook="firewall-blocks",
            action="Sampled requests of the web ACL tell which rule, and whom.",
            share=share,
        )

    blocked_percent = 50
    return (
        alarm("blocked", 10 * tier.waf_rate_per_5_minutes),
        alarm("blocked-share", blocked_percent, SharePlan(of="AllowedRequests", least=LEAST_REQUESTS, apart=True)),
    )


def edge_errors_alarm() -> AlarmPlan:
    """Of the distribution: what users get, whatever it is behind the edge that fails."""
    return AlarmPlan(
        key="errors",
        namespace="AWS/CloudFront",
        metric="5xxErrorRate",
        statistic="Average",
        dimensions=("DistributionId",),
        threshold=FAILED_PERCENT,
        period_seconds=60,
        periods=3,
        more={"Region": "Global"},
        action="Users get errors: does a load balancer alarm too, or is it the way to it?",
        runbook="edge-errors",
        severity=Severity.PAGE,
    )


def health_alarm() -> AlarmPlan:
    """Of a region's health, as Route 53 sees it from all over the world. missing = breaching: it always measures."""
    return AlarmPlan(
        key="health",
        namespace="AWS/Route53",
        metric="HealthCheckStatus",
        statistic="Minimum",
        dimensions=("HealthCheckId",),
        threshold=1,
        above=False,
        period_seconds=60,
        periods=3,
        action="The site doesn't answer from outside: ask for its health path yourself.",
        runbook="site-health",
        severity=Severity.PAGE,
        missing="breaching",
    )
