"""What a number of users asks of a home region, on paper: also beyond what plans hold together at."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from analysis.cost.load import Work
from planning.cluster.node_pool import most_nodes
from planning.cluster.packing import ADDONS, DAEMONS, room
from planning.database.connection_budget import (
    PLATFORM_CONNECTIONS,
    RDS_CONNECTIONS,
    most_servers,
    pool_for,
    server_connections,
)
from planning.database.pooler import pooler_size
from planning.database.shard_size import ShardSize, asking, client_connections, shard_of, size_shards
from planning.gateway.gateway import (
    controller_pod,
    controller_pods,
    gateway_pods,
    limiter_pod,
    limiter_pods,
    proxy_pod,
)
from planning.inputs.assumptions import SECONDS, Assumptions
from planning.inputs.registry.registry_entry import PluginSpec, Registry
from planning.inputs.tiers import PodRange, Tier, node_limit, pod_range, tier_for
from planning.observability.pods import ADAPTER_POD, COLLECTOR, GRAFANA_POD, STATE_METRICS, adapter_pods, collector_pods
from planning.plugin.autoscaling import CPU_PERCENT

_DAEMONS = frozenset(pod.name for pod in DAEMONS)


@dataclass(frozen=True, kw_only=True)
class ComponentDemand:
    """requests: a second at the peak. vcpu, memory_gib: what all pods ask for at their maximum. connections: of a
    plugin's pods to the poolers, of the poolers to the databases."""

    name: str
    requests: float
    pods: PodRange
    vcpu: float = 0.0
    memory_gib: float = 0.0
    connections: int = 0


def shard_sizes(
    registry: Registry, users: int, assumptions: Assumptions, least_shards: int = 1
) -> tuple[ShardSize, ...]:
    """Of an environment made anew: every schema where it is pinned. least_shards: those that hold data."""
    tier = tier_for(users)
    count = max(tier.database.shards, least_shards)
    return size_shards(registry=registry, tier=tier, users=users, count=count, assumptions=assumptions)


def component_demands(
    registry: Registry, tier: Tier, users: int, assumptions: Assumptions, sizes: Sequence[ShardSize]
) -> tuple[ComponentDemand, ...]:
    """The CDN, the platform's own pods, and every plugin that serves. sizes: of the shards."""
    peak = assumptions.peak_requests(users)
    assets = users * assumptions.asset_requests_per_user * assumptions.peak_factor / SECONDS
    servers = sum(servers for _, servers in shard_connections(registry, tier, users, sizes).values())
    poolers = _fixed(sum(size.pooler_pods for size in sizes))
    own = [
        ("gateway proxies", peak, gateway_pods(tier, users), proxy_pod(tier, registry)),
        ("rate limiter", peak, limiter_pods(tier, users, assumptions), limiter_pod(tier)),
        ("gateway control", 0, _fixed(controller_pods(tier)), controller_pod(registry)),
        ("collectors", 0, _fixed(collector_pods(tier)), COLLECTOR),
        ("metrics adapters", 0, _fixed(adapter_pods(tier)), ADAPTER_POD),
        ("dashboards", 0, _fixed(int(tier.metrics)), GRAFANA_POD),
        ("state metrics", 0, _fixed(int(tier.metrics)), STATE_METRICS),
        *((addon.name, 0, _fixed(addon.count), addon.size) for addon in ADDONS),
        *((pod.name, 0, _fixed(node_limit(tier, users)), pod.size) for pod in DAEMONS),
    ]
    return (
        ComponentDemand(name="CDN", requests=peak + assets, pods=_fixed(0)),
        *(_demand(name, rate, pods, Work.of(size)) for name, rate, pods, size in own if pods.max),
        _demand("poolers", 0, poolers, Work.of(pooler_size(metrics=tier.metrics)), servers),
        *(_of_plugin(plugin, peak * part, tier, users) for plugin, part in serving(registry)),
    )


def mixed(registry: Registry) -> bool:
    """Whether some pods need nodes of another architecture than the others."""
    return any(plugin.arch == "amd64" for plugin in registry.plugins if plugin.lifecycle.serves)


def nodes_needed(registry: Registry, tier: Tier, users: int, parts: Sequence[ComponentDemand]) -> int:
    """As a plan has them: what the tier gives, or what all pods fill at their least, where that is more."""
    free = room(tier.nodes)
    least = [(part.pods.min / part.pods.max, part) for part in parts if part.pods.max and part.name not in _DAEMONS]
    filled = max(
        sum(of * part.vcpu for of, part in least) * 1000 / free.cpu_m,
        sum(of * part.memory_gib for of, part in least) * 1024 / free.memory_mib,
        sum(part.pods.min for _, part in least) / free.pods,
    )
    return max(most_nodes(tier, users, mixed=mixed(registry)), math.ceil(filled))


def serving(registry: Registry) -> Sequence[tuple[PluginSpec, float]]:
    """Plugins with pods, and which part of all requests goes to each: by its share of the users."""
    found = [plugin for plugin in registry.plugins if plugin.backend and plugin.lifecycle.serves]
    whole = sum(plugin.share for plugin in found)
    return [(plugin, plugin.share / whole) for plugin in found]


def pods_for(plugin: PluginSpec, tier: Tier, users: int) -> PodRange:
    """Pods of a plugin, with the one more in which timed work runs."""
    if plugin.backend is None or not plugin.lifecycle.serves:
        return _fixed(0)
    pods = pod_range(tier, users, plugin.share, singleton=plugin.backend.scaling.singleton)
    canary = plugin.backend.canary.pods(pods) if plugin.backend.canary else _fixed(0)
    cron = plugin.backend.cron
    return PodRange(min=pods.min + canary.min + cron, max=pods.max + canary.max + cron)


def requests_served(plugin: PluginSpec, pods: int, assumptions: Assumptions) -> float:
    """Requests a second that keep so many pods at the autoscaler's target."""
    cores = plugin.backend.resources.cpu_request_m / 1000 if plugin.backend else 0
    return pods * cores * CPU_PERCENT / 100 / (assumptions.cpu_ms_per_request / 1000)


def shard_connections(
    registry: Registry, tier: Tier, users: int, sizes: Sequence[ShardSize]
) -> Mapping[int, tuple[int, int]]:
    """By shard: clients of its poolers in one region, and connections to its writer from the poolers of all regions."""
    found: dict[int, tuple[int, int]] = {}
    for plugin, database in asking(registry):
        shard = shard_of(database, len(sizes))
        poolers = sizes[shard].pooler_pods * tier.regions
        asked = client_connections(plugin, tier, users)
        pool = pool_for(asked, poolers, most_servers(sizes[shard].instance.memory_gib))
        clients, servers = found.get(shard, (0, PLATFORM_CONNECTIONS + RDS_CONNECTIONS))
        servers += server_connections(pool, poolers, replicas=tier.database.replicas)
        found[shard] = (clients + asked, servers)
    return found


def _of_plugin(plugin: PluginSpec, requests: float, tier: Tier, users: int) -> ComponentDemand:
    pods = pods_for(plugin, tier, users)
    resources = plugin.backend.resources if plugin.backend else None
    work = Work(cpu_m=resources.cpu_request_m if resources else 0, memory_mib=resources.memory_mib if resources else 0)
    clients = pods.max * plugin.database.pool_size if plugin.database else 0
    return _demand(plugin.name, requests, pods, work, clients)


def _demand(name: str, requests: float, pods: PodRange, work: Work, connections: int = 0) -> ComponentDemand:
    whole = work.times(pods.max)
    return ComponentDemand(
        name=name,
        requests=requests,
        pods=pods,
        vcpu=whole.cpu_m / 1000,
        memory_gib=whole.memory_mib / 1024,
        connections=connections,
    )


def _fixed(pods: int) -> PodRange:
    return PodRange(min=pods, max=pods)
