"""The graph of a plan.

graph_of(plan) -> Graph
"""

from collections.abc import Iterator

from analysis.diagram.edges import region_edges, shared_edges
from analysis.diagram.graph import Graph, Zone, ZoneKind
from analysis.diagram.nodes import region_nodes, shared_nodes
from console.text import count
from planning.platform import PlatformPlan
from planning.region import RegionPlan


def graph_of(plan: PlatformPlan) -> Graph:
    """The architecture of a stack: everything in it is read from the plan."""
    users, tier = plan.settings.users, plan.tier.name.value
    return Graph(
        title=f"NaaP {plan.stack}",
        detail=f"{users:,} users, tier {tier}, {count(len(plan.plugins), 'plugin')}, "
        f"{count(len(plan.regions), 'region')}",
        zones=tuple(_zones(plan)),
        nodes=(*shared_nodes(plan), *(node for cell in plan.regions for node in region_nodes(plan, cell))),
        edges=(*shared_edges(plan), *(edge for cell in plan.regions for edge in region_edges(plan, cell))),
    )


def _zones(plan: PlatformPlan) -> Iterator[Zone]:
    title = "Edge"
    yield Zone(id="edge", kind=ZoneKind.EDGE, title=title, detail=f"https://{plan.settings.domain}", parent=None)
    for cell in plan.regions:
        yield from _region(cell)


def _region(cell: RegionPlan) -> Iterator[Zone]:
    here, pool = cell.region, cell.cluster.node_pool
    role = "home: the writers" if cell.home else "standby: reads, takes over"
    yield Zone(id=here, kind=ZoneKind.REGION, title=here, detail=role, parent=None)
    network = f"{here}/network"
    detail = f"{cell.network.cidr}, 3 zones"
    yield Zone(id=network, kind=ZoneKind.NETWORK, title=f"VPC {cell.network.name}", detail=detail, parent=here)
    cluster = f"{here}/cluster"
    detail = f"Kubernetes {cell.cluster.version}, up to {pool.nodes} x {pool.families[0]}.{pool.size}"
    yield Zone(id=cluster, kind=ZoneKind.CLUSTER, title=f"EKS {cell.cluster.name}", detail=detail, parent=network)
    detail = "a namespace, policies and roles each"
    yield Zone(id=f"{here}/services", kind=ZoneKind.SERVICES, title="Plugins", detail=detail, parent=cluster)
    detail = "no way in but from the cluster"
    yield Zone(id=f"{here}/data", kind=ZoneKind.DATA, title="Data subnets", detail=detail, parent=network)
