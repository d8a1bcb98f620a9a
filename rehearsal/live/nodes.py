"""The nodes of a stack's cluster that really run: how many, where, and how large."""

from collections.abc import Sequence
from dataclasses import dataclass

from planning.cluster.packing import allocatable
from planning.inputs.tiers import Tier
from planning.region import RegionPlan
from rehearsal.control_plane.nodes import KIND, LIVE, machines
from rehearsal.live.machine import Machine
from rehearsal.live.network import addresses
from rehearsal.live.node.configuration import EVICTED_BELOW_MIB
from rehearsal.live.site import NodeSite
from rehearsal.tools.cache import Platform

OWN_MIB = 200
"""What a node's own programs take: about 150 MiB was measured."""
_MOST = 6
_FEWEST = 3
"""One in each zone."""
_FAMILIES = {"amd64": "m7i", "arm64": "m7g"}
"""By architecture, of the plan's generation: nodes here are of this machine's."""


@dataclass(frozen=True, kw_only=True)
class LiveNodes:
    """planned: that the node pool may have. factor: of what an instance has, what one of these says that it has;
    overcommitted: what all of them say that they have, by what this machine has."""

    region: str
    nodes: Sequence[NodeSite]
    planned: int
    factor: float
    overcommitted: float


def live_nodes(region: RegionPlan, tier: Tier, machine: Machine) -> LiveNodes:
    """Each says that it has what the tier's instance has for pods, or all that this machine has where that is less.

    Pods ask for more than they take: nodes may together say that they have more than there is.
    """
    pool, wanted = region.cluster.node_pool, allocatable(tier.nodes)
    planned = machines(region, tier).count
    count = max(_FEWEST, min(planned, _MOST))
    most_mib, most_cpu = machine.memory_mib - OWN_MIB - EVICTED_BELOW_MIB, machine.cpus * 1000
    memory, cpu = min(wanted.memory_mib, most_mib), min(wanted.cpu_m, most_cpu)
    arch = Platform.here().arch
    nodes = [
        _node(
            region.region,
            number,
            kind=f"{_family(arch, pool.families, pool.amd64_families)}.{tier.nodes.size}",
            reserved={
                "cpu": f"{most_cpu - cpu:.0f}m",
                "memory": f"{machine.memory_mib - memory - EVICTED_BELOW_MIB:.0f}Mi",
            },
            most_pods=wanted.pods,
        )
        for number in range(count)
    ]
    return LiveNodes(
        region=region.region,
        nodes=nodes,
        planned=planned,
        factor=min(memory / wanted.memory_mib, cpu / wanted.cpu_m),
        overcommitted=max(count * memory / machine.memory_mib, count * cpu / most_cpu),
    )


def _family(arch: str, families: Sequence[str], amd64: Sequence[str]) -> str:
    known = {"amd64": amd64, "arm64": families}[arch]
    return next(iter(known), _FAMILIES[arch])


def _node(region: str, number: int, *, kind: str, reserved: dict[str, str], most_pods: int) -> NodeSite:
    place = addresses.place(region, number)
    name = f"live-{kind.replace('.', '-')}-{region}{place.letter}-{number}"
    return NodeSite(
        name=name,
        address=place.address,
        pods=place.pods,
        reserved=reserved,
        most_pods=most_pods,
        labels={
            KIND: LIVE,
            "eks.amazonaws.com/compute-type": "auto",
            "node.kubernetes.io/instance-type": kind,
            "topology.kubernetes.io/region": region,
            "topology.kubernetes.io/zone": f"{region}{place.letter}",
        },
    )
