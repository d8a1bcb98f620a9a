"""The nodes of a cluster: which instances, how many, and how fast they may be replaced."""

from dataclasses import dataclass

from planning.inputs.field_types import Architecture
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


@dataclass(frozen=True, kw_only=True)
class NodePoolPlan:
    """nodes: that the pods fill at most; amd64_nodes: of them, those that pods of this architecture alone fill at their
    least, 0 where there is none. Limits are of the whole pool: one node more, as one that is replaced (by its
    age, by a newer image) stays until the pods that it had run elsewhere (kubernetes-sigs/karpenter 8873).

    disruption: nodes that consolidation and expiry may take at one time.
    """

    name: str
    families: tuple[str, ...]
    size: str
    nodes: int
    amd64_nodes: int
    cpu_limit: int
    memory_gib_limit: int
    disruption: str

    @property
    def architectures(self) -> tuple[Architecture, ...]:
        """Of its nodes. Karpenter takes the cheapest that a pod can run on: arm64, unless the pod says otherwise."""
        return ("arm64", "amd64") if self.amd64_nodes else ("arm64",)


def most_nodes(tier: Tier, users: int, *, mixed: bool) -> int:
    """What so many users may need. mixed: of two architectures, of which neither fills its last node."""
    return node_limit(tier, users) + mixed


def plan_node_pool(*, tier: Tier, users: int, least: int = 1, amd64: int = 0) -> NodePoolPlan:
    """The one pool of a cluster; its limits grow with the users above the top tier's base.

    least: nodes that the pods of a day without users fill, whatever the tier's own number. amd64: of them.
    """
    nodes = max(most_nodes(tier, users, mixed=amd64 > 0), least)
    limit = nodes + SPARE_NODES
    return NodePoolPlan(
        name=NAME,
        families=(*tier.nodes.families, *(tier.nodes.amd64_families if amd64 else ())),
        size=tier.nodes.size,
        nodes=nodes,
        amd64_nodes=amd64,
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
