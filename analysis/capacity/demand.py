"""What a number of users asks of a home region, on paper: also beyond what plans hold together at."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from analysis.cost.load import Work
from planning.cluster.packing import ADDONS, DAEMONS
from planning.database.connection_budget import PLATFORM_CONNECTIONS, RDS_CONNECTIONS, server_connections
from planning.database.plugin_database import client_connections, shard_of
from planning.database.pooler import pooler_size
from planning.gateway.gateway import CONTROLLER_POD, controller_pods, gateway_pods, limiter_pod, limiter_pods
from planning.inputs.assumptions import SECONDS, Assumptions
from planning.inputs.registry.lifecycle import Lifecycle
from planning.inputs.registry.registry_entry import PluginSpec, Registry
from planning.inputs.tiers import PodRange, Tier, node_limit, pod_range, shard_count
from planning.observability.pods import ADAPTER_POD, COLLECTOR, GRAFANA_POD, STATE_METRICS, adapter_pods, collector_pods
from planning.plugin.autoscaling import CPU_PERCENT
from planning.shared.pods import PodSize


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


def component_demands(
    registry: Registry, tier: Tier, users: int, assumptions: Assumptions
) -> tuple[ComponentDemand, ...]:
    """The CDN, the platform's own pods, and every plugin that serves."""
    peak = assumptions.peak_requests(users)
    assets = users * assumptions.asset_requests_per_user * assumptions.peak_factor / SECONDS
    servers = sum(servers for _, servers in shard_connections(registry, tier, users).values())
    proxy = PodSize(cpu_m=tier.gateway_cpu_m, memory_mib=tier.gateway_memory_mib)
    poolers = _fixed(shard_count(tier, users) * tier.pooler_pods)
    own = [
        ("gateway proxies", peak, gateway_pods(tier, users), proxy),
        ("rate limiter", peak, limiter_pods(tier, users, assumptions), limiter_pod(tier)),
        ("gateway control", 0, _fixed(controller_pods(tier)), CONTROLLER_POD),
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
    return PodRange(min=pods.min + plugin.backend.cron, max=pods.max + plugin.backend.cron)


def requests_served(plugin: PluginSpec, pods: int, assumptions: Assumptions) -> float:
    """Requests a second that keep so many pods at the autoscaler's target."""
    cores = plugin.backend.resources.cpu_request_m / 1000 if plugin.backend else 0
    return pods * cores * CPU_PERCENT / 100 / (assumptions.cpu_ms_per_request / 1000)


def shard_connections(registry: Registry, tier: Tier, users: int) -> Mapping[int, tuple[int, int]]:
    """By shard: clients of its poolers in one region, and connections to its writer from the poolers of all regions."""
    shards, poolers = shard_count(tier, users), tier.pooler_pods * tier.regions
    found: dict[int, tuple[int, int]] = {}
    for plugin in registry.plugins:
        if plugin.database is None or plugin.lifecycle is Lifecycle.ARCHIVED:
            continue
        shard = shard_of(plugin.database, shards)
        clients, servers = found.get(shard, (0, PLATFORM_CONNECTIONS + RDS_CONNECTIONS))
        asked = client_connections(plugin, tier, users)
        servers += server_connections(asked, poolers, replicas=tier.database.replicas)
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
