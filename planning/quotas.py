"""AWS quotas that an environment comes near, at any number of users; on paper also beyond what plans today."""

from dataclasses import dataclass

from planning.addresses import ZONES, region_addresses
from planning.spec import Registry
from planning.tiers import Tier, growth, node_limit, pod_range, shard_count, tier_for

SOURCE = "defaults as AWS documents them; an account's own stand in Service Quotas"
SPARE_NODES = 1.2
"""Nodes are replaced one by one: new ones start before old ones go."""

BUCKETS_A_REGION = 4


@dataclass(frozen=True, kw_only=True)
class Quota:
    """A limit of AWS in one region (or of the account), its default, and what the environment needs of it.

    code: by which Service Quotas knows it; empty where it can't be raised.
    """

    name: str
    code: str
    default: int
    needed: int

    @property
    def passed(self) -> bool:
        """Whether the default is too small."""
        return self.needed > self.default


def quotas(*, registry: Registry, users: int, regions: tuple[str, ...]) -> tuple[Quota, ...]:
    """Quotas of the home region, which needs the most, and of the account; the fullest first.

    regions: those that the settings name; the tier uses as many as it needs.
    """
    tier = tier_for(users)
    used = regions[: tier.regions]
    pods = pods_of(registry, tier, users)
    backends = sum(1 for plugin in registry.plugins if plugin.backend)
    shards = shard_count(tier, users)
    found = (
        Quota(
            name="EC2: vCPUs, on-demand standard instances",
            code="L-1216C47A",
            default=5,
            needed=round(node_limit(tier, users) * tier.nodes.vcpu_each * SPARE_NODES),
        ),
        Quota(name="VPC: networks a region", code="L-F678F1CE", default=5, needed=1),
        Quota(
            name="EC2: Elastic IPs a region",
            code="L-0263D0A3",
            default=5,
            needed=len(ZONES) if tier.nat_per_zone else 1,
        ),
        Quota(name="EKS: clusters a region", code="L-1194D53C", default=100, needed=1),
        Quota(name="EKS: Pod Identity associations a cluster", code="", default=5_000, needed=backends + 6),
        Quota(
            name="RDS: instances a region",
            code="L-7B6409FD",
            default=40,
            needed=shards * (1 + tier.database.replicas),
        ),
        Quota(name="ElastiCache: nodes a region", code="L-DFE45DF3", default=300, needed=_cache_nodes(tier)),
        Quota(
            name="ElastiCache: users in a user group",
            code="",
            default=100,
            needed=1 + sum(1 for plugin in registry.plugins if plugin.cache),
        ),
        Quota(name="IAM: roles of the account", code="L-FE177D64", default=1_000, needed=(backends + 14) * len(used)),
        Quota(
            name="S3: buckets of the account",
            code="L-DC2B2D3D",
            default=10_000,
            needed=BUCKETS_A_REGION * len(used),
        ),
        Quota(
            name="ELB: targets of a load balancer", code="L-7E6692B2", default=1_000, needed=_gateway_pods(tier, users)
        ),
        Quota(
            name="VPC: addresses for pods, nodes (our own /16)",
            code="",
            default=region_addresses(used[0]).pod_capacity,
            needed=pods + node_limit(tier, users) + _gateway_pods(tier, users) + shards * tier.pooler_pods,
        ),
    )
    return tuple(sorted(found, key=lambda quota: -quota.needed / quota.default))


def pods_of(registry: Registry, tier: Tier, users: int) -> int:
    """Pods of all plugins in one region when every one is at its maximum."""
    return sum(
        pod_range(tier, users, plugin.share, singleton=plugin.backend.scaling.singleton).max
        for plugin in registry.plugins
        if plugin.backend
    )


def _gateway_pods(tier: Tier, users: int) -> int:
    return round(tier.gateway_pods_max * growth(users))


def _cache_nodes(tier: Tier) -> int:
    groups = (tier.app_cache, tier.cluster_cache, tier.limit_cache)
    return sum(size.nodes for size in groups if size)
