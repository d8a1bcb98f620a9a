"""The Kubernetes cluster of a region: EKS in Auto Mode.

plan_cluster(*, stack, region, settings, tier, users) -> ClusterPlan
"""

from collections.abc import Mapping
from dataclasses import dataclass

from planning.cluster.node_pool import NodePoolPlan, plan_node_pool
from planning.inputs.settings import Settings
from planning.inputs.tiers import Tier
from planning.shared.naming import regional

VERSION = "1.36"
"""Of Kubernetes: the newest that Envoy Gateway supports. Until when: planning/inputs/support_dates.py; how to raise it:
docs/upgrading-kubernetes.md."""

METRICS_SERVER = "v0.9.0-eksbuild.11"
"""The add-on that CPU and memory autoscaling reads, as EKS offers it by default for this Kubernetes. Auto Mode brings
the other parts itself, as part of the node."""

LOG_TYPES = ("api", "audit", "authenticator", "controllerManager", "scheduler")


def control_plane_logs(cluster: str) -> str:
    """Group that EKS writes the logs of its control plane to, by the cluster's name."""
    return f"/aws/eks/{cluster}/cluster"


@dataclass(frozen=True, kw_only=True)
class ClusterPlan:
    """public_cidrs: networks that reach the API from outside; none: only the VPC does.

    operators, viewers: IAM principals that administer it, and that read all of it.
    image_mirrors: planning.shared.images.mirrored.
    """

    name: str
    region: str
    version: str
    metrics_server: str
    public_cidrs: tuple[str, ...]
    operators: tuple[str, ...]
    viewers: tuple[str, ...]
    image_mirrors: Mapping[str, str]
    log_days: int
    extended_support: bool
    node_pool: NodePoolPlan
    protect: bool


def plan_cluster(
    *, stack: str, region: str, settings: Settings, tier: Tier, users: int, nodes: int = 1, amd64_nodes: int = 0
) -> ClusterPlan:
    """The cluster of a region. nodes: that its pods fill at their least; amd64_nodes: of them, for amd64 alone."""
    return ClusterPlan(
        name=regional(stack, region),
        region=region,
        version=VERSION,
        metrics_server=METRICS_SERVER,
        public_cidrs=settings.api_access_cidrs,
        operators=settings.operators,
        viewers=settings.viewers,
        image_mirrors=settings.image_mirrors,
        log_days=tier.log_days,
        extended_support=settings.extended_support,
        node_pool=plan_node_pool(tier=tier, users=users, least=nodes, amd64=amd64_nodes),
        protect=settings.production,
    )
