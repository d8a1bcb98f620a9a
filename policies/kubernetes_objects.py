"""Where Kubernetes objects are, and whose."""

from collections import defaultdict
from collections.abc import Iterable

from policies.properties import get
from policies.rule import Resource, Stack

PLUGIN = "naap.io/plugin"
NAMESPACE = "kubernetes:core/v1:Namespace"
CLUSTER = "aws:eks/cluster:Cluster"


def place(resource: Resource) -> tuple[str, str]:
    """Which cluster and namespace an object is in; two regions hold namespaces of the same name."""
    return cluster(resource), get(resource.props, "metadata.namespace", "default")


def cluster(resource: Resource) -> str:
    """Which cluster: the provider's reference tells it."""
    return resource.provider


def own_place(namespace: Resource) -> tuple[str, str]:
    """The place that a Namespace makes."""
    return cluster(namespace), get(namespace.props, "metadata.name", namespace.name)


def named(resource: Resource) -> tuple[str, str, str]:
    """Place and name of an object."""
    return (*place(resource), get(resource.props, "metadata.name", resource.name))


def labels(resource: Resource) -> dict[str, str]:
    """An object's labels."""
    return get(resource.props, "metadata.labels", {})


def stands_on_another(stack: Stack) -> bool:
    """Whether its cluster, and the platform's own parts in it, are another stack's: of a preview environment."""
    return not stack.of(CLUSTER)


def of_plugins(stack: Stack, kind: str) -> list[Resource]:
    """The objects of a kind that belong to plugins."""
    return [resource for resource in stack.of(kind) if PLUGIN in labels(resource)]


def by_place(resources: Iterable[Resource]) -> dict[tuple[str, str], list[Resource]]:
    """Objects by where they are."""
    found: dict[tuple[str, str], list[Resource]] = defaultdict(list)
    for resource in resources:
        found[place(resource)].append(resource)
    return found


def targets(policies: Iterable[Resource]) -> set[tuple[str, str, str, str]]:
    """What policies of the gateway's kinds are on: place, name and section, which is empty for all of an object."""
    return {
        (*place(policy), get(target, "name", ""), get(target, "sectionName", ""))
        for policy in policies
        for target in get(policy.props, "spec.targetRefs", [])
    }
