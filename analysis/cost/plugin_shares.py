"""What of a bill is each plugin's: its part of nodes, database, cache and traffic."""

from collections import defaultdict
from collections.abc import Mapping

from analysis.cost.bill import Basis, Line, PluginCost
from analysis.cost.load import RegionLoad
from planning.data.caches import CacheRole
from planning.platform import PlatformPlan
from planning.region import RegionPlan

Parts = Mapping[str, float]


def plugin_costs(
    plan: PlatformPlan, lines: tuple[Line, ...], loads: Mapping[str, RegionLoad], requests: Parts
) -> tuple[PluginCost, ...]:
    """In the order of the registry. What is nobody's part (a shard without plugins, the platform's own pods) is left.

    requests: part of all requests, by plugin.
    """
    totals: defaultdict[Basis, defaultdict[str, float]] = defaultdict(lambda: defaultdict(float))
    regions = {region.region: region for region in plan.regions}
    nodes = {name: node_parts(loads[name]) for name in regions}
    shards = {shard.shard: database_parts(plan, shard.shard) for shard in plan.shards}
    caches = {name: cache_parts(region) for name, region in regions.items()}
    nobody: Parts = {}
    for line in lines:
        parts = nobody
        match line.basis:
            case Basis.NODES:
                parts = nodes[line.region]
            case Basis.DATABASE:
                parts = shards[line.shard] if line.shard is not None else nobody
            case Basis.CACHE:
                parts = caches[line.region].get(CacheRole.CLUSTER if "cluster" in line.what else CacheRole.APP, nobody)
            case Basis.TRAFFIC:
                parts = requests
            case Basis.SHARED:
                continue
        of_basis = totals[line.basis]
        for plugin, part in parts.items():
            of_basis[plugin] += line.usd * part
    return tuple(
        PluginCost(
            plugin=plugin.name,
            nodes=totals[Basis.NODES][plugin.name],
            database=totals[Basis.DATABASE][plugin.name],
            cache=totals[Basis.CACHE][plugin.name],
            traffic=totals[Basis.TRAFFIC][plugin.name],
        )
        for plugin in plan.plugins
    )


def node_parts(load: RegionLoad) -> Parts:
    """By the mean of the parts of CPU and memory that a plugin's pods ask for; the platform's own pods take part."""
    whole = sum(load.work.values(), start=load.system)
    return {
        name: (work.cpu_m / whole.cpu_m + work.memory_mib / whole.memory_mib) / 2 for name, work in load.work.items()
    }


def database_parts(plan: PlatformPlan, shard: int) -> Parts:
    """By the connections that the plugins of a shard may open."""
    asked = {
        plugin.name: plugin.database.connection_limit
        for plugin in plan.plugins
        if plugin.database and plugin.database.shard == shard
    }
    whole = sum(asked.values())
    return {name: connections / whole for name, connections in asked.items()}


def cache_parts(region: RegionPlan) -> Mapping[CacheRole, Parts]:
    """Each plugin that has a user in a cache pays the same: what it keeps there is not known before it runs."""
    found: dict[CacheRole, dict[str, float]] = {}
    for role in CacheRole:
        names = [user.plugin for user in region.caches.users if user.plugin and user.role is role]
        found[role] = {name: 1 / len(names) for name in names}
    return found
