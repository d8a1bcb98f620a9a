"""What a Kubernetes NetworkPolicy says, in plain terms that components build and tests evaluate."""

from collections.abc import Mapping
from dataclasses import dataclass, field


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
