"""All parts of a plan."""

from collections.abc import Iterator

from planning.observability import ObservabilityPlan
from planning.part import Noun, Part, Value, on_or_off
from planning.part_data import bucket_part, cache_part, database_parts
from planning.part_plugin import plugin_part
from planning.platform import PlatformPlan, RegionPlan


def parts_of(plan: PlatformPlan) -> Iterator[Part]:
    """All parts of an environment, in a stable order. region is empty for what all regions share."""
    for shard in plan.shards:
        yield from database_parts(shard)
    for cell in plan.regions:
        yield Part(noun=Noun.REGION, name=cell.region, region=cell.region, identity=cell.region)
        yield from _ground(cell)
        yield from _serving(cell)
    for plugin in plan.plugins:
        if plugin.database:
            # A schema elsewhere is another, empty one.
            where = f"shard {plugin.database.shard}"
            yield Part(noun=Noun.SCHEMA, name=plugin.database.schema, region="", identity=where)
        if plugin.spec.frontend:
            bundle: dict[str, Value] = {"file": plugin.spec.frontend.bundle, "version": plugin.spec.version}
            yield Part(noun=Noun.BUNDLE, name=plugin.name, region="", identity=plugin.name, traits=bundle)
    for region in plan.storage.regions:
        for bucket in (*region.data, region.logs):
            yield bucket_part(bucket, region.region)
    yield from _edge(plan)


def _ground(cell: RegionPlan) -> Iterator[Part]:
    region, pool = cell.region, cell.cluster.node_pool
    yield Part(noun=Noun.NETWORK, name=cell.network.name, region=region, identity=cell.network.cidr)
    for zone in cell.network.nat_zones:
        yield Part(noun=Noun.NAT, name=f"zone {zone}", region=region, identity=zone)
    for service in cell.network.interface_endpoints:
        yield Part(noun=Noun.ENDPOINT, name=service, region=region, identity=service)
    yield Part(
        noun=Noun.CLUSTER,
        name=cell.cluster.name,
        region=region,
        identity=cell.cluster.name,
        traits={"version": cell.cluster.version},
    )
    yield Part(
        noun=Noun.NODES,
        name=pool.name,
        region=region,
        identity=pool.name,
        restarting={"size": pool.size, "families": ", ".join(pool.families)},
        traits={
            "vCPU at most": pool.cpu_limit,
            "GiB at most": pool.memory_gib_limit,
            "replaced at a time": pool.disruption,
        },
    )
    for cache in cell.caches.caches:
        yield cache_part(cache, region)


def _serving(cell: RegionPlan) -> Iterator[Part]:
    region, gateway = cell.region, cell.gateway
    for pooler in cell.poolers:
        yield Part(
            noun=Noun.POOLER,
            name=pooler.name,
            region=region,
            identity=pooler.name,
            traits={"pods": pooler.replicas},
            restarting={"metrics": on_or_off(on=pooler.metrics)},
        )
    yield Part(
        noun=Noun.GATEWAY,
        name="gateway",
        region=region,
        identity="gateway",
        restarting={"CPU m": gateway.proxy.cpu_m, "memory MiB": gateway.proxy.memory_mib},
        traits={
            "pods at least": gateway.pods.min,
            "pods at most": gateway.pods.max,
            "limiter pods": gateway.limiter_pods,
            "controller pods": gateway.controller_pods,
            "tracing": on_or_off(on=gateway.tracing),
        },
    )
    yield _telemetry(cell.observability)
    for plugin in cell.plugins:
        if plugin.backend:
            yield plugin_part(plugin)


def _telemetry(plan: ObservabilityPlan) -> Part:
    signals = {"traces of services": plan.apm, "metrics": plan.metrics, "whole paths": plan.tracing}
    return Part(
        noun=Noun.TELEMETRY,
        name="telemetry",
        region=plan.region,
        identity="telemetry",
        traits={
            **{name: on_or_off(on=present) for name, present in signals.items()},
            "collector pods": plan.collectors,
            "adapter pods": plan.adapters,
            "days of logs": plan.logs.days,
        },
    )


def _edge(plan: PlatformPlan) -> Iterator[Part]:
    cdn, firewall = plan.cdn, plan.cdn.firewall
    yield Part(
        noun=Noun.CDN,
        name=cdn.name,
        region="",
        identity=cdn.name,
        traits={
            "price class": cdn.price_class,
            "origin shield": cdn.shield_region,
            "failover": on_or_off(on=cdn.failover_origin),
            "gateways": ", ".join(gateway.code for gateway in cdn.gateways),
        },
    )
    yield Part(
        noun=Noun.FIREWALL,
        name=firewall.name,
        region="",
        identity=firewall.name,
        traits={"requests in 5 min": firewall.rate_limit, "of them to APIs": firewall.api_rate_limit},
    )
