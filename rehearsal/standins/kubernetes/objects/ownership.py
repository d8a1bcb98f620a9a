"""Who owns which field of an object, by its managed fields, and when ours may be taken from others.

As provider/pkg/await/await.go (fixCSAFieldManagers, patchForce) and provider/pkg/provider/provider.go
(fieldManagerName) of the real provider have it: an object is created under one name that all share, and from its first
update on it is applied under a name of its own, which the state keeps.
"""

from __future__ import annotations

import secrets

from rehearsal.standins.kubernetes.objects.objects import annotation, dig, items
from rehearsal.standins.values import Map, is_map

CREATOR = "pulumi-kubernetes"
_OURS = frozenset((CREATOR, "pulumi-kubernetes.exe", "pulumi-resource-kubernetes"))
_ADOPTED = frozenset(
    ((name, "Update") for name in (*_OURS, "kubectl", "before-first-apply")),
) | {("kubectl", "Apply")}
"""Managers, each with its operation, whose fields the real provider makes its own before it applies. Those of
`kubectl patch`, `edit`, `set` and `scale` bear other names, and are not among them."""


def field_manager(state: Map, obj: Map) -> str:
    """Under which name the object is applied: what it asks for, else what the state says, else a new one."""
    given = annotation(obj, "patchFieldManager") or state.get("__fieldManager")
    return str(given) if given else f"{CREATOR}-{secrets.token_hex(4)}"


def takes_by_force(obj: Map, live: Map | None, *, enabled: bool, preview: bool) -> bool:
    """Whether fields that others own are taken from them rather than refused as a conflict."""
    if enabled or annotation(obj, "patchForce") == "true":
        return True
    if live is None:
        return preview
    managed = items(live, "metadata", "managedFields")
    created = any(entry.get("operation") == "Update" and entry.get("manager") in _OURS for entry in managed)
    return not managed or (preview and created)


def adopted(live: Map, manager: str) -> list[Map] | None:
    """The object's managed fields once ours by another name are the manager's; None where there are none such."""
    managed = items(live, "metadata", "managedFields")
    ours = [entry for entry in managed if _is_adopted(entry)]
    if not ours:
        return None
    own = [entry for entry in managed if entry.get("manager") == manager and entry.get("operation") == "Apply"]
    rest = [entry for entry in managed if entry not in ours and entry not in own]
    fields: Map = {}
    for entry in (*own, *ours):
        fields = _merged(fields, entry.get("fieldsV1") or {})
    applied = {**ours[0], "manager": manager, "operation": "Apply", "fieldsV1": fields}
    return [*rest, applied]


def conflict(text: str, manager: str) -> str:
    """A refusal because of others' fields, in the real provider's words (await.go, handleSSAErr)."""
    help_at = (
        "https://www.pulumi.com/registry/packages/kubernetes/how-to-guides/"
        "managing-resources-with-server-side-apply/#handle-field-conflicts-on-existing-resources"
    )
    return (
        f"server-side apply field conflict detected, see {help_at} for troubleshooting help\n"
        f'The resource managed by field manager "{manager}" had an apply conflict: {text}'
    )


def _is_adopted(entry: Map) -> bool:
    return (dig(entry, "manager"), dig(entry, "operation")) in _ADOPTED and not entry.get("subresource")


def _merged(one: Map, other: Map) -> Map:
    result = dict(one)
    for key, item in other.items():
        before = result.get(key)
        result[key] = _merged(before, item) if is_map(before) and is_map(item) else item
    return result
