"""Quotas of a plugin's namespace, so that a mistake in one plugin never takes a cluster from the others."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from planning.inputs.registry.pod_sections import Resources
from planning.plugin.workload import EPHEMERAL_MIB, WorkloadPlan, surge
from planning.shared.pods import PodSize
from planning.shared.quantities import cpu, memory

JOB_PODS = 2
"""A migration Job's pod, and the next one's while the first ends."""

JOB_CPU_M = 1_000
JOB_MEMORY_MIB = 1_024
"""The most that a container other than the plugin's own may ask for: migrations run a package manager."""

MIGRATION = PodSize(cpu_m=100, cpu_limit_m=JOB_CPU_M, memory_mib=JOB_MEMORY_MIB)

DEFAULT_CPU_M = 100
DEFAULT_MEMORY_MIB = 128
_OBJECTS = {
    "configmaps": "10",
    "secrets": "10",
    "services": "2",
    "services.loadbalancers": "0",
    "services.nodeports": "0",
    "persistentvolumeclaims": "0",
}
"""Few, and nothing that AWS would bill or that opens a second way in."""


@dataclass(frozen=True, kw_only=True)
class ResourceQuotaPlan:
    """hard: the ResourceQuota. The rest is the LimitRange of a container: default limits, default requests, most."""

    hard: Mapping[str, str]
    default: Mapping[str, str]
    default_request: Mapping[str, str]
    most: Mapping[str, str]


def plan_quota(resources: Resources, workloads: Sequence[WorkloadPlan]) -> ResourceQuotaPlan:
    """Room for every pod that the plan can lead to, roll-outs and Jobs included; without workloads, for no pod."""
    pods = sum(workload.pods.max + surge(workload.pods, recreate=workload.recreate) for workload in workloads)
    jobs = JOB_PODS if workloads else 0
    room = memory(pods * resources.memory_mib + jobs * JOB_MEMORY_MIB)
    ephemeral = memory((pods + jobs) * EPHEMERAL_MIB)
    return ResourceQuotaPlan(
        hard={
            "pods": str(pods + jobs),
            "requests.cpu": cpu(pods * resources.cpu_request_m + jobs * JOB_CPU_M),
            "limits.cpu": cpu(pods * resources.cpu_limit_m + jobs * JOB_CPU_M),
            "requests.memory": room,
            "limits.memory": room,
            "requests.ephemeral-storage": ephemeral,
            "limits.ephemeral-storage": ephemeral,
            **_OBJECTS,
        },
        default=_amounts(DEFAULT_CPU_M, DEFAULT_MEMORY_MIB),
        default_request=_amounts(DEFAULT_CPU_M, DEFAULT_MEMORY_MIB),
        most=_amounts(max(resources.cpu_limit_m, JOB_CPU_M), max(resources.memory_mib, JOB_MEMORY_MIB)),
    )


def _amounts(cpu_m: int, memory_mib: int) -> Mapping[str, str]:
    return {"cpu": cpu(cpu_m), "memory": memory(memory_mib), "ephemeral-storage": memory(EPHEMERAL_MIB)}
