"""The gateway's load balancer in a region: private, and reached by the CDN only.

plan_load_balancer(*, stack, region, settings) -> LoadBalancerPlan
"""

from dataclasses import dataclass

from planning.naming import fit, regional
from planning.settings import Settings

MAX_NAME = 32
"""Characters of a load balancer's or target group's name."""

HTTPS_PORT = 443
ENVOY_PORT = 10443
"""Where Envoy's pods listen for the gateway's HTTPS listener: Envoy Gateway adds 10,000 to a port below 1,024."""

HEALTH_PATH = "/healthz"
"""Answered by Envoy itself, whatever the state of the plugins behind it."""

DEREGISTRATION_SECONDS = 30
"""How long requests in flight may take once a pod is going: below the pods' grace period of 45 s."""

IDLE_SECONDS = 300
"""WebSockets that stay silent for longer are closed; the CDN itself closes them after ten minutes."""

CDN_PREFIX_LIST = "com.amazonaws.global.cloudfront.origin-facing"
"""AWS's own list of the addresses from which CloudFront calls origins; weighs 55 of a security group's 60 rules."""

TLS_POLICY = "ELBSecurityPolicy-TLS13-1-2-2021-06"


@dataclass(frozen=True, kw_only=True)
class LoadBalancerPlan:
    """domain: the site's, which CloudFront names when it connects, so that the certificate must carry it."""

    name: str
    region: str
    domain: str
    zone_id: str
    log_prefix: str
    protect: bool


def plan_load_balancer(*, stack: str, region: str, settings: Settings) -> LoadBalancerPlan:
    """The load balancer of a region."""
    return LoadBalancerPlan(
        name=fit(f"{regional(stack, region)}-gateway", MAX_NAME),
        region=region,
        domain=settings.domain,
        zone_id=settings.zone_id,
        log_prefix="alb",
        protect=settings.production,
    )
