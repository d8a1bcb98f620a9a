"""Labels on every Kubernetes object, by one function; selectors use the smaller set that never changes."""

from collections.abc import Mapping

PLUGIN_LABEL = "naap.io/plugin"
COMPONENT_LABEL = "naap.io/component"
PREVIEW_LABEL = "naap.io/preview"
"""Of a preview environment: all that one makes bears its name, also in namespaces of the stack on which it stands."""
NAMESPACE_LABEL = "kubernetes.io/metadata.name"
"""Set by the API server itself, so that no tenant can forge it: the only label that selects namespaces."""


def selector(component: str, name: str) -> Mapping[str, str]:
    """What picks out the pods of one workload."""
    return {"app.kubernetes.io/name": name, COMPONENT_LABEL: component}


def labels(component: str, name: str, *, plugin: str | None = None, version: str | None = None) -> Mapping[str, str]:
    """Labels of an object of a component; plugin: the registry entry that it belongs to."""
    found = {
        **selector(component, name),
        "app.kubernetes.io/part-of": "naap",
        "app.kubernetes.io/managed-by": "pulumi",
    }
    if plugin:
        found[PLUGIN_LABEL] = plugin
    if version:
        # A label's value is of at most 63 letters, digits, and between them dots, hyphens and underscores.
        found["app.kubernetes.io/version"] = version.replace("+", "_")[:63].rstrip("-_.")
    return found
