"""What the controller says of the objects that it was given."""

from typing import cast

from rehearsal.control_plane.kube_api import Object
from tests.dataplane.gateway.objects import Objects

_KINDS = {
    "gateway.networking.k8s.io/v1": ("Gateway", "HTTPRoute"),
    "gateway.envoyproxy.io/v1alpha1": (
        "Backend",
        "BackendTrafficPolicy",
        "ClientTrafficPolicy",
        "EnvoyExtensionPolicy",
        "EnvoyPatchPolicy",
        "SecurityPolicy",
    ),
}
_BAD_WHEN_TRUE = {"Overridden", "Warning", "Conflicted", "Aggregated"}


def faults(objects: Objects) -> list[str]:
    """All that is not, or not yet, accepted as it stands; nothing when all is well."""
    return [
        fault
        for version, kinds in _KINDS.items()
        for kind in kinds
        for found in objects.items(version, kind)
        for fault in _faults(kind, found)
    ]


def _faults(kind: str, found: Object) -> list[str]:
    name = f"{kind}/{found['metadata']['name']}"
    status = cast("Object", found.get("status") or {})
    parts = [status, *(part for key in ("parents", "ancestors", "listeners") for part in _list(status, key))]
    conditions = [each for part in parts for each in _list(part, "conditions")]
    if not conditions:
        return [f"{name}: no status yet"]
    return [
        f"{name}: {each['type']}={each['status']} ({each['reason']}) {each['message']}"
        for each in conditions
        if each.get("observedGeneration") != found["metadata"]["generation"]
        or (each["status"] == "True") is (each["type"] in _BAD_WHEN_TRUE)
    ]


def _list(found: Object, key: str) -> list[Object]:
    return found.get(key) or []
