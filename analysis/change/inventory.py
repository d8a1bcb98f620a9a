"""All parts of a plan."""

from collections.abc import Iterator

from analysis.change.part import VARIABLE, Kind, Part, Value, on_or_off
from planning.data.buckets import BucketPlan
from planning.data.caches import CachePlan
from planning.database.shard import ShardPlan
from planning.observability.observability import ObservabilityPlan
from planning.platform import PlatformPlan
from planning.plugin.plugin import BackendPlan, PluginPlan
from planning.plugin.workload import WorkloadKind
from planning.region import RegionPlan

ENGINE = "PostgreSQL"
"""The trait that is the major version of a database."""


def parts_of(plan: PlatformPlan) -> Iterator[Part]:
    """All parts of an environment, in a stable order. region is empty for what all regions share."""
    for shard in plan.shards:
        yield from database_parts(shard)
    for cell in plan.regions:
        yield Part(kind=Kind.REGION, name=cell.region, region=cell.region, identity=cell.region)
        yield from _ground(cell)
        yield from _serving(cell)
    for plugin in plan.plugins:
        if plugin.database:
            # A schema elsewhere is another, empty one.
            where = f"shard {plugin.database.shard}"
            yield Part(kind=Kind.SCHEMA, name=plugin.database.schema, region="", identity=where)
        if plugin.spec.frontend:
            bundle: dict[str, Value] = {"file": plugin.spec.frontend.bundle, "version": plugin.spec.version}
            yield Part(kind=Kind.BUNDLE, name=plugin.name, region="", identity=plugin.name, traits=bundle)
    for region in plan.storage.regions:
        for bucket in (*region.data, region.logs):
            yield bucket_part(bucket, region.region)
    yield from _edge(plan)


def _ground(cell: RegionPlan) -> Iterator[Part]:
    region, pool = cell.region, cell.cluster.node_pool
    yield Part(kind=Kind.NETWORK, name=cell.network.name, region=region, identity=cell.network.cidr)
    for zone in cell.network.nat_zones:
        yield Part(kind=Kind.NAT, name=f"zone {zone}", region=region, identity=zone)
    for service in cell.network.interface_endpoints:
        yield Part(kind=Kind.ENDPOINT, name=service, region=region, identity=service)
    yield Part(
        kind=Kind.CLUSTER,
        name=cell.cluster.name,
        region=region,
        identity=cell.cluster.name,
        traits={"version": cell.cluster.version},
    )
    yield Part(
        kind=Kind.NODES,
        name=pool.name,
        region=region,
        identity=pool.name,
        restarting={"size": pool.size, "families": ", ".join(pool.families)},
        traits={
            "vCPU at most": pool.cpu_limit,
            "GiB at most": pool.memory_gib_limit,
            "replaced at a time": pool.disruption,
            "amd64 nodes at least": pool.amd64_nodes,
        },
    )
    for cache in cell.caches.caches:
        yield cache_part(cache, region)


def _serving(cell: RegionPlan) -> Iterator[Part]:
    region, gateway = cell.region, cell.gateway
    for pooler in cell.poolers:
        yield Part(
            kind=Kind.POOLER,
            name=pooler.name,
            region=region,
            identity=pooler.name,
            traits={"pods": pooler.replicas},
            restarting={"metrics": on_or_off(on=pooler.metrics)},
        )
    yield Part(
        kind=Kind.GATEWAY,
        name="gateway",
        region=region,
        identity="gateway",
        restarting={
            "CPU m": gateway.proxy.cpu_m,
            "memory MiB": gateway.proxy.memory_mib,
            "limiter CPU m": gateway.limiter.cpu_m,
        },
        traits={
            "pods at least": gateway.pods.min,
            "pods at most": gateway.pods.max,
            "limiter pods at least": gateway.limiter_pods.min,
            "limiter pods at most": gateway.limiter_pods.max,
            "controller pods": gateway.controller_pods,
            "tracing": on_or_off(on=gateway.tracing),
            "a user's requests a minute": gateway.limits.usual.user_per_minute,
            "a client's": gateway.limits.usual.client_per_minute,
            "other limits": ", ".join(pair.name for pair in gateway.limits.others),
        },
    )
    yield _telemetry(cell.observability)
    for plugin in cell.plugins:
        if plugin.backend:
            yield plugin_part(plugin)


def _telemetry(plan: ObservabilityPlan) -> Part:
    signals = {"traces of services": plan.apm, "metrics": plan.metrics, "whole paths": plan.tracing}
    return Part(
        kind=Kind.TELEMETRY,
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
        kind=Kind.CDN,
        name=cdn.name,
        region="",
        identity=cdn.name,
        traits={
            "price class": cdn.price_class,
            "origin shield": cdn.shield_region,
            "failover": on_or_off(on=cdn.failover_origin),
            "gateways": ", ".join(gateway.code for gateway in cdn.gateways),
            "pages": "a server's" if cdn.behaviours.site_server else "files",
            **{name: " ".join(values) or "on" for name, values in cdn.page_headers.directives.items()},
            "permissions": cdn.page_headers.permissions,
        },
    )
    yield Part(
        kind=Kind.FIREWALL,
        name=firewall.name,
        region="",
        identity=firewall.name,
        traits={
            "requests in 5 min": firewall.rate_limit,
            "of them to APIs": firewall.api_rate_limit,
            "exceptions": ", ".join(f"{one.rule} ({len(one.paths)} prefixes)" for one in firewall.exceptions) or "none",
        },
    )


def database_parts(plan: ShardPlan) -> Iterator[Part]:
    """A shard and its replicas."""
    size: dict[str, Value] = {"class": plan.instance_class, ENGINE: plan.engine_version}
    yield Part(
        kind=Kind.DATABASE,
        name=f"shard {plan.shard}",
        region=plan.region,
        identity=plan.identifier,
        restarting=size,
        traits={
            "standby": "in another zone" if plan.multi_az else "none",
            "storage GiB": plan.storage_gib,
            "storage ceiling GiB": plan.max_storage_gib,
            "IOPS": plan.iops,
            "MiB/s": plan.throughput,
            "days of backups": plan.backup_days,
        },
    )
    ceiling: dict[str, Value] = {"storage ceiling GiB": plan.max_storage_gib}
    for number, replica in enumerate(plan.replicas, 1):
        name = f"shard {plan.shard} r{number}"
        yield _replica(name, plan.region, replica.identifier, size, ceiling)
    if plan.remote:
        standby: dict[str, Value] = {"standby": "in another zone" if plan.remote.multi_az else "none"}
        name = f"shard {plan.shard} standby"
        yield _replica(name, plan.remote.region, plan.remote.replica.identifier, size, ceiling | standby)


def _replica(name: str, region: str, identity: str, size: dict[str, Value], traits: dict[str, Value]) -> Part:
    return Part(kind=Kind.REPLICA, name=name, region=region, identity=identity, restarting=size, traits=traits)


def cache_part(plan: CachePlan, region: str) -> Part:
    """One replication group."""
    return Part(
        kind=Kind.CACHE,
        name=plan.role.value,
        region=region,
        identity=plan.identifier,
        restarting={"node": plan.node_type},
        traits={"shards": plan.shards, "nodes a shard": plan.nodes_per_shard, "days of snapshots": plan.snapshot_days},
    )


def bucket_part(plan: BucketPlan, region: str) -> Part:
    """One bucket."""
    ages = plan.ages
    return Part(
        kind=Kind.BUCKET,
        name=plan.kind,
        region=region,
        identity=plan.name,
        traits={
            "locked days": plan.lock_days,
            "infrequent after days": ages.infrequent,
            "archived after days": ages.archive,
            "gone after days": ages.expire,
        },
    )


def plugin_part(plan: PluginPlan) -> Part:
    """One plugin in one region."""
    common: dict[str, Value] = {"version": plan.spec.version, "lifecycle": plan.spec.lifecycle.value}
    if plan.routes:
        common |= {
            "prefix": ", ".join(dict.fromkeys(match.path for rule in plan.routes.rules for match in rule.matches)),
            "limits of its own": plan.routes.limits.name if plan.routes.own_limits else "",
        }
    if plan.database:
        common["connections at most"] = plan.database.connection_limit
        if migrate := plan.database.migrate:
            common["migration"] = f"{' '.join(migrate.command)} in {migrate.image}"
    serving = plan.backend if plan.serves else None
    return Part(
        kind=Kind.PLUGIN,
        name=plan.name,
        region=plan.region,
        identity=plan.namespace,
        traits=common | (_scaling(serving) if serving else {}),
        restarting=_processes(serving) if serving else {},
    )


def _scaling(plan: BackendPlan) -> dict[str, Value]:
    queue = plan.autoscaling.queue
    return {
        "pods at least": plan.pods.min,
        "pods at most": plan.pods.max,
        "queue a pod": queue.per_pod if queue else None,
        "canary": f"{canary.weight} % by {canary.image}" if (canary := plan.spec.canary) else None,
    }


def _processes(plan: BackendPlan) -> dict[str, Value]:
    """What a process is started with: a change of it rolls the pods. It speaks of secrets by their names only."""
    first, environment = plan.workloads[0], plan.environment
    return {
        "image": plan.spec.image,
        "workloads": ", ".join(one.name for one in plan.workloads if one.kind is not WorkloadKind.CANARY),
        "CPU and memory": f"{first.resources.cpu_request_m}m/{first.resources.cpu_limit_m}m, "
        f"{first.resources.memory_mib} MiB",
        "priority": first.priority_class,
        "probes": str(first.probes),
        "manifest": f"{plan.manifest} at {', '.join(plan.spec.manifest_paths)}",
        "secrets": ", ".join(environment.secret_names),
        "database": str(environment.database),
        "cache": str(environment.cache),
        **{f"{VARIABLE}{name}": value for name, value in environment.plain.items()},
    }
