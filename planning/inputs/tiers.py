"""The sizing table: users decide the tier, the tier every number that depends on them."""

import math
from dataclasses import dataclass
from enum import StrEnum

USERS_PER_CELL = 100_000
"""Above this many users, node limits and pod maxima grow in proportion to the users."""


class TierName(StrEnum):
    """The four tiers, smallest first."""

    K1 = "1k"
    K10 = "10k"
    K50 = "50k"
    K100 = "100k"


@dataclass(frozen=True, kw_only=True)
class NodeSize:
    """A node pool's bounds per region: instance size of the families below, how many at most, and their totals.

    amd64_families: for pods whose images know no other architecture. They have as much of everything, and cost a
    quarter more.
    """

    families: tuple[str, ...]
    amd64_families: tuple[str, ...]
    size: str
    limit: int
    vcpu_each: int
    memory_gib_each: int


@dataclass(frozen=True, kw_only=True)
class DatabaseSize:
    """One shard. Storage in GiB; storage grows by itself up to the maximum and never shrinks."""

    instance_class: str
    vcpu: int
    memory_gib: int
    multi_az: bool
    replicas: int
    shards: int
    storage_gib: int
    max_storage_gib: int
    backup_days: int
    cross_region: bool


@dataclass(frozen=True, kw_only=True)
class CacheSize:
    """A replication group: nodes in all shards together; one node means no failover."""

    node_type: str
    memory_gib_each: float
    shards: int
    nodes_per_shard: int
    snapshot_days: int

    @property
    def nodes(self) -> int:
        """All nodes of the group."""
        return self.shards * self.nodes_per_shard


@dataclass(frozen=True, kw_only=True)
class ObjectiveSize:
    """What a plugin promises where its entry states nothing, over thirty days, as seen at the gateway.

    availability_percent: of requests that aren't answered 5xx. latency_percent of requests take at most latency_ms.
    """

    availability_percent: float
    latency_ms: int
    latency_percent: float


@dataclass(frozen=True, kw_only=True)
class Tier:
    """One column of the sizing table.

    log_days, metrics_days: how long logs and series are kept. traced_percent: of requests. Observability costs what
    these say.
    """

    name: TierName
    max_users: int | None
    regions: int
    floor: int
    pods_min: int
    pods_max: int
    queue_depth: bool
    nodes: NodeSize
    nat_per_zone: bool
    interface_endpoints: tuple[str, ...]
    database: DatabaseSize
    pooler_pods: int
    app_cache: CacheSize
    cluster_cache: CacheSize | None
    limit_cache: CacheSize | None
    gateway_pods_min: int
    gateway_pods_max: int
    gateway_cpu_m: int
    gateway_memory_mib: int
    limiter_cpu_m: int
    user_per_minute: int
    client_per_minute: int
    limiter_fails_closed: bool
    waf_rate_per_5_minutes: int
    price_class: str
    origin_shield: bool
    failover_origin: bool
    log_days: int
    metrics_days: int
    traced_percent: int
    objective: ObjectiveSize
    apm: bool
    metrics: bool
    tracing: bool
    object_lock: bool
    approx_usd_month: int


def _nodes(size: str, limit: int, vcpu: int, gib: int) -> NodeSize:
    return NodeSize(
        families=("m7g", "m8g"),
        amd64_families=("m7i", "m8i"),
        size=size,
        limit=limit,
        vcpu_each=vcpu,
        memory_gib_each=gib,
    )


_LIMITS_SMALL = CacheSize(
    node_type="cache.t4g.small", memory_gib_each=1.37, shards=1, nodes_per_shard=2, snapshot_days=0
)
_LIMITS_LARGE = CacheSize(
    node_type="cache.m7g.large", memory_gib_each=6.38, shards=1, nodes_per_shard=2, snapshot_days=0
)

TIERS: tuple[Tier, ...] = (
    Tier(
        name=TierName.K1,
        max_users=1_000,
        regions=1,
        floor=1,
        pods_min=1,
        pods_max=2,
        queue_depth=False,
        nodes=_nodes("large", 3, 2, 8),
        nat_per_zone=False,
        interface_endpoints=(),
        database=DatabaseSize(
            instance_class="db.t4g.medium",
            vcpu=2,
            memory_gib=4,
            multi_az=False,
            replicas=0,
            shards=1,
            storage_gib=50,
            # Above what the largest tier starts with: RDS refuses a ceiling below the storage that is there.
            max_storage_gib=500,
            backup_days=1,
            cross_region=False,
        ),
        pooler_pods=1,
        app_cache=CacheSize(
            node_type="cache.t4g.small", memory_gib_each=1.37, shards=1, nodes_per_shard=1, snapshot_days=1
        ),
        cluster_cache=None,
        limit_cache=None,
        gateway_pods_min=1,
        gateway_pods_max=2,
        gateway_cpu_m=100,
        gateway_memory_mib=512,
        limiter_cpu_m=100,
        user_per_minute=120,
        client_per_minute=300,
        limiter_fails_closed=False,
        waf_rate_per_5_minutes=10_000,
        price_class="PriceClass_200",
        origin_shield=False,
        failover_origin=False,
        log_days=14,
        metrics_days=0,
        traced_percent=0,
        objective=ObjectiveSize(availability_percent=99.0, latency_ms=2500, latency_percent=95.0),
        apm=False,
        metrics=False,
        tracing=False,
        object_lock=False,
        approx_usd_month=470,
    ),
    Tier(
        name=TierName.K10,
        max_users=10_000,
        regions=1,
        floor=2,
        pods_min=2,
        pods_max=3,
        queue_depth=False,
        nodes=_nodes("xlarge", 3, 4, 16),
        nat_per_zone=True,
        interface_endpoints=("ecr.api", "ecr.dkr", "sts", "logs"),
        database=DatabaseSize(
            instance_class="db.m7g.xlarge",
            vcpu=4,
            memory_gib=16,
            multi_az=True,
            replicas=1,
            shards=1,
            storage_gib=100,
            max_storage_gib=1_000,
            backup_days=7,
            cross_region=False,
        ),
        pooler_pods=2,
        app_cache=CacheSize(
            node_type="cache.m7g.large", memory_gib_each=6.38, shards=1, nodes_per_shard=2, snapshot_days=3
        ),
        cluster_cache=None,
        limit_cache=_LIMITS_SMALL,
        gateway_pods_min=2,
        gateway_pods_max=4,
        gateway_cpu_m=250,
        gateway_memory_mib=768,
        limiter_cpu_m=100,
        user_per_minute=240,
        client_per_minute=600,
        limiter_fails_closed=False,
        waf_rate_per_5_minutes=20_000,
        price_class="PriceClass_200",
        origin_shield=True,
        failover_origin=False,
        log_days=30,
        metrics_days=0,
        traced_percent=1,
        objective=ObjectiveSize(availability_percent=99.5, latency_ms=1000, latency_percent=95.0),
        apm=True,
        metrics=False,
        tracing=False,
        object_lock=False,
        approx_usd_month=1_700,
    ),
    Tier(
        name=TierName.K50,
        max_users=50_000,
        regions=1,
        floor=2,
        pods_min=5,
        pods_max=10,
        queue_depth=True,
        nodes=_nodes("2xlarge", 8, 8, 32),
        nat_per_zone=True,
        interface_endpoints=("ecr.api", "ecr.dkr", "sts", "logs", "secretsmanager"),
        database=DatabaseSize(
            instance_class="db.r8g.2xlarge",
            vcpu=8,
            memory_gib=64,
            multi_az=True,
            replicas=2,
            shards=1,
            storage_gib=400,
            max_storage_gib=4_000,
            backup_days=14,
            cross_region=False,
        ),
        pooler_pods=2,
        app_cache=CacheSize(
            node_type="cache.r7g.large", memory_gib_each=13.07, shards=1, nodes_per_shard=3, snapshot_days=7
        ),
        cluster_cache=CacheSize(
            node_type="cache.r7g.large", memory_gib_each=13.07, shards=3, nodes_per_shard=2, snapshot_days=7
        ),
        limit_cache=_LIMITS_LARGE,
        gateway_pods_min=3,
        gateway_pods_max=10,
        gateway_cpu_m=500,
        gateway_memory_mib=1024,
        limiter_cpu_m=250,
        user_per_minute=300,
        client_per_minute=900,
        limiter_fails_closed=False,
        waf_rate_per_5_minutes=40_000,
        price_class="PriceClass_200",
        origin_shield=True,
        failover_origin=False,
        log_days=60,
        metrics_days=90,
        traced_percent=1,
        objective=ObjectiveSize(availability_percent=99.9, latency_ms=1000, latency_percent=99.0),
        apm=True,
        metrics=True,
        tracing=False,
        object_lock=False,
        approx_usd_month=6_600,
    ),
    Tier(
        name=TierName.K100,
        max_users=None,
        regions=2,
        floor=3,
        pods_min=20,
        pods_max=50,
        queue_depth=True,
        nodes=_nodes("2xlarge", 20, 8, 32),
        nat_per_zone=True,
        interface_endpoints=("ecr.api", "ecr.dkr", "sts", "logs", "secretsmanager"),
        database=DatabaseSize(
            instance_class="db.r8g.2xlarge",
            vcpu=8,
            memory_gib=64,
            multi_az=True,
            replicas=2,
            shards=4,
            storage_gib=400,
            max_storage_gib=8_000,
            backup_days=35,
            cross_region=True,
        ),
        pooler_pods=3,
        app_cache=CacheSize(
            node_type="cache.r7g.xlarge", memory_gib_each=26.32, shards=1, nodes_per_shard=3, snapshot_days=14
        ),
        cluster_cache=CacheSize(
            node_type="cache.r7g.xlarge", memory_gib_each=26.32, shards=6, nodes_per_shard=2, snapshot_days=14
        ),
        limit_cache=CacheSize(
            node_type="cache.m7g.xlarge", memory_gib_each=12.93, shards=1, nodes_per_shard=2, snapshot_days=0
        ),
        gateway_pods_min=6,
        gateway_pods_max=30,
        gateway_cpu_m=1000,
        gateway_memory_mib=2048,
        limiter_cpu_m=500,
        user_per_minute=300,
        client_per_minute=1_200,
        limiter_fails_closed=False,
        waf_rate_per_5_minutes=100_000,
        price_class="PriceClass_All",
        origin_shield=True,
        failover_origin=True,
        log_days=90,
        metrics_days=150,
        traced_percent=5,
        objective=ObjectiveSize(availability_percent=99.95, latency_ms=500, latency_percent=99.0),
        apm=True,
        metrics=True,
        tracing=True,
        object_lock=True,
        approx_usd_month=28_000,
    ),
)


def tier_for(users: int) -> Tier:
    """The smallest tier that covers the users. users: 1 or more."""
    return next(tier for tier in TIERS if tier.max_users is None or users <= tier.max_users)


def growth(users: int) -> float:
    """How many times the top tier's base of 100,000 users these are; 1.0 at and below it."""
    return max(1.0, users / USERS_PER_CELL)


def node_limit(tier: Tier, users: int) -> int:
    """Nodes that a region's pool may reach for these users."""
    return math.ceil(tier.nodes.limit * growth(users))


@dataclass(frozen=True, kw_only=True)
class PodRange:
    """Replicas of a Deployment, from min to max."""

    min: int
    max: int

    def __str__(self) -> str:
        return f"{self.min}-{self.max}"


def pod_range(tier: Tier, users: int, share: float, *, singleton: bool = False) -> PodRange:
    """Replicas of a plugin that serves this share (0-1) of the users; never below the tier's floor."""
    if singleton:
        return PodRange(min=1, max=1)
    low = max(tier.floor, math.ceil(tier.pods_min * share))
    high = max(low, math.ceil(tier.pods_max * share * growth(users)))
    return PodRange(min=low, max=high)
