"""Whether pods fit on nodes: what a node has left for them, and how many nodes they fill.

The scheduler looks at requests alone: CPU, memory, and the number of pods that a node takes.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from planning.inputs.field_types import Architecture
from planning.inputs.tiers import NodeSize
from planning.shared.pods import PodSize

_MIB = 1024
_KEPT_PERCENT = (6, 1, 0.5, 0.5)
_KEPT_PERCENT_OF_MORE = 0.25
"""Of the first four CPUs and of each further one, for kubelet and system: what EKS's own images keep
(awslabs/amazon-eks-ami, kubelet configuration)."""
_KEPT_MIB, _KEPT_MIB_A_POD, _EVICTED_BELOW_MIB = 255, 11, 100
"""Of memory, by the same rule, and the kubelet's threshold of eviction."""
_LOST_TO_THE_MACHINE = 0.075
"""Of an instance's stated memory, which its hypervisor and kernel take: Karpenter's own estimate
(vm-memory-overhead-percent)."""

_ADDRESSES = {"large": (3, 10), "xlarge": (4, 15), "2xlarge": (4, 15)}
"""By size of m7g, m8g, m7i and m8i: network interfaces, and addresses of each (EC2 user guide, IP addresses per network
interface). Auto Mode prefers prefixes, by which a node takes 110 pods, and falls back to single addresses where a
subnet has no whole prefix left (aws/containers-roadmap 2488): the smaller number is the one that always holds."""


@dataclass(frozen=True, kw_only=True)
class Pods:
    """Pods that are alike. size: of each; count: of them; surge: more of them while they are rolled. arch: the only one
    that they run on."""

    name: str
    size: PodSize
    count: int
    surge: int = 0
    arch: Architecture | None = None


@dataclass(frozen=True, kw_only=True)
class Room:
    """What a node has for pods."""

    cpu_m: float
    memory_mib: float
    pods: int

    def takes(self, pod: Pods) -> bool:
        """Whether one more such pod fits."""
        return self.pods > 0 and self.cpu_m >= pod.size.cpu_m and self.memory_mib >= pod.size.memory_mib

    def less(self, pod: Pods) -> "Room":
        """What is left beside it."""
        size = pod.size
        return Room(cpu_m=self.cpu_m - size.cpu_m, memory_mib=self.memory_mib - size.memory_mib, pods=self.pods - 1)


METRICS_SERVER = Pods(name="metrics server", size=PodSize(cpu_m=100, memory_mib=200), count=2, surge=1)
"""EKS's add-on of that name. Size: `resources` in charts/metrics-server/values.yaml of kubernetes-sigs/metrics-server,
which EKS repackages. Upstream has one pod; two, as the add-on is said to have, are the larger claim."""
LOG_OPERATOR = Pods(name="log operator", size=PodSize(cpu_m=100, memory_mib=64), count=1, surge=1)
"""amazon-cloudwatch-observability-controller-manager: `manager.resources` in
charts/amazon-cloudwatch-observability/values.yaml of aws-observability/helm-charts, at chart 6.4.0."""
ADDONS = (METRICS_SERVER, LOG_OPERATOR)
"""What add-ons ask for. Of Auto Mode itself nothing runs in pods: DNS, network, storage and identity are parts of its
nodes (EKS user guide, Learn how EKS Auto Mode works)."""

DAEMONS = (
    Pods(name="log agents", size=PodSize(cpu_m=250, memory_mib=128), count=1),
    Pods(name="log readers", size=PodSize(cpu_m=50, memory_mib=25), count=1),
)
"""On each node: cloudwatch-agent (`agent.resources`) and fluent-bit (`containerLogs.fluentBit.resources`) of the same
file. Of its other parts, two run on nodes with accelerators only, two with `otelContainerInsights`, which is off."""


def allocatable(size: NodeSize) -> Room:
    """Of a node, before any pod: as its Node object says it."""
    shares = [*_KEPT_PERCENT, *[_KEPT_PERCENT_OF_MORE] * size.vcpu_each][: size.vcpu_each]
    interfaces, addresses = _ADDRESSES[size.size]
    pods = interfaces * (addresses - 1)
    kept_mib = _KEPT_MIB + _KEPT_MIB_A_POD * pods + _EVICTED_BELOW_MIB
    return Room(
        cpu_m=size.vcpu_each * 1000 - sum(shares) * 10,
        memory_mib=size.memory_gib_each * _MIB * (1 - _LOST_TO_THE_MACHINE) - kept_mib,
        pods=pods,
    )


def room(size: NodeSize) -> Room:
    """Of a node, beside what runs on each."""
    found = allocatable(size)
    for daemon in DAEMONS:
        found = found.less(daemon)
    return found


def too_large(groups: Sequence[Pods], size: NodeSize) -> tuple[Pods, ...]:
    """Those of which not even one fits on an empty node."""
    empty = room(size)
    return tuple(group for group in groups if not empty.takes(group))


def nodes_for(groups: Sequence[Pods], size: NodeSize) -> int:
    """Nodes that hold all pods, and the most that any one roll-out adds to them.

    Roll-outs of several go on one after another where there is room for one: pods that are gone make room for the next.
    groups: each must fit on a node (too_large).
    """
    # Of a thousand plugins, most are rolled by the same pods.
    rolled = {(group.size, group.surge): replace(group, count=group.surge) for group in groups if group.surge}
    return max((_packed([*groups, one], size) for one in rolled.values()), default=_packed(groups, size))


def _packed(groups: Sequence[Pods], size: NodeSize) -> int:
    """First fit, the largest first: near the least that is possible, and what a scheduler that spreads may miss by a
    node or two."""
    empty = room(size)

    def share(pod: Pods) -> float:
        return max(pod.size.cpu_m / empty.cpu_m, pod.size.memory_mib / empty.memory_mib)

    nodes: list[Room] = []
    for pod in sorted(groups, key=share, reverse=True):
        first = 0
        for _ in range(pod.count):
            # A node that didn't take one of a group takes no other of it.
            first = next((index for index in range(first, len(nodes)) if nodes[index].takes(pod)), len(nodes))
            if first == len(nodes):
                nodes.append(empty)
            nodes[first] = nodes[first].less(pod)
    return len(nodes)
