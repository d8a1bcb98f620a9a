"""What AWS would have put into a cluster: nodes in three zones, pods of its add-ons, and a default storage class.

Nodes of a stack are those that its own NodePool may have, of the size that it asks for; Karpenter, which makes them one
after another as pods need them, isn't played. What the pool can't hold stays pending here too.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from planning.cluster.node_pool import STORAGE_GIB
from planning.cluster.packing import ADDONS, Pods, allocatable, room
from planning.inputs.tiers import Tier
from planning.network.addresses import ZONES
from planning.region import RegionPlan
from planning.region_pods import chart_pods
from rehearsal.control_plane.kube_api import Object


@dataclass(frozen=True, kw_only=True)
class Machines:
    """Nodes that are alike. capacity, free: of each, as its Node object says them; free: beside what runs on each node,
    which is an add-on's and not played. amd64: of them, those of this architecture, and of its own family. beside: pods
    that no program of ours makes, and that take room all the same.
    """

    count: int
    family: str
    size: str
    capacity: dict[str, str]
    free: dict[str, str]
    amd64: int = 0
    amd64_family: str = ""
    beside: Sequence[Object] = ()

    def as_dict(self) -> Object:
        """To keep, and to read again by Machines(**kept)."""
        return asdict(self)


KIND, LIVE, PLAYED = "naap.io/node", "live", "played"
"""Label of nodes, and what it says: whether pods run there."""

ROOMY = Machines(
    count=12,
    family="rehearsal",
    size="",
    capacity={"cpu": "2000", "memory": "8Ti", "ephemeral-storage": "8Ti", "pods": "4000"},
    free={"cpu": "2000", "memory": "8Ti", "ephemeral-storage": "8Ti", "pods": "4000"},
)
"""Of a control plane that belongs to no stack: more than anything asks for."""


def machines(region: RegionPlan, tier: Tier) -> Machines:
    """All that a region's node pool may have at one time."""
    pool, each, left = region.cluster.node_pool, allocatable(tier.nodes), room(tier.nodes)
    storage = {"ephemeral-storage": f"{STORAGE_GIB}Gi"}
    return Machines(
        count=pool.cpu_limit // tier.nodes.vcpu_each,
        family=pool.families[0],
        size=pool.size,
        amd64=pool.amd64_nodes,
        amd64_family=next(iter(pool.amd64_families), ""),
        capacity={
            "cpu": str(tier.nodes.vcpu_each),
            "memory": f"{tier.nodes.memory_gib_each}Gi",
            "pods": str(each.pods),
            **storage,
        },
        free={"cpu": f"{left.cpu_m:.0f}m", "memory": f"{left.memory_mib:.0f}Mi", "pods": str(left.pods), **storage},
        beside=[deployment(pods) for pods in (*ADDONS, *chart_pods(region.gateway))],
    )


def deployment(pods: Pods) -> Object:
    """As large as the real ones; they have their place before ours look for one."""
    name = f"played-{pods.name.replace(' ', '-')}"
    requests = {"cpu": f"{pods.size.cpu_m}m", "memory": f"{pods.size.memory_mib}Mi"}
    container = {"name": "played", "image": "registry.example/played:1", "resources": {"requests": requests}}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name, "namespace": "kube-system"},
        "spec": {
            "replicas": pods.count,
            "selector": {"matchLabels": {"app": name}},
            "template": {
                "metadata": {"labels": {"app": name}},
                "spec": {"containers": [container], "priorityClassName": "system-cluster-critical"},
            },
        },
    }


def zones(region: str) -> tuple[str, ...]:
    """Names of the zones that nodes stand in: those that the network has subnets in."""
    return tuple(f"{region}{letter}" for letter in ZONES)


def nodes(region: str, alike: Machines) -> list[Object]:
    """Node objects with the labels that EKS gives, one zone after the other."""
    places = zones(region)
    return [_node(number, region, places[number % len(places)], alike) for number in range(alike.count)]


def _node(number: int, region: str, zone: str, alike: Machines) -> Object:
    amd64 = number < alike.amd64
    kind = ".".join(part for part in (alike.amd64_family if amd64 else alike.family, alike.size) if part)
    name = f"{kind.replace('.', '-')}-{zone}-{number}"
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {
            "name": name,
            "annotations": {"kwok.x-k8s.io/node": "fake"},
            "labels": {
                "kubernetes.io/arch": "amd64" if amd64 else "arm64",
                "kubernetes.io/hostname": name,
                "kubernetes.io/os": "linux",
                KIND: PLAYED,
                "node.kubernetes.io/instance-type": kind,
                "topology.kubernetes.io/region": region,
                "topology.kubernetes.io/zone": zone,
            },
        },
        "status": {"capacity": alike.capacity, "allocatable": alike.free},
    }


def storage_class() -> Object:
    """The default class; volumes are played by the stages."""
    return {
        "apiVersion": "storage.k8s.io/v1",
        "kind": "StorageClass",
        "metadata": {"name": "gp3", "annotations": {"storageclass.kubernetes.io/is-default-class": "true"}},
        "provisioner": "ebs.csi.eks.amazonaws.com",
        "parameters": {"type": "gp3", "encrypted": "true"},
        "volumeBindingMode": "WaitForFirstConsumer",
        "allowVolumeExpansion": True,
    }
