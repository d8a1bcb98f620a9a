"""The gateway's load balancer in a region: private, and reached by the CDN only.

plan_load_balancer(*, stack, region, settings) -> LoadBalancerPlan
"""

from dataclasses import dataclass

from planning.gateway.gateway import CONTAINER_PORT, DRAIN_SECONDS, HEALTH_PATH
from planning.inputs.settings import Settings
from planning.shared.naming import fit, regional

MAX_NAME = 32
"""Characters of a load balancer's or target group's name."""

HTTPS_PORT = 443
IDLE_SECONDS = 660
"""A minute more than the gateway lets a stream be silent for: so that it, which logs the end, is what ends it. Less
than the proxies keep an idle connection: the balancer never writes to one that is being closed."""

CDN_PREFIX_LIST = "com.amazonaws.global.cloudfront.origin-facing"
"""AWS's own list of the addresses from which CloudFront calls origins; weighs 55 of a security group's 60 rules."""

TLS_POLICY = "ELBSecurityPolicy-TLS13-1-2-2021-06"


@dataclass(frozen=True, kw_only=True)
class HealthCheckPlan:
    """How a proxy is asked, and how many answers in a row say that it is well, or that it isn't.

    path: answered by a proxy itself, whatever the plugins' state.
    """

    path: str = HEALTH_PATH
    interval_seconds: int = 10
    timeout_seconds: int = 5
    successes: int = 2
    failures: int = 2


@dataclass(frozen=True, kw_only=True)
class LoadBalancerPlan:
    """target_port: of the proxies' pods.

    drain_seconds: how long what is in flight may take once a pod is going: as long as the proxies themselves wait.
    """

    name: str
    region: str
    target_port: int
    health: HealthCheckPlan
    drain_seconds: int
    protect: bool


def plan_load_balancer(*, stack: str, region: str, settings: Settings) -> LoadBalancerPlan:
    """The load balancer of a region."""
    return LoadBalancerPlan(
        name=fit(f"{regional(stack, region)}-gateway", MAX_NAME),
        region=region,
        target_port=CONTAINER_PORT,
        health=HealthCheckPlan(),
        drain_seconds=DRAIN_SECONDS,
        protect=settings.production,
    )
