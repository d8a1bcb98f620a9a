"""From users to work: requests, and the pods and nodes that run for them in an average hour."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from planning.cluster.packing import ADDONS, room
from planning.database.pooler import pooler_size
from planning.inputs.assumptions import SECONDS, Assumptions
from planning.inputs.tiers import Tier
from planning.observability.pods import ADAPTER_POD, COLLECTOR, GRAFANA_POD, STATE_METRICS
from planning.plugin.autoscaling import CPU_PERCENT
from planning.plugin.plugin import PluginPlan
from planning.region import RegionPlan
from planning.shared.pods import PodSize

MILLION = 1_000_000
GB = 1_000_000_000

ZONES_OF_NODES = 3


@dataclass(frozen=True, kw_only=True)
class Work:
    """What pods ask of nodes: millicores and MiB."""

    cpu_m: float
    memory_mib: float

    @classmethod
    def of(cls, size: PodSize) -> "Work":
        """Of one pod."""
        return cls(cpu_m=size.cpu_m, memory_mib=size.memory_mib)

    def __add__(self, other: "Work") -> "Work":
        return Work(cpu_m=self.cpu_m + other.cpu_m, memory_mib=self.memory_mib + other.memory_mib)

    def times(self, number: float) -> "Work":
        """Of so many pods."""
        return Work(cpu_m=self.cpu_m * number, memory_mib=self.memory_mib * number)


NOTHING = Work(cpu_m=0, memory_mib=0)


@dataclass(frozen=True, kw_only=True)
class RegionLoad:
    """requests: to the gateway a month; a region that waits gets none. pods, work: by plugin. system: the platform's
    own pods."""

    requests: float
    pods: Mapping[str, int]
    work: Mapping[str, Work]
    system: Work
    nodes: int


def region_load(
    region: RegionPlan, *, tier: Tier, users: int, assumptions: Assumptions, parts: Mapping[str, float]
) -> RegionLoad:
    """The load of a region in an average month. parts: of the requests, by plugin."""
    requests = users * assumptions.requests_per_user if region.home else 0.0
    pods = {
        plugin.name: _pods(plugin, requests * parts.get(plugin.name, 0.0) / SECONDS, assumptions)
        for plugin in region.plugins
    }
    work = {plugin.name: _work(plugin, pods[plugin.name]) for plugin in region.plugins}
    system = _system(region)
    total = sum(work.values(), start=system)
    return RegionLoad(
        requests=requests, pods=pods, work=work, system=system, nodes=_nodes(total, region, tier, assumptions)
    )


def request_parts(plugins: tuple[PluginPlan, ...]) -> Mapping[str, float]:
    """Which part of all requests goes to each plugin that serves: by its share of the users."""
    serving = {plugin.name: plugin.spec.share for plugin in plugins if plugin.serves}
    whole = sum(serving.values())
    return {name: share / whole for name, share in serving.items()} if whole else {}


def _pods(plugin: PluginPlan, per_second: float, assumptions: Assumptions) -> int:
    """Pods of an average hour: what the requests keep at the autoscaler's target, within the plan's range."""
    if plugin.pods is None or plugin.backend is None:
        return 0
    cores = plugin.backend.spec.resources.cpu_request_m / 1000 * CPU_PERCENT / 100
    asked = math.ceil(per_second * assumptions.cpu_ms_per_request / 1000 / cores)
    serving = min(plugin.pods.max, max(plugin.pods.min, asked))
    return serving + sum(workload.pods.min for workload in plugin.backend.workloads[1:])


def _work(plugin: PluginPlan, pods: int) -> Work:
    if plugin.backend is None:
        return NOTHING
    resources = plugin.backend.spec.resources
    return Work(cpu_m=resources.cpu_request_m, memory_mib=resources.memory_mib).times(pods)


def _system(region: RegionPlan) -> Work:
    gateway, seen = region.gateway, region.observability
    parts = (
        (gateway.pods.min, gateway.proxy),
        (gateway.limiter_pods.min, gateway.limiter),
        (gateway.controller_pods, gateway.controller),
        *((pooler.replicas, pooler_size(metrics=pooler.metrics)) for pooler in region.poolers),
        (seen.collectors, COLLECTOR),
        (seen.adapters, ADAPTER_POD),
        (int(seen.metrics), GRAFANA_POD),
        (int(seen.metrics), STATE_METRICS),
        *((addon.count, addon.size) for addon in ADDONS),
    )
    return sum((Work.of(size).times(count) for count, size in parts), start=NOTHING)


def _nodes(work: Work, region: RegionPlan, tier: Tier, assumptions: Assumptions) -> int:
    """As many as all pods fill, beside what runs on each node; over as many zones as a plugin has pods."""
    fill = assumptions.node_fill_percent / 100
    free = room(tier.nodes)
    by_cpu, by_memory = work.cpu_m / (free.cpu_m * fill), work.memory_mib / (free.memory_mib * fill)
    pool = region.cluster.node_pool
    return min(pool.nodes, max(min(ZONES_OF_NODES, tier.floor), math.ceil(max(by_cpu, by_memory))))
