"""Who turns to whom in a plan: the edges of its picture."""

from collections.abc import Iterator

from analysis.diagram.graph import Edge, EdgeKind
from planning.data.caches import CacheRole
from planning.platform import PlatformPlan
from planning.plugin.plugin import BackendPlan, PluginPlan
from planning.region import RegionPlan


def shared_edges(plan: PlatformPlan) -> Iterator[Edge]:
    """From the browsers to the regions."""
    home = plan.home.region
    yield Edge(source="browser", target="dns", kind=EdgeKind.LOOKUP, label="name")
    yield Edge(source="browser", target="cdn", kind=EdgeKind.REQUEST, label="HTTPS")
    yield Edge(source="firewall", target="cdn", kind=EdgeKind.FILTER)
    server = plan.cdn.behaviours.site_server
    files, answers = ("bundles", "pages, /api") if server else ("shell, bundles", "/api")
    yield Edge(source="cdn", target=f"{home}/bucket/assets", kind=EdgeKind.BUNDLE, label=files)
    for cell in plan.regions:
        kind = EdgeKind.REQUEST if cell.home else EdgeKind.STANDBY
        yield Edge(source="cdn", target=f"{cell.region}/balancer", kind=kind, label=answers)
        if plan.cdn.failover_origin and not cell.home:
            yield Edge(source="cdn", target=f"{cell.region}/bucket/assets", kind=EdgeKind.STANDBY)
    for copy in plan.storage.replications:
        yield Edge(
            source=f"{copy.source}/bucket/{copy.kind}",
            target=f"{copy.destination}/bucket/{copy.kind}",
            kind=EdgeKind.REPLICATION,
        )
    for shard in plan.shards:
        if shard.remote:
            yield Edge(
                source=f"{shard.region}/shard/{shard.shard}",
                target=f"{shard.remote.region}/shard/{shard.shard}",
                kind=EdgeKind.REPLICATION,
            )


def region_edges(plan: PlatformPlan, cell: RegionPlan) -> Iterator[Edge]:
    """Within one region, and from its poolers to the writers at home."""
    here = cell.region
    gateway, limiter = f"{here}/gateway", f"{here}/limiter"
    yield Edge(source=f"{here}/balancer", target=gateway, kind=EdgeKind.REQUEST)
    yield Edge(source=gateway, target=limiter, kind=EdgeKind.COUNT)
    yield Edge(source=limiter, target=f"{here}/cache/{cell.caches.limiter.role.value}", kind=EdgeKind.COUNT)
    service = f"{here}/plugin/{cell.gateway.sign_in.service.service}"
    yield Edge(source=gateway, target=service, kind=EdgeKind.SESSION, label="who asks")
    serving = {plugin.name for plugin in cell.plugins if plugin.serves}
    for plugin in cell.plugins:
        if plugin.backend and plugin.serves:
            yield from _plugin(plugin, plugin.backend, cell, serving)
    for pooler in cell.poolers:
        source = f"{here}/pooler/{pooler.shard}"
        if not cell.home:
            yield Edge(source=source, target=f"{here}/shard/{pooler.shard}", kind=EdgeKind.SQL, label="reads")
        label = "" if cell.home else "writes"
        yield Edge(source=source, target=f"{plan.home.region}/shard/{pooler.shard}", kind=EdgeKind.SQL, label=label)
    yield Edge(source=f"{here}/nat", target=f"{here}/outside", kind=EdgeKind.EGRESS)


def _plugin(plugin: PluginPlan, backend: BackendPlan, cell: RegionPlan, serving: set[str]) -> Iterator[Edge]:
    here, own = cell.region, f"{cell.region}/plugin/{plugin.name}"
    yield Edge(source=f"{here}/gateway", target=own, kind=EdgeKind.ROUTE, label=backend.spec.api_prefix)
    for callee in backend.spec.network.calls:
        if callee in serving:
            yield Edge(source=own, target=f"{here}/plugin/{callee}", kind=EdgeKind.CALL)
    if plugin.database:
        label = plugin.database.schema
        yield Edge(source=own, target=f"{here}/pooler/{plugin.database.shard}", kind=EdgeKind.SQL, label=label)
    if user := cell.caches.user(plugin.name):
        yield Edge(source=own, target=f"{here}/cache/{CacheRole(user.role).value}", kind=EdgeKind.CACHE)
    yield Edge(source=own, target=f"{here}/bucket/uploads", kind=EdgeKind.UPLOAD, label=backend.uploads_prefix)
    if backend.spec.network.egress:
        yield Edge(source=own, target=f"{here}/nat", kind=EdgeKind.EGRESS, label=", ".join(backend.spec.network.egress))
    if cell.observability.collectors:
        yield Edge(source=own, target=f"{here}/telemetry", kind=EdgeKind.TRACE)
