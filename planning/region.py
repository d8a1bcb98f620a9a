"""A region (cell): network, cluster, caches, poolers, gateway, observability, and every plugin."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from planning.cluster.cluster import ClusterPlan, plan_cluster
from planning.cluster.packing import nodes_for, room
from planning.data.caches import CachesPlan, plan_caches
from planning.database.archive import ArchivePlan, plan_archives
from planning.database.plugin_database import PluginDatabasePlan
from planning.database.pooler import PoolerPlan, plan_poolers
from planning.database.shard import ShardPlan
from planning.gateway.gateway import GatewayPlan, plan_gateway
from planning.gateway.gone_routes import GoneRoutesPlan, plan_gone_routes
from planning.gateway.load_balancer import LoadBalancerPlan, plan_load_balancer
from planning.gateway.routes import plan_routes
from planning.inputs.problem import Problem, Problems
from planning.inputs.registry.registry_entry import Registry
from planning.inputs.settings import Settings
from planning.inputs.tiers import Tier
from planning.network.vpc import NetworkPlan, plan_network
from planning.observability.observability import ObservabilityPlan, plan_observability
from planning.plugin.plugin import PluginPlan, plan_plugin
from planning.region_pods import least_pods


@dataclass(frozen=True, kw_only=True)
class RegionPlan:
    """A cell: all that runs in one region. The home region holds the database writers."""

    region: str
    home: bool
    network: NetworkPlan
    cluster: ClusterPlan
    caches: CachesPlan
    poolers: tuple[PoolerPlan, ...]
    load_balancer: LoadBalancerPlan
    gateway: GatewayPlan
    gone_routes: tuple[GoneRoutesPlan, ...]
    observability: ObservabilityPlan
    plugins: tuple[PluginPlan, ...]


def plan_region(
    *,
    stack: str,
    region: str,
    settings: Settings,
    tier: Tier,
    registry: Registry,
    shards: tuple[ShardPlan, ...],
    databases: Mapping[str, PluginDatabasePlan],
) -> RegionPlan:
    """Decides everything about one region. Raises InvalidInputError with the problems of all entries together."""
    home = region == settings.regions[0]
    poolers = plan_poolers(region=region, image=settings.pooler_image, tier=tier, shards=shards)
    gateway = plan_gateway(region=region, settings=settings, tier=tier, users=settings.users, registry=registry)
    caches = plan_caches(stack=stack, region=region, settings=settings, tier=tier, registry=registry)
    observability = plan_observability(
        stack=stack,
        region=region,
        settings=settings,
        tier=tier,
        databases=tuple(identifier for shard in shards for identifier in shard.instances_in(region)),
        caches=caches.nodes,
    )
    plugins = _plan_plugins(
        stack=stack,
        region=region,
        home=home,
        settings=settings,
        tier=tier,
        registry=registry,
        caches=caches,
        databases=databases,
        archives=plan_archives(registry=registry, shards=len(shards)),
    )
    pods = least_pods(plugins=plugins, poolers=poolers, gateway=gateway, seen=observability)
    amd64 = nodes_for([one for one in pods if one.arch == "amd64"], tier.nodes)
    others = nodes_for([one for one in pods if one.arch != "amd64"], tier.nodes)
    return RegionPlan(
        region=region,
        home=home,
        network=plan_network(stack=stack, region=region, tier=tier),
        cluster=plan_cluster(
            stack=stack,
            region=region,
            settings=settings,
            tier=tier,
            users=settings.users,
            nodes=amd64 + others,
            amd64_nodes=amd64,
        ),
        caches=caches,
        poolers=poolers,
        load_balancer=plan_load_balancer(stack=stack, region=region, settings=settings),
        gateway=gateway,
        gone_routes=plan_gone_routes(registry=registry, settings=settings),
        observability=observability,
        plugins=plugins,
    )


def _plan_plugins(
    *,
    stack: str,
    region: str,
    home: bool,
    settings: Settings,
    tier: Tier,
    registry: Registry,
    caches: CachesPlan,
    databases: Mapping[str, PluginDatabasePlan],
    archives: Mapping[str, ArchivePlan],
) -> tuple[PluginPlan, ...]:
    """Each by itself: what is wrong with one entry hides nothing of the others."""
    problems = Problems()
    plans = [
        problems.attempt(
            lambda spec=spec: plan_plugin(
                spec=spec,
                stack=stack,
                region=region,
                home=home,
                settings=settings,
                tier=tier,
                users=settings.users,
                database=databases.get(spec.name),
                archive=archives.get(spec.name),
                caches=caches.nodes_of(spec.name),
                routes=plan_routes(file=registry.file, spec=spec, settings=settings, tier=tier),
                registry=registry,
            )
        )
        for spec in registry.plugins
    ]
    problems.add(*(problem for plan in plans if plan for problem in _too_large(plan, tier, registry.file)))
    problems.raise_if_any()
    return tuple(plan for plan in plans if plan)


def _too_large(plan: PluginPlan, tier: Tier, file: str) -> Iterator[Problem]:
    """A pod that fits on no node of the tier waits for ever."""
    empty = room(tier.nodes)
    resources = plan.spec.backend.resources if plan.spec.backend and plan.serves else None
    if resources is None:
        return
    for field, asked, most, unit in (
        ("cpu", resources.cpu_request_m, empty.cpu_m, "m"),
        ("memory", resources.memory_mib, empty.memory_mib, "Mi"),
    ):
        if asked > most:
            yield Problem(
                file=file,
                entry=plan.name,
                field=f"backend.resources.{field}",
                value=f"{asked}{unit}",
                rule=f"at most {int(most)}{unit}: what a node of tier {tier.name.value} has beside what runs on each",
                fix="ask for less and more pods, or serve more users: a larger tier has larger nodes",
            )
