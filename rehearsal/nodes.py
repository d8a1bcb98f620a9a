"""What AWS would have put into a new cluster: nodes in three zones, and a default storage class."""

from planning.network.addresses import ZONES
from rehearsal.kube_api import Object

NODES_PER_ZONE = 4

# Far more than any tier asks for: the scheduler is real here, but capacity is Karpenter's matter, not played.
CAPACITY = {"cpu": "2000", "memory": "8Ti", "ephemeral-storage": "8Ti", "pods": "4000"}


def zones(region: str) -> tuple[str, ...]:
    """Names of the zones that nodes stand in: those that the network has subnets in."""
    return tuple(f"{region}{letter}" for letter in ZONES)


def nodes(region: str) -> list[Object]:
    """Node objects with the labels that EKS gives."""
    places = [(zone, number) for zone in zones(region) for number in range(1, NODES_PER_ZONE + 1)]
    return [_node(f"rehearsal-{zone}-{number}", region, zone) for zone, number in places]


def _node(name: str, region: str, zone: str) -> Object:
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {
            "name": name,
            "annotations": {"kwok.x-k8s.io/node": "fake"},
            "labels": {
                "kubernetes.io/arch": "arm64",
                "kubernetes.io/hostname": name,
                "kubernetes.io/os": "linux",
                "node.kubernetes.io/instance-type": "rehearsal",
                "topology.kubernetes.io/region": region,
                "topology.kubernetes.io/zone": zone,
            },
        },
        "status": {"capacity": CAPACITY, "allocatable": CAPACITY},
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
