"""The nodes of a cluster: which instances, how many, and how fast they may be replaced."""

from dataclasses import dataclass

from planning.inputs.tiers import Tier, node_limit
from planning.network.network_policy import PolicyPlan, Port, Rule

NAME = "naap"
SYSTEM_NAMESPACE = "kube-system"
EXPIRE_HOURS = 336
"""A node lives two weeks at most, so that patches arrive; Auto Mode's own limit is 21 days."""

GRACE_HOURS = 5
"""A node that goes waits this long for pods that can't be sent away: an hour more than the longest Job has, which may
have begun just before. Then they are deleted, which would count as a Job's failure."""

SPARE_NODES = 1

STORAGE_GIB = 80
"""Of each node, for images and temporary files: what Auto Mode itself would take."""

STORAGE_IOPS = 3000
STORAGE_THROUGHPUT = 125
"""In MiB/s. Both come with a gp3 volume of any size; more is billed."""

CONSOLIDATE_MINUTES = 5
"""How long a node's pods must have been the same before its pool tries to do without it."""

ARCHITECTURE = "arm64"
"""AWS Graviton: the instance families of every tier have no other."""


@dataclass(frozen=True, kw_only=True)
class NodePoolPlan:
    """nodes: that the pods fill at most. Limits are of the whole pool: one node more, as one that is replaced (by its
    age, by a newer image) stays until the pods that it had run elsewhere (kubernetes-sigs/karpenter 8873).

    disruption: nodes that consolidation and expiry may take at one time.
    """

    name: str
    families: tuple[str, ...]
    size: str
    nodes: int
    cpu_limit: int
    memory_gib_limit: int
    disruption: str


def plan_node_pool(*, tier: Tier, users: int, least: int = 1) -> NodePoolPlan:
    """The one pool of a cluster; its limits grow with the users above the top tier's base.

    least: nodes that the pods of a day without users fill, whatever the tier's own number.
    """
    nodes = max(node_limit(tier, users), least)
    limit = nodes + SPARE_NODES
    return NodePoolPlan(
        name=NAME,
        families=tier.nodes.families,
        size=tier.nodes.size,
        nodes=nodes,
        cpu_limit=limit * tier.nodes.vcpu_each,
        memory_gib_limit=limit * tier.nodes.memory_gib_each,
        # One node at a time until a tenth of the pool is more than one.
        disruption="10%" if nodes > 10 else "1",  # noqa: PLR2004
    )


def metrics_server_policy() -> PolicyPlan:
    """Strict enforcement closes kube-system too: the API server asks for metrics, kubelets are asked for them."""
    dns = (Port(number=53, protocol="UDP"), Port(number=53))
    return PolicyPlan(
        name="metrics-server",
        namespace=SYSTEM_NAMESPACE,
        pods={"app.kubernetes.io/name": "metrics-server"},
        ingress=(Rule(peers=(), ports=(Port(number=10251),)),),
        egress=(Rule(peers=(), ports=(Port(number=10250), Port(number=443), *dns)),),
    )
