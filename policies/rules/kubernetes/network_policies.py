"""Rules on who may talk to whom: network policies, and that something enforces them."""

from collections.abc import Iterable
from typing import Any

from policies.cidr import INTERNET, open_to, parts_of
from policies.kubernetes_objects import NAMESPACE, by_place, cluster, own_place, place, stands_on_another
from policies.properties import get
from policies.rule import Environment, Resource, Stack, rule, stack_rule

NETWORK_POLICY = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
NODE_CLASS = "kubernetes:eks.amazonaws.com/v1:NodeClass"
CONFIG_MAP = "kubernetes:core/v1:ConfigMap"
NAME = "kubernetes.io/metadata.name"
PRIVATE = {
    "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16",
    "fc00::/7", "fe80::/10",
}  # fmt: skip
"""What isn't the internet: the VPC, its neighbours, the node itself and its metadata service."""
SWITCH = ("kube-system", "amazon-vpc-cni")
Findings = Iterable[tuple[Resource | None, str]]


@rule("k8s-network-policy", frozenset({NETWORK_POLICY}))
def _network_policy(resource: Resource, _: Environment) -> Iterable[str]:
    for direction, peers in (("ingress", "from"), ("egress", "to")):
        for allowed in get(resource.props, f"spec.{direction}", []):
            if not get(allowed, peers, []):
                yield f"an {direction} rule lets everyone pass: it names no peer"
            for peer in get(allowed, peers, []):
                yield from _peer_problems(direction, peer)


def _peer_problems(direction: str, peer: dict[str, Any]) -> Iterable[str]:
    block = get(peer, "ipBlock")
    if block is not None:
        yield from _block_problems(direction, get(block, "cidr", ""), set(get(block, "except", [])))
    if not peer:
        yield f"an {direction} rule has an empty peer"
    selector = get(peer, "namespaceSelector")
    if selector is not None and not _names(selector):
        yield f"an {direction} rule selects namespaces by labels that a tenant can set, or all of them"


def _block_problems(direction: str, cidr: str, excepted: set[str]) -> Iterable[str]:
    everyone = open_to(cidr)
    if everyone and (direction == "ingress" or everyone != INTERNET):
        yield f"an {direction} rule lets {everyone} pass: ipBlock"
    elif direction == "egress" and (missing := parts_of(cidr, PRIVATE) - excepted):
        yield f"an egress rule reaches more than the internet: ipBlock doesn't except {', '.join(sorted(missing))}"


def _names(selector: dict[str, Any]) -> bool:
    """Whether it selects namespaces that it names: Exists selects them all, NotIn almost all."""
    return NAME in get(selector, "matchLabels", {}) or any(
        get(item, "key") == NAME and get(item, "operator") == "In" for item in get(selector, "matchExpressions", [])
    )


@rule("k8s-network-policy-scope", frozenset({NETWORK_POLICY}))
def _scope(resource: Resource, _: Environment) -> Iterable[str]:
    opens = [peer for kind in ("ingress", "egress") for peer in get(resource.props, f"spec.{kind}", [])]
    chosen = get(resource.props, "spec.podSelector.matchLabels", {}) or get(
        resource.props, "spec.podSelector.matchExpressions", []
    )
    if opens and not chosen:
        yield "opens every pod of the namespace: spec.podSelector selects all"


@stack_rule("stack-default-deny")
def _default_deny(stack: Stack, _: Environment) -> Findings:
    policies = by_place(stack.of(NETWORK_POLICY))
    for namespace in stack.of(NAMESPACE):
        place = own_place(namespace)
        closed: set[str] = set()
        for policy in policies[place]:
            spec = get(policy.props, "spec", {})
            if not get(spec, "podSelector", {}):
                closed |= {kind for kind in get(spec, "policyTypes", []) if not get(spec, kind.lower(), [])}
        for kind in sorted({"Ingress", "Egress"} - closed):
            yield namespace, f"no NetworkPolicy denies {kind} by default"


@stack_rule("stack-network-policy-enforced")
def _enforced(stack: Stack, _: Environment) -> Findings:
    if stands_on_another(stack):
        return
    classes = {cluster(item): item for item in stack.of(NODE_CLASS)}
    switches = {cluster(item): item for item in stack.of(CONFIG_MAP) if _is_switch(item)}
    for where in dict.fromkeys(cluster(item) for item in stack.of(NETWORK_POLICY)):
        first = next(item for item in stack.of(NETWORK_POLICY) if cluster(item) == where)
        if where not in classes:
            yield first, "nothing enforces the network policies of its cluster: no NodeClass"
        elif get(classes[where].props, "spec.networkPolicy", "") != "DefaultDeny":
            yield classes[where], "lets traffic pass while a pod starts: spec.networkPolicy is not DefaultDeny"
        elif get(classes[where].props, "spec.networkPolicyEventLogs", "Disabled") != "Enabled":
            yield classes[where], "what was refused leaves no record: spec.networkPolicyEventLogs is not Enabled"
        if where not in switches:
            yield first, "nothing enforces the network policies of its cluster: no ConfigMap kube-system/amazon-vpc-cni"
        elif get(switches[where].props, "data", {}).get("enable-network-policy-controller") != "true":
            yield switches[where], "the controller of network policies is off: enable-network-policy-controller"


def _is_switch(item: Resource) -> bool:
    return (place(item)[1], get(item.props, "metadata.name", item.name)) == SWITCH
