"""Names for objects that were given none, and namespaces likewise."""

from __future__ import annotations

import secrets

from rehearsal.standins.kubernetes.objects.objects import annotation, dig
from rehearsal.standins.provider import ProviderError, Resource
from rehearsal.standins.values import Map, Value, is_map, without_secrets

AUTONAMED = "pulumi.com/autonamed"  # the annotation by which the name is known to be ours to change


def with_name(resource: Resource, olds: Map, obj: Map) -> Map:
    """The object with a name: its own, else the one that it had, else a new one."""
    metadata: Value = obj.get("metadata", {})
    if not is_map(metadata) or metadata.get("name"):
        return {**obj, "metadata": metadata}
    if metadata.get("generateName"):
        raise ProviderError(
            "metadata.generateName cannot be used with server-side apply; give metadata.name, or leave both out"
        )
    before = without_secrets(olds)
    if annotation(before, "autonamed") == "true":
        name = dig(before, "metadata", "name")
    elif resource.naming_disabled:
        raise ProviderError("metadata.name is missing, and automatic names are disabled for this resource")
    else:
        name = resource.proposed_name or f"{resource.name}-{secrets.token_hex(4)}"
    annotations: Value = metadata.get("annotations", {})
    if is_map(annotations):
        annotations = {**annotations, AUTONAMED: "true"}
    return {**obj, "metadata": {**metadata, "name": name, "annotations": annotations}}


def is_autonamed(obj: Map) -> bool:
    """Whether the object's name was made up here."""
    return annotation(obj, "autonamed") == "true"


def with_namespace(olds: Map, obj: Map, default: str, *, namespaced: bool | None) -> Map:
    """The object with a namespace where its kind has one; where that is not known, as it was before."""
    metadata = obj["metadata"]
    if not is_map(metadata) or metadata.get("namespace"):
        return obj
    if namespaced is None:
        default = dig(without_secrets(olds), "metadata", "namespace") or ""
    elif not namespaced:
        return obj
    return {**obj, "metadata": {**metadata, "namespace": default}} if default else obj
