"""What there is in a plan, and where: the nodes of its picture."""

from collections.abc import Iterator, Sequence

from analysis.diagram.graph import Node, NodeKind
from console.text import count
from planning.data.buckets import BucketPlan
from planning.data.caches import CachePlan
from planning.database.shard import ShardPlan
from planning.platform import PlatformPlan
from planning.plugin.plugin import BackendPlan, PluginPlan
from planning.region import RegionPlan

_BUCKETS = {"assets": "shell, bundles", "uploads": "a prefix each", "backups": "dumps, archives"}

_REACH = {
    "PriceClass_100": "North America, Europe",
    "PriceClass_200": "most of the world",
    "PriceClass_All": "the whole world",
}
"""Where a price class has edges."""


def shared_nodes(plan: PlatformPlan) -> Iterator[Node]:
    """What all regions share: names, firewall, CDN, and the plugins that are nothing but a bundle."""
    cdn = plan.cdn
    served = [plugin for plugin in plan.plugins if plugin.spec.frontend and plugin.spec.lifecycle.serves]
    yield Node(id="browser", kind=NodeKind.BROWSER, zone=None, title="Browsers", lines=("shell and plugin bundles",))
    yield Node(id="dns", kind=NodeKind.DNS, zone="edge", title="Route 53", lines=(cdn.domain,))
    shield = ", origin shield" if cdn.shield_region else ""
    lines = (f"{_REACH[cdn.price_class]}{shield}", count(len(served), "bundle"))
    yield Node(id="cdn", kind=NodeKind.CDN, zone="edge", title="CloudFront", lines=lines)
    rate = f"{cdn.firewall.rate_limit:,} requests in 5 min"
    rules = f"{len(cdn.firewall.managed)} managed rule groups"
    yield Node(id="firewall", kind=NodeKind.FIREWALL, zone="edge", title="WAF", lines=(rules, rate))
    for plugin in served:
        if plugin.spec.backend is None:
            route = next(iter(plugin.spec.frontend.routes), "") if plugin.spec.frontend else ""
            yield Node(id=f"plugin/{plugin.name}", kind=NodeKind.BUNDLE, zone="edge", title=plugin.name, lines=(route,))


def region_nodes(plan: PlatformPlan, cell: RegionPlan) -> Iterator[Node]:
    """All of one region, as a request meets it."""
    here = cell.region
    network, cluster, data = f"{here}/network", f"{here}/cluster", f"{here}/data"
    name = cell.load_balancer.name
    lines = (f"{name}: private, HTTPS",)
    yield Node(id=f"{here}/balancer", kind=NodeKind.BALANCER, zone=network, title="Load balancer", lines=lines)
    if cell.observability.collectors:
        parts = ("OpenTelemetry", *(["queue metrics"] if cell.observability.adapters else []))
        yield Node(id=f"{here}/telemetry", kind=NodeKind.TELEMETRY, zone=cluster, title="Collectors", lines=parts)
    counting = cell.gateway.limiter_pods
    limiter = count(counting.max, "pod") if counting.min == counting.max else f"{counting} pods"
    yield Node(
        id=f"{here}/limiter", kind=NodeKind.LIMITER, zone=cluster, title="Rate limits", lines=("in Valkey", limiter)
    )
    lines = (f"Envoy, {cell.gateway.pods} pods", "JWT or session")
    yield Node(id=f"{here}/gateway", kind=NodeKind.GATEWAY, zone=cluster, title="Gateway", lines=lines)
    for plugin in cell.plugins:
        if plugin.backend and plugin.serves:
            yield _plugin(plugin, plugin.backend, here)
    for pooler in cell.poolers:
        yield Node(
            id=f"{here}/pooler/{pooler.shard}",
            kind=NodeKind.POOLER,
            zone=cluster,
            title=f"Pooler {pooler.shard}",
            lines=("PgBouncer", count(pooler.replicas, "pod")),
            shard=pooler.shard,
        )
    yield from (node for shard in plan.shards for node in _database(shard, here, data))
    yield from (_cache(cache, here, data) for cache in reversed(cell.caches.caches))
    zones = cell.network.nat_zones
    nat = count(len(zones), "NAT gateway")
    lines = (f"zone{'s' if len(zones) > 1 else ''} {', '.join(zones)}",)
    yield Node(id=f"{here}/nat", kind=NodeKind.NAT, zone=network, title=nat, lines=lines)
    yield from _around(plan, cell)


def _plugin(plugin: PluginPlan, backend: BackendPlan, region: str) -> Node:
    spec = backend.spec
    marks = [
        *(["cache"] if plugin.spec.cache else []),
        *(["cron"] if spec.cron else []),
        *([_egress(spec.network.egress)] if spec.network.egress else []),
        *([plugin.spec.lifecycle.value] if plugin.routes and plugin.routes.draining else []),
    ]
    size = spec.resources
    pods = backend.pods.min if backend.pods.min == backend.pods.max else str(backend.pods)
    return Node(
        id=f"{region}/plugin/{plugin.name}",
        kind=NodeKind.CORE if plugin.spec.core else NodeKind.PLUGIN,
        zone=f"{region}/services",
        title=plugin.name,
        lines=(spec.api_prefix, f"{pods} x {size.cpu_request_m}m, {size.memory_mib} MiB"),
        badges=tuple(marks),
        shard=plugin.database.shard if plugin.database else None,
    )


def _egress(targets: Sequence[str]) -> str:
    if any(target.startswith("0.0.0.0/0") for target in targets):
        return "→ any host"
    return f"→ {targets[0].removesuffix(':443')}" if len(targets) == 1 else f"→ {len(targets)} hosts"


def _database(shard: ShardPlan, region: str, zone: str) -> Iterator[Node]:
    """The writer with its replicas at home; what stands by elsewhere."""
    size = shard.instance_class.removeprefix("db.")
    if region == shard.region:
        kept = "2 zones" if shard.multi_az else "1 zone"
        replicas = (f"+ {count(len(shard.replicas), 'replica')}",) if shard.replicas else ()
        lines = (size, kept, *replicas)
    elif shard.remote and shard.remote.region == region:
        lines = (size, "standby", "reads")
    else:
        return
    title = f"Shard {shard.shard}"
    yield Node(
        id=f"{region}/shard/{shard.shard}",
        kind=NodeKind.DATABASE,
        zone=zone,
        title=title,
        lines=lines,
        shard=shard.shard,
    )


def _cache(cache: CachePlan, region: str, zone: str) -> Node:
    nodes = cache.shards * cache.nodes_per_shard
    size = cache.node_type.removeprefix("cache.")
    return Node(
        id=f"{region}/cache/{cache.role.value}",
        kind=NodeKind.CACHE,
        zone=zone,
        title=f"Valkey: {'plugins' if cache.role.value == 'app' else cache.role.value}",
        lines=(f"{nodes} x {size}",),
    )


def _around(plan: PlatformPlan, cell: RegionPlan) -> Iterator[Node]:
    """Of a region, outside of its network."""
    here = cell.region
    storage = next(storage for storage in plan.storage.regions if storage.region == here)
    yield from (_bucket(bucket, here) for bucket in storage.data)
    lines = (f"logs {count(cell.observability.logs.days, 'day')}",)
    yield Node(id=f"{here}/watch", kind=NodeKind.WATCH, zone=here, title="CloudWatch", lines=lines)
    asking = [
        plugin for plugin in cell.plugins if plugin.backend and plugin.serves and plugin.backend.spec.network.egress
    ]
    lines = (f"asked by {count(len(asking), 'plugin')}",)
    yield Node(id=f"{here}/outside", kind=NodeKind.OUTSIDE, zone=here, title="Hosts outside", lines=lines)


def _bucket(bucket: BucketPlan, region: str) -> Node:
    return Node(
        id=f"{region}/bucket/{bucket.kind}",
        kind=NodeKind.BUCKET,
        zone=region,
        title=f"S3 {bucket.kind}",
        lines=(_BUCKETS[bucket.kind],),
    )
