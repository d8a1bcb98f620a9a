"""Nodes of a cluster, its control plane, and the load balancer before the gateway."""

from collections.abc import Iterator

from analysis.cost.bill import Basis, Line
from analysis.cost.load import GB, RegionLoad
from analysis.cost.prices import line
from planning.cluster.node_pool import STORAGE_GIB
from planning.inputs.assumptions import HOURS, SECONDS, Assumptions
from planning.inputs.tiers import Tier
from planning.region import RegionPlan

CONNECTIONS_PER_REQUEST = 0.1
"""New ones that the CDN opens to the load balancer: it keeps them for many requests."""
LCU_CONNECTIONS = 25
"""New connections a second of one capacity unit."""
LCU_BYTES = GB
"""Of an hour."""


def compute_lines(region: RegionPlan, load: RegionLoad, tier: Tier, assumptions: Assumptions) -> Iterator[Line]:
    """What runs pods, and what leads requests to them."""
    where = region.region
    pool = region.cluster.node_pool
    amd64 = min(pool.amd64_nodes, load.nodes)
    kinds = {
        f"{pool.families[0]}.{pool.size}": load.nodes - amd64,
        f"{tier.nodes.amd64_families[0]}.{pool.size}": amd64,
    }
    yield line("cluster", where, "control plane", "eks-cluster", HOURS)
    for kind, nodes in kinds.items():
        if nodes:
            yield line("nodes", where, "instances", f"ec2-{kind}", nodes * HOURS, basis=Basis.NODES)
            yield line("nodes", where, "EKS Auto Mode", f"eks-auto-{kind}", nodes * HOURS, basis=Basis.NODES)
    yield line("nodes", where, "disks", "ebs-gp3", load.nodes * STORAGE_GIB, basis=Basis.NODES)
    yield line("load balancer", where, "hours", "alb-hour", HOURS)
    yield line("load balancer", where, "capacity", "alb-lcu", _capacity(load, assumptions) * HOURS, basis=Basis.TRAFFIC)


def _capacity(load: RegionLoad, assumptions: Assumptions) -> float:
    """Capacity units of an average hour: the largest dimension is billed."""
    a_second = load.requests / SECONDS
    connections = a_second * CONNECTIONS_PER_REQUEST / LCU_CONNECTIONS
    return max(connections, load.requests * assumptions.bytes_per_request / HOURS / LCU_BYTES)
