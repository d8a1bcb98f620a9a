"""All pods that stand in a region before anybody comes, and what each kind of them asks for."""

import math
from collections.abc import Sequence

from planning.cluster.packing import ADDONS, Pods
from planning.database.pooler import PoolerPlan, pooler_size
from planning.gateway.gateway import GatewayPlan
from planning.inputs.field_types import Architecture
from planning.observability.observability import ObservabilityPlan
from planning.observability.pods import ADAPTER_POD, COLLECTOR, GRAFANA_POD, STATE_METRICS
from planning.plugin.plugin import PluginPlan
from planning.plugin.workload import SURGE_PERCENT
from planning.shared.pods import PodSize

_PROXY_SURGE_PERCENT = 25
_JOB = Pods(name="a Job", size=PodSize(cpu_m=50, memory_mib=256), count=1)
"""One that makes a schema: they run beside everything at an update, and one after another if need be."""


def least_pods(
    *,
    plugins: Sequence[PluginPlan],
    poolers: Sequence[PoolerPlan],
    gateway: GatewayPlan,
    seen: ObservabilityPlan,
) -> tuple[Pods, ...]:
    """Every autoscaler at its least; add-ons and a Job among them, what runs on each node not."""
    own = (
        *chart_pods(gateway),
        *(_alike(f"pooler {pooler.shard}", pooler_size(metrics=pooler.metrics), pooler.replicas) for pooler in poolers),
        _alike("collectors", COLLECTOR, seen.collectors),
        _alike("metrics adapters", ADAPTER_POD, seen.adapters),
        _alike("dashboards", GRAFANA_POD, int(seen.metrics), 0),
        _alike("state metrics", STATE_METRICS, int(seen.metrics), 0),
    )
    of_plugins = [
        _alike(
            workload.name,
            PodSize(cpu_m=workload.resources.cpu_request_m, memory_mib=workload.resources.memory_mib),
            workload.pods.min,
            0 if workload.recreate else SURGE_PERCENT,
            workload.arch,
        )
        for plugin in plugins
        if plugin.backend
        for workload in plugin.backend.workloads
    ]
    return tuple(pods for pods in (*own, *ADDONS, *of_plugins, _JOB) if pods.count)


def chart_pods(gateway: GatewayPlan) -> tuple[Pods, ...]:
    """Of the gateway's chart, and of what its control plane makes: no resources of the program."""
    return (
        _alike("proxies", gateway.proxy, gateway.pods.min, _PROXY_SURGE_PERCENT),
        _alike("limiter", gateway.limiter, gateway.limiter_pods.min),
        _alike("gateway control", gateway.controller, gateway.controller_pods),
    )


def _alike(name: str, size: PodSize, count: int, surge_percent: float = 1, arch: Architecture | None = None) -> Pods:
    """surge_percent: of the pods, at least one where there is any."""
    return Pods(name=name, size=size, count=count, surge=math.ceil(count * surge_percent / 100), arch=arch)
