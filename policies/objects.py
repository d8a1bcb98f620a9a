"""Rules on Kubernetes objects that make no pods themselves: namespaces, services, autoscalers, roles, secrets."""

import re
from collections.abc import Iterable
from typing import Any

from policies.rule import Environment, Resource, rule
from policies.values import Undecidable, get

NAMESPACE = frozenset({"kubernetes:core/v1:Namespace"})
SERVICE = frozenset({"kubernetes:core/v1:Service"})
CONFIG_MAP = frozenset({"kubernetes:core/v1:ConfigMap"})
AUTOSCALER = frozenset({"kubernetes:autoscaling/v2:HorizontalPodAutoscaler"})
BUDGET = frozenset({"kubernetes:policy/v1:PodDisruptionBudget"})
NETWORK_POLICY = frozenset({"kubernetes:networking.k8s.io/v1:NetworkPolicy"})
ROLES = frozenset({
    "kubernetes:rbac.authorization.k8s.io/v1:Role",
    "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole",
})  # fmt: skip
ENFORCE = "pod-security.kubernetes.io/enforce"
SECRET_TEXT = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----|://[^/\s:@]+:[^/\s@]+@|SCRAM-SHA-256\$|AKIA[0-9A-Z]{16}")


@rule("k8s-pod-security", NAMESPACE)
def _pod_security(resource: Resource, _: Environment) -> Iterable[str]:
    if get(resource.props, "metadata.labels", {}).get(ENFORCE) != "restricted":
        yield f"pods aren't held to `restricted`: label {ENFORCE}"


@rule("k8s-no-node-port", SERVICE)
def _no_node_port(resource: Resource, _: Environment) -> Iterable[str]:
    if get(resource.props, "spec.type", "ClusterIP") in ("NodePort", "LoadBalancer"):
        yield "opens a port of every node, past the gateway: spec.type"
    if get(resource.props, "spec.externalIPs", []):
        yield "takes addresses of others: spec.externalIPs"


@rule("k8s-no-secret-in-config", CONFIG_MAP)
def _no_secret_in_config(resource: Resource, _: Environment) -> Iterable[str]:
    data = get(resource.props, "data", {})
    for key, value in data.items():
        if isinstance(value, str) and SECRET_TEXT.search(value):
            yield f"key {key} holds what looks like a secret"


@rule("k8s-autoscaler", AUTOSCALER)
def _autoscaler(resource: Resource, _: Environment) -> Iterable[str]:
    low, high = get(resource.props, "spec.minReplicas", 1), get(resource.props, "spec.maxReplicas")
    if high < low:
        yield f"maxReplicas {high} is below minReplicas {low}"
    if not get(resource.props, "spec.metrics", []):
        yield "scales by nothing: no metrics"
    if get(resource.props, "spec.behavior.scaleDown.stabilizationWindowSeconds", 300) < 60:  # noqa: PLR2004  # flapping
        yield "gives pods back at the first lull: behavior.scaleDown.stabilizationWindowSeconds is below 60"


@rule("k8s-disruption-budget", BUDGET)
def _budget(resource: Resource, _: Environment) -> Iterable[str]:
    if get(resource.props, "spec.unhealthyPodEvictionPolicy") != "AlwaysAllow":
        yield "a broken pod blocks every drain: unhealthyPodEvictionPolicy is not AlwaysAllow"
    unavailable = get(resource.props, "spec.maxUnavailable")
    if unavailable in (0, "0", "0%"):
        yield "no node can ever be drained: maxUnavailable is 0"
    if unavailable is None and get(resource.props, "spec.minAvailable") is None:
        yield "states neither maxUnavailable nor minAvailable"


@rule("k8s-network-policy", NETWORK_POLICY)
def _network_policy(resource: Resource, _: Environment) -> Iterable[str]:
    for direction, peers in (("ingress", "from"), ("egress", "to")):
        for allowed in get(resource.props, f"spec.{direction}", []):
            if not get(allowed, peers, []):
                yield f"an {direction} rule lets everyone pass: it names no peer"
            for peer in get(allowed, peers, []):
                yield from _peer_problems(direction, peer)


def _peer_problems(direction: str, peer: dict[str, Any]) -> Iterable[str]:
    block = get(peer, "ipBlock")
    if block is not None and get(block, "cidr") in ("0.0.0.0/0", "::/0"):
        if direction == "ingress":
            yield "an ingress rule lets the whole network pass: ipBlock"
        elif "169.254.0.0/16" not in get(block, "except", []) and "169.254.169.254/32" not in get(block, "except", []):
            yield "an egress rule reaches the instance metadata service: ipBlock without that exception"
    selector = get(peer, "namespaceSelector")
    if selector is not None and "kubernetes.io/metadata.name" not in str(selector):
        yield f"an {direction} rule selects namespaces by labels that a tenant can set, or all of them"


@rule("k8s-rbac-wildcards", ROLES)
def _rbac_wildcards(resource: Resource, _: Environment) -> Iterable[str]:
    for allowed in get(resource.props, "rules", []):
        for field in ("apiGroups", "resources", "verbs"):
            if "*" in get(allowed, field, []):
                yield f"a rule allows every one of: {field}"
        if set(get(allowed, "verbs", [])) & {"escalate", "bind", "impersonate"}:
            yield "a rule lets its holder become somebody else"


@rule("k8s-rbac-admin", frozenset({"kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding"}))
def _rbac_admin(resource: Resource, _: Environment) -> Iterable[str]:
    if get(resource.props, "roleRef.name") == "cluster-admin":
        yield "binds cluster-admin"
    for subject in get(resource.props, "subjects", []):
        if get(subject, "name") in ("system:anonymous", "system:unauthenticated", "system:authenticated"):
            yield "binds everyone"


def known_or_none(resource: Resource, path: str) -> Any:
    """The value at the path, None where it is absent or not known yet."""
    try:
        return get(resource.props, path)
    except Undecidable:
        return None
