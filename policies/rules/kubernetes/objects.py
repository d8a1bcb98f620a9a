"""Rules on Kubernetes objects that make no pods themselves: namespaces, services, autoscalers, roles, secrets."""

import re
from collections.abc import Iterable

from policies.properties import get
from policies.rule import Environment, Resource, rule

NAMESPACE = frozenset({"kubernetes:core/v1:Namespace"})
SERVICE = frozenset({"kubernetes:core/v1:Service"})
CONFIG_MAP = frozenset({"kubernetes:core/v1:ConfigMap"})
AUTOSCALER = frozenset({"kubernetes:autoscaling/v2:HorizontalPodAutoscaler"})
BUDGET = frozenset({"kubernetes:policy/v1:PodDisruptionBudget"})
ROLES = frozenset({
    "kubernetes:rbac.authorization.k8s.io/v1:Role",
    "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole",
})  # fmt: skip
BINDINGS = frozenset({
    "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding",
    "kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding",
})  # fmt: skip
QUOTA = frozenset({"kubernetes:core/v1:ResourceQuota"})
LIMITS = frozenset({"kubernetes:core/v1:LimitRange"})
HARD = ("limits.cpu", "limits.memory", "requests.cpu", "requests.memory", "pods")
NONE_OF = ("services.nodeports", "services.loadbalancers", "persistentvolumeclaims")
MEMORY_FROM = 3
"""Pods. Fewer that idle at 60 % of their memory or more are never given back by a target of 80 %."""
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
    if high is None:
        yield "bounds nothing: maxReplicas is missing"
    elif high < low:
        yield f"maxReplicas {high} is below minReplicas {low}"
    metrics = get(resource.props, "spec.metrics", [])
    needed = {"cpu", "memory"} if low >= MEMORY_FROM else {"cpu"}
    for name in sorted(needed - {get(metric, "resource.name", "") for metric in metrics}):
        yield f"doesn't scale by {name}: metrics"
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


@rule("k8s-quota", QUOTA)
def _quota(resource: Resource, _: Environment) -> Iterable[str]:
    hard = get(resource.props, "spec.hard", {})
    for name in HARD:
        if name not in hard:
            yield f"spec.hard doesn't bound {name}"
    for name in NONE_OF:
        if str(hard.get(name, "any")) != "0":
            yield f"spec.hard lets pods have {name}"


@rule("k8s-limit-range", LIMITS)
def _limit_range(resource: Resource, _: Environment) -> Iterable[str]:
    found = [item for item in get(resource.props, "spec.limits", []) if get(item, "type", "") == "Container"]
    if not found:
        yield "bounds no container: spec.limits"
    for item in found:
        for kind in ("max", "default", "defaultRequest"):
            for amount in ("cpu", "memory"):
                if get(item, f"{kind}.{amount}") is None:
                    yield f"{kind}.{amount} of containers is missing"


@rule("k8s-priority", frozenset({"kubernetes:scheduling.k8s.io/v1:PriorityClass"}))
def _priority(resource: Resource, _: Environment) -> Iterable[str]:
    if get(resource.props, "globalDefault", False) is not False:
        yield "every pod is the most important one: globalDefault"


@rule("k8s-rbac-wildcards", ROLES)
def _rbac_wildcards(resource: Resource, _: Environment) -> Iterable[str]:
    for allowed in get(resource.props, "rules", []):
        for field in ("apiGroups", "resources", "verbs"):
            if "*" in get(allowed, field, []):
                yield f"a rule allows every one of: {field}"
        if set(get(allowed, "verbs", [])) & {"escalate", "bind", "impersonate"}:
            yield "a rule lets its holder become somebody else"


@rule("k8s-rbac-admin", BINDINGS)
def _rbac_admin(resource: Resource, _: Environment) -> Iterable[str]:
    if get(resource.props, "roleRef.name") == "cluster-admin":
        yield "binds cluster-admin"
    for subject in get(resource.props, "subjects", []):
        if get(subject, "name") in ("system:anonymous", "system:unauthenticated", "system:authenticated"):
            yield "binds everyone"
