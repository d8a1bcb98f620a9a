"""What a Kubernetes NetworkPolicy says, in plain terms that components build and tests evaluate."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from planning.network.addresses import CLOSED_RANGES, DNS_ADDRESS, POD_IDENTITY_AGENT


@dataclass(frozen=True, kw_only=True)
class Port:
    """A port on the far side of a connection, as the pods see it (not the Service's)."""

    number: int
    protocol: str = "TCP"


@dataclass(frozen=True, kw_only=True)
class PodPeer:
    """Pods of one namespace; no labels: all of them. Namespaces are chosen by the name that nobody can forge."""

    namespace: str
    pods: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, kw_only=True)
class AddressPeer:
    """An IPv4 network without some of its parts."""

    cidr: str
    excluded: tuple[str, ...] = ()


Peer = PodPeer | AddressPeer


@dataclass(frozen=True, kw_only=True)
class Rule:
    """Any of the peers on any of the ports; none of either: all of them."""

    peers: tuple[Peer, ...]
    ports: tuple[Port, ...]


@dataclass(frozen=True, kw_only=True)
class PolicyPlan:
    """One NetworkPolicy. pods: which ones it speaks of, none: all of its namespace.

    ingress, egress: the connections that it allows; None: it says nothing of that direction, (): it allows none.
    """

    name: str
    namespace: str
    pods: Mapping[str, str] = field(default_factory=dict[str, str])
    ingress: tuple[Rule, ...] | None = None
    egress: tuple[Rule, ...] | None = None


def default_deny(namespace: str) -> PolicyPlan:
    """Nothing in, nothing out, for every pod of a namespace: other policies add what is allowed."""
    return PolicyPlan(name="default-deny", namespace=namespace, ingress=(), egress=())


INTERNET = AddressPeer(cidr="0.0.0.0/0", excluded=CLOSED_RANGES)
"""Stands for every listed host: a NetworkPolicy knows addresses only, and a host's addresses change. Which host it is
stays a promise of the entry, reviewed there; what is enforced is the port, and that it is outside."""

_DNS_PORTS = (Port(number=53, protocol="UDP"), Port(number=53))

_KUBE_DNS = PodPeer(namespace="kube-system", pods={"k8s-app": "kube-dns"})

TO_DNS = Rule(peers=(AddressPeer(cidr=f"{DNS_ADDRESS}/32"), _KUBE_DNS), ports=_DNS_PORTS)
"""What every pod that knows its peers by name needs."""

TO_POD_IDENTITY = Rule(peers=(AddressPeer(cidr=f"{POD_IDENTITY_AGENT}/32"),), ports=(Port(number=80),))
"""What a pod with a role of its own needs."""
