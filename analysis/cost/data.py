"""Databases, caches and buckets."""

from collections.abc import Iterator

from analysis.cost.bill import Basis, Line
from analysis.cost.load import MILLION, RegionLoad
from analysis.cost.prices import line
from planning.data.caches import CachePlan, CacheRole
from planning.database.shard import ShardPlan
from planning.inputs.assumptions import HOURS, Assumptions
from planning.inputs.tiers import CacheSize, Tier
from planning.region import RegionPlan

DAYS = 30
COPIES = 2
"""Multi-AZ: the standby is billed as the instance is."""
REPLICATED_ACCESS_BYTES = 500
"""Of an access record: the CDN, the load balancer and S3 write one a request."""


def database_lines(shard: ShardPlan, region: RegionPlan, assumptions: Assumptions) -> Iterator[Line]:
    """What a shard has in a region: the writer and its replicas at home, the one that takes over elsewhere."""
    singles, doubles = 0, 0
    backup_days, free = 0, 0
    if region.region == shard.region:
        singles = len(shard.replicas) + (not shard.multi_az)
        doubles = int(shard.multi_az)
        backup_days = shard.backup_days
    elif shard.remote and shard.remote.region == region.region:
        singles, doubles = int(not shard.remote.multi_az), int(shard.remote.multi_az)
        # Replicated backups of the writer, and the replica's own.
        backup_days = shard.backup_days + shard.remote.replica.backup_days
    else:
        return
    storage = shard.storage_gib
    free = storage * (singles + doubles)

    def of(what: str, price: str, quantity: float) -> Line:
        return line("database", region.region, what, price, quantity, basis=Basis.DATABASE, shard=shard.shard)

    if doubles:
        yield of("instances", f"rds-{shard.instance_class}", doubles * COPIES * HOURS)
        yield of("storage", "rds-storage", doubles * COPIES * storage)
    if singles:
        alone = "replicas" if doubles else "instances"
        yield of(alone, f"rds-{shard.instance_class}", singles * HOURS)
        yield of("storage", "rds-storage", singles * storage)
    kept = storage * (1 + backup_days * assumptions.daily_change_percent / 100)
    yield of("backups above the free part", "rds-backup", max(0.0, kept - free))


def cache_lines(region: RegionPlan, tier: Tier) -> Iterator[Line]:
    """Nodes of each cache, and its snapshots but the latest, which is free."""
    sizes = {CacheRole.APP: tier.app_cache, CacheRole.CLUSTER: tier.cluster_cache, CacheRole.LIMITS: tier.limit_cache}
    for cache in region.caches.caches:
        basis = Basis.SHARED if cache.role is CacheRole.LIMITS else Basis.CACHE
        what = f"nodes ({cache.role.value})"
        nodes = cache.shards * cache.nodes_per_shard
        yield line("cache", region.region, what, f"elasticache-{cache.node_type}", nodes * HOURS, basis=basis)
        gib = _snapshot_gib(cache, sizes[cache.role])
        if gib:
            yield line("cache", region.region, "snapshots", "elasticache-backup", gib, basis=basis)


def _snapshot_gib(cache: CachePlan, size: CacheSize | None) -> float:
    """Of caches that are full: the most that it can be."""
    if size is None:
        return 0.0
    return max(0, cache.snapshot_days - 1) * cache.shards * size.memory_gib_each


def storage_lines(
    region: RegionPlan, load: RegionLoad, *, users: int, log_days: int, regions: int, assumptions: Assumptions
) -> Iterator[Line]:
    """Buckets. With a second region, it keeps a copy of all uploads."""
    where = region.region
    kept = users * assumptions.upload_mb_per_user / 1000
    new = kept / assumptions.upload_months
    yield line("storage", where, "uploads", "s3-gb", kept, basis=Basis.TRAFFIC)
    records = load.requests * 2 * REPLICATED_ACCESS_BYTES / 1e9 * log_days / DAYS
    yield line("storage", where, "access records", "s3-gb", records, basis=Basis.TRAFFIC)
    misses = users * assumptions.asset_requests_per_user * (1 - assumptions.asset_hit_percent / 100)
    yield line("storage", where, "reads", "s3-get", (misses if region.home else 0) / MILLION, basis=Basis.TRAFFIC)
    # One object of a megabyte: uploads are pictures and clips.
    yield line("storage", where, "writes", "s3-put", new * 1000 / MILLION, basis=Basis.TRAFFIC)
    if regions > 1 and region.home:
        yield line("storage", where, "copies to the other region", "region-gb", new, basis=Basis.TRAFFIC)
        yield line("storage", where, "copies within 15 minutes", "s3-rtc-gb", new, basis=Basis.TRAFFIC)
