"""All pods that stand in a region before anybody comes, and what each kind of them asks for."""

import math
from collections.abc import Sequence

from planning.cluster.packing import ADDONS, Pods
from planning.database.pooler import PoolerPlan
from planning.gateway.gateway import GatewayPlan
from planning.observability.observability import COLLECTOR_CPU_M, COLLECTOR_MEMORY_MIB, ObservabilityPlan
from planning.plugin.plugin import PluginPlan
from planning.plugin.workload import SURGE_PERCENT

POOLER_CPU_M, POOLER_MEMORY_MIB = 280, 608
"""PgBouncer and the containers beside it. Tests compare these, and those below, with the pods that are built."""
LIMITER_CPU_M, LIMITER_MEMORY_MIB = 100, 256
CONTROLLER_CPU_M, CONTROLLER_MEMORY_MIB = 100, 512
ADAPTER_CPU_M, ADAPTER_MEMORY_MIB = 75, 320
DASHBOARDS_CPU_M, DASHBOARDS_MEMORY_MIB = 85, 704
STATE_METRICS_CPU_M, STATE_METRICS_MEMORY_MIB = 50, 512

_PROXY_SURGE_PERCENT = 25
_JOB = Pods(name="a Job", cpu_m=50, memory_mib=256, count=1)
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
        _alike("proxies", gateway.proxy.cpu_m, gateway.proxy.memory_mib, gateway.pods.min, _PROXY_SURGE_PERCENT),
        _alike("limiter", LIMITER_CPU_M, LIMITER_MEMORY_MIB, gateway.limiter_pods),
        _alike("gateway control", CONTROLLER_CPU_M, CONTROLLER_MEMORY_MIB, gateway.controller_pods),
        *(_alike(f"pooler {pooler.shard}", POOLER_CPU_M, POOLER_MEMORY_MIB, pooler.replicas) for pooler in poolers),
        _alike("collectors", COLLECTOR_CPU_M, COLLECTOR_MEMORY_MIB, seen.collectors),
        _alike("metrics adapters", ADAPTER_CPU_M, ADAPTER_MEMORY_MIB, seen.adapters),
        _alike("dashboards", DASHBOARDS_CPU_M, DASHBOARDS_MEMORY_MIB, int(seen.metrics), 0),
        _alike("state metrics", STATE_METRICS_CPU_M, STATE_METRICS_MEMORY_MIB, int(seen.metrics), 0),
    )
    of_plugins = [
        _alike(
            workload.name,
            workload.resources.cpu_request_m,
            workload.resources.memory_mib,
            workload.pods.min,
            0 if workload.recreate else SURGE_PERCENT,
        )
        for plugin in plugins
        if plugin.backend
        for workload in plugin.backend.workloads
    ]
    return tuple(pods for pods in (*own, *ADDONS, *of_plugins, _JOB) if pods.count)


def _alike(name: str, cpu_m: float, memory_mib: float, count: int, surge_percent: float = 1) -> Pods:
    """surge_percent: of the pods, at least one where there is any."""
    return Pods(
        name=name, cpu_m=cpu_m, memory_mib=memory_mib, count=count, surge=math.ceil(count * surge_percent / 100)
    )
