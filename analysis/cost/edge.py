"""What serves all regions: the CDN, its firewall, names, keys and secrets."""

from collections.abc import Iterator

from analysis.cost.bill import GLOBAL, Basis, Line
from analysis.cost.load import GB, MILLION
from analysis.cost.prices import line
from planning.edge.cdn import CdnPlan
from planning.inputs.assumptions import SECONDS, Assumptions
from planning.platform import PlatformPlan
from planning.region import RegionPlan

RATE_RULES = 3
"""Of the firewall's own, by address: all requests, those to the gateway, and all but bundles."""
CHECKERS = 16
"""Of Route 53 that ask for one health check, two in each of the eight regions that it asks from."""
CHECK_SECONDS = 30
KEYS_OF_A_REGION = 5
"""Cluster, caches, buckets, flow records, alarms."""
KEYS_OF_THE_EDGE = 2
"""Firewall logs, alarms of the edge."""
REAL_TIME_METRICS = 8
"""That CloudFront adds for a distribution; each is billed as a custom metric."""


def edge_lines(plan: PlatformPlan, assumptions: Assumptions) -> Iterator[Line]:
    """The CDN answers every request, also those that it hands on. Its free monthly part is left out."""
    users, cdn = plan.settings.users, plan.cdn
    api, assets = users * assumptions.requests_per_user, users * assumptions.asset_requests_per_user
    requests = (api + assets + _health_requests(cdn)) / MILLION
    sent = (api * assumptions.bytes_per_request + users * assumptions.asset_mb_per_user * MILLION) / GB

    def of(component: str, what: str, price: str, quantity: float, basis: Basis = Basis.TRAFFIC) -> Line:
        return line(component, GLOBAL, what, price, quantity, basis=basis)

    yield of("CDN", "bytes sent", "cdn-gb", sent)
    yield of("CDN", "requests", "cdn-requests", requests)
    yield of("CDN", "functions", "cdn-function", requests)
    if cdn.router_function:
        yield of("CDN", "reads of the active region", "cdn-key-value", api / MILLION)
    if cdn.shield_region:
        misses = assets * (1 - assumptions.asset_hit_percent / 100)
        yield of("CDN", "origin shield", "cdn-shield", misses / MILLION)
    if cdn.real_time_metrics:
        yield of("CDN", "additional metrics", "cloudwatch-metric", REAL_TIME_METRICS, Basis.SHARED)
    yield of("firewall", "web ACL", "waf-acl", 1, Basis.SHARED)
    rules = len(cdn.firewall.managed) + len(cdn.firewall.exceptions) + RATE_RULES
    yield of("firewall", "rules", "waf-rule", rules, Basis.SHARED)
    yield of("firewall", "requests", "waf-requests", requests)
    if cdn.shield_advanced:
        yield of("firewall", "Shield Advanced", "shield-advanced", 1, Basis.SHARED)
    yield of("names", "health checks", "route53-health-check", len(cdn.gateways), Basis.SHARED)
    yield of("keys and secrets", "keys of the edge", "kms-key", KEYS_OF_THE_EDGE, Basis.SHARED)


def _health_requests(cdn: CdnPlan) -> float:
    """A month, of Route 53 through the CDN."""
    return len(cdn.gateways) * CHECKERS * SECONDS / CHECK_SECONDS


def secret_lines(region: RegionPlan, plan: PlatformPlan) -> Iterator[Line]:
    """Keys of a region and its shards, and the administrators' secrets."""
    where = region.region
    here = [shard for shard in plan.shards if shard.region == where]
    copied = [shard for shard in plan.shards if shard.remote and shard.remote.region == where]
    keys = KEYS_OF_A_REGION + len(here) + len(copied)
    yield line("keys and secrets", where, "keys", "kms-key", keys)
    if here:
        yield line("keys and secrets", where, "secrets", "secret", len(here))
