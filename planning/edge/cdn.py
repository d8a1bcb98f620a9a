"""The content delivery network: CloudFront before the assets and the gateways, with its firewall and names.

plan_cdn(*, stack, settings, tier, regions, registry) -> CdnPlan
"""

from collections.abc import Sequence
from dataclasses import dataclass

from planning.edge.behaviours import BehavioursPlan, plan_behaviours
from planning.edge.firewall import FirewallPlan, plan_firewall
from planning.edge.functions import health_code, router_code, site_code
from planning.edge.page_headers import PageHeadersPlan, plan_page_headers
from planning.gateway.gateway import HEALTH_PATH
from planning.gateway.load_balancer import HTTPS_PORT
from planning.inputs.registry.registry_entry import Registry
from planning.inputs.settings import Settings
from planning.inputs.tiers import Tier
from planning.shared.naming import fit, stack_prefix, stamp
from planning.shared.regions import REGIONS, region_code

YEAR = 365 * 24 * 3600
MINUTE = 60
ACTIVE_KEY = "active"
"""Of the key-value store: code of the region that takes requests first."""

MAX_NAME = 64
"""Characters of a policy's, function's or key-value store's name."""


@dataclass(frozen=True, kw_only=True)
class GatewayOriginPlan:
    """A region's gateway as the CDN sees it. health_path: of the CDN, answered by that region only."""

    region: str
    code: str
    origin_id: str
    health_path: str


@dataclass(frozen=True, kw_only=True)
class VpcOriginPlan:
    """How CloudFront reaches a load balancer inside of a network."""

    http_port: int
    https_port: int
    protocol: str
    tls: str


VPC_ORIGIN = VpcOriginPlan(http_port=80, https_port=HTTPS_PORT, protocol="https-only", tls="TLSv1.2")


@dataclass(frozen=True, kw_only=True)
class CdnPlan:
    """previews: whether names below the domain are preview environments'.
    shield_region: where all edges share one cache before they ask the origin; None: they don't.

    connection_attempts: to an origin before the next one is asked. response_seconds: of silence, that end a request and
    an event stream; requests end sooner at the gateway. hsts_subdomains, hsts_preload: whether browsers
    shall use TLS for all names below the domain, and know so before their first visit.
    gateways: home first. site_function, router_function, health_function: JavaScript; no site function where a server
    makes the pages, no router with one region, where nothing is chosen.
    """

    name: str
    domain: str
    previews: bool
    zone_id: str
    price_class: str
    shield_region: str | None
    failover_origin: bool
    connection_attempts: int
    response_seconds: int
    gateways: tuple[GatewayOriginPlan, ...]
    firewall: FirewallPlan
    behaviours: BehavioursPlan
    page_headers: PageHeadersPlan
    hsts_subdomains: bool
    hsts_preload: bool
    site_function: str | None
    router_function: str | None
    health_function: str
    shield_advanced: bool
    real_time_metrics: bool
    log_days: int
    protect: bool

    @property
    def home(self) -> GatewayOriginPlan:
        """The gateway of the region that holds the writers."""
        return self.gateways[0]

    @property
    def names(self) -> tuple[str, ...]:
        """The site's, and where preview environments stand on it, all names one level below."""
        return (self.domain, f"*.{self.domain}") if self.previews else (self.domain,)

    @property
    def site_url(self) -> str:
        """Where users find the platform."""
        return f"https://{self.domain}"

    @property
    def api_url(self) -> str:
        """Below which all APIs lie."""
        return f"{self.site_url}/api/v1"

    def policy_name(self, part: str) -> str:
        """Name of a policy or function: account-wide, so it starts with the environment's."""
        return fit(f"{self.name}-{part}", MAX_NAME)

    def vpc_origin_name(self, gateway: GatewayOriginPlan, load_balancer_arn: str) -> str:
        """Name of a VPC origin; another one for another endpoint, as the old one is there until the new one is used."""
        return self.policy_name(f"{gateway.code}-{stamp(f'{load_balancer_arn} {VPC_ORIGIN}', digits=8)}")


def plan_cdn(*, stack: str, settings: Settings, tier: Tier, regions: Sequence[str], registry: Registry) -> CdnPlan:
    """The CDN of an environment. regions: home first.

    Raises InvalidInputError where entries declare more hosts than a header has room for.
    """
    gateways = tuple(_gateway(region) for region in regions)
    several = len(gateways) > 1
    behaviours = plan_behaviours(registry.plugins)
    return CdnPlan(
        name=stack_prefix(stack),
        domain=settings.domain,
        previews=settings.previews,
        zone_id=settings.zone_id,
        price_class=tier.price_class,
        shield_region=(REGIONS[regions[0]].shield or regions[0]) if tier.origin_shield else None,
        failover_origin=tier.failover_origin and several,
        # Three tries of three seconds are for who has nobody else to ask.
        connection_attempts=1 if several else 3,
        response_seconds=settings.cdn_response_seconds,
        gateways=gateways,
        firewall=plan_firewall(stack, tier, settings.firewall_mode, registry, behaviours),
        behaviours=behaviours,
        page_headers=plan_page_headers(registry=registry, settings=settings, regions=len(gateways)),
        hsts_subdomains=settings.hsts_subdomains,
        hsts_preload=settings.hsts_preload,
        site_function=None if behaviours.site_server else site_code(),
        router_function=router_code([gateway.code for gateway in gateways]) if several else None,
        health_function=health_code(HEALTH_PATH),
        shield_advanced=settings.shield_advanced,
        real_time_metrics=tier.metrics,
        log_days=tier.log_days,
        protect=settings.production,
    )


def _gateway(region: str) -> GatewayOriginPlan:
    code = region_code(region)
    return GatewayOriginPlan(region=region, code=code, origin_id=f"gateway-{code}", health_path=f"/_health/{code}")
