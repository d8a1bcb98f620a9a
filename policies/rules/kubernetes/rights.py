"""Rules on what people and jobs may do in a cluster: those that RBAC knows as a group."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from policies.kubernetes_objects import named, place
from policies.properties import get
from policies.rule import Environment, Resource, Stack, stack_rule

ROLE = "kubernetes:rbac.authorization.k8s.io/v1:Role"
BINDING = "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding"
OF_THE_CLUSTER = "kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding"
GUARD = "kubernetes:admissionregistration.k8s.io/v1:ValidatingAdmissionPolicy"
GUARD_BINDING = "kubernetes:admissionregistration.k8s.io/v1:ValidatingAdmissionPolicyBinding"
READING = frozenset({"get", "list", "watch"})
DEPLOYED = frozenset(
    {"configmaps", "deployments", "horizontalpodautoscalers", "jobs", "poddisruptionbudgets", "secrets", "services"}
)
"""Kinds that a new version of a plugin changes. Whoever writes others of a namespace decides over the platform."""
OWN = "plugin-"
Findings = Iterable[tuple[Resource | None, str]]


def _groups(binding: Resource) -> list[str]:
    return [get(subject, "name") for subject in get(binding.props, "subjects", []) if get(subject, "kind") == "Group"]


def _bound(stack: Stack) -> Iterator[tuple[Resource, Resource | None]]:
    """Every binding of a group in a namespace, with its role where that is in the same namespace."""
    roles = {named(role): role for role in stack.of(ROLE)}
    for binding in stack.of(BINDING):
        if _groups(binding):
            own = get(binding.props, "roleRef.kind") == "Role"
            yield binding, roles.get((*place(binding), get(binding.props, "roleRef.name"))) if own else None


def _written(role: Resource) -> Iterator[Mapping[str, Any]]:
    return (allowed for allowed in get(role.props, "rules", []) if set(get(allowed, "verbs", [])) - READING)


@stack_rule("stack-groups-bounded")
def _bounded(stack: Stack, _: Environment) -> Findings:
    for binding in stack.of(OF_THE_CLUSTER):
        if _groups(binding):
            yield binding, "gives a group rights in every namespace: a ClusterRoleBinding"
    for binding, role in _bound(stack):
        if role is None:
            yield binding, "gives a group the rights of a role that isn't in its namespace: roleRef"
            continue
        for allowed in _written(role):
            if beyond := sorted(set(get(allowed, "resources", [])) - DEPLOYED):
                yield role, f"lets a group change what the platform decides: {', '.join(beyond)}"
            if not place(role)[1].startswith(OWN) and not get(allowed, "resourceNames", []):
                yield role, "lets a group change everything in a namespace of the platform's: no resourceNames"


@stack_rule("stack-groups-guarded")
def _guarded(stack: Stack, _: Environment) -> Findings:
    bound = {
        (item.provider, get(item.props, "spec.policyName"))
        for item in stack.of(GUARD_BINDING)
        if "Deny" in get(item.props, "spec.validationActions", [])
    }
    guarded = {
        (item.provider, name)
        for item in stack.of(GUARD)
        if (item.provider, get(item.props, "metadata.name")) in bound
        and get(item.props, "spec.failurePolicy") == "Fail"
        and get(item.props, "spec.validations", [])
        for found in get(item.props, "spec.matchConstraints.resourceRules", [])
        if "UPDATE" in get(found, "operations", [])
        for name in get(found, "resourceNames", [])
    }
    for _binding, role in _bound(stack):
        if role is None or place(role)[1].startswith(OWN):
            continue
        for allowed in _written(role):
            for name in get(allowed, "resourceNames", []):
                if (role.provider, name) not in guarded:
                    yield role, f"lets {name} be rewritten at will: no ValidatingAdmissionPolicy holds its content"
