"""What NetworkPolicies allow, as the Kubernetes documentation defines it: an oracle, independent of what made them.

It reads the objects themselves. A connection passes if the source's policies let it out and the target's let it in; a
pod that no policy of a direction speaks of is open in that direction.
"""

import ipaddress
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Object = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Pod:
    """A pod as policies see it. ip: its address, where a test speaks of one."""

    namespace: str
    labels: Mapping[str, str] = field(default_factory=dict[str, str])
    ip: str = "10.64.0.1"


@dataclass(frozen=True, kw_only=True)
class Outside:
    """Something that is no pod of the cluster."""

    ip: str


End = Pod | Outside


def allowed(policies: Sequence[Object], source: End, target: End, port: int, protocol: str = "TCP") -> bool:
    """Whether a new connection gets through."""
    number = (port, protocol)
    out = not isinstance(source, Pod) or _passes(policies, source, target, "egress", number)
    into = not isinstance(target, Pod) or _passes(policies, target, source, "ingress", number)
    return out and into


def _passes(policies: Sequence[Object], pod: Pod, other: End, direction: str, port: tuple[int, str]) -> bool:
    speaking = [
        policy["spec"]
        for policy in policies
        if policy["metadata"]["namespace"] == pod.namespace
        and direction.capitalize() in policy["spec"]["policyTypes"]
        and _selects(policy["spec"]["podSelector"], pod.labels)
    ]
    if not speaking:
        return True
    far = "to" if direction == "egress" else "from"
    lists: list[Sequence[Object]] = [spec.get(direction) or [] for spec in speaking]
    return any(
        _matches_peer(rule.get(far), other, pod.namespace) and _matches_port(rule.get("ports"), port)
        for rules in lists
        for rule in rules
    )


def _matches_port(ports: Sequence[Object] | None, port: tuple[int, str]) -> bool:
    if not ports:
        return True
    number, protocol = port
    return any(
        found.get("protocol", "TCP") == protocol
        and ("port" not in found or found["port"] <= number <= found.get("endPort", found["port"]))
        for found in ports
    )


def _matches_peer(peers: Sequence[Object] | None, other: End, own_namespace: str) -> bool:
    if not peers:
        return True
    return any(_is_peer(peer, other, own_namespace) for peer in peers)


def _is_peer(peer: Object, other: End, own_namespace: str) -> bool:
    block: Object | None = peer.get("ipBlock")
    if block:
        holes: Sequence[str] = block.get("except") or []
        address = ipaddress.ip_address(other.ip)
        inside = address in ipaddress.ip_network(block["cidr"])
        return inside and not any(address in ipaddress.ip_network(hole) for hole in holes)
    if not isinstance(other, Pod):
        return False
    space = peer.get("namespaceSelector")
    own_labels = {"kubernetes.io/metadata.name": other.namespace}
    right_namespace = other.namespace == own_namespace if space is None else _selects(space, own_labels)
    return right_namespace and _selects(peer.get("podSelector") or {}, other.labels)


def _selects(selector: Object, labels: Mapping[str, str]) -> bool:
    assert not set(selector) - {"matchLabels"}, "an operator that this oracle does not know"
    wanted: Mapping[str, str] = selector.get("matchLabels") or {}
    return all(labels.get(key) == value for key, value in wanted.items())
