"""Which changes of an object need a new one: provider/pkg/provider/diff.go of the real provider.

What is not here (a PriorityClass' value, a StorageClass' reclaim policy) is refused by the API server at the update.
"""

from __future__ import annotations

from collections.abc import Iterable

from rehearsal.standins.kubernetes.objects.compare import Path
from rehearsal.standins.kubernetes.objects.objects import group_kind
from rehearsal.standins.values import Map, Value, is_map

_RBAC = "rbac.authorization.k8s.io"
_FIELDS: dict[tuple[str, str], tuple[str, ...]] = {  # (group, kind) to the fields that the real provider knows
    ("", "ResourceQuota"): ("spec.scopes",),
    ("", "Secret"): ("type",),
    ("", "Service"): ("spec.clusterIP",),
    ("apps", "Deployment"): ("spec.selector",),
    ("batch", "Job"): ("spec.completions", "spec.parallelism", "spec.selector", "spec.template"),
    ("storage.k8s.io", "StorageClass"): ("parameters", "provisioner"),
    (_RBAC, "ClusterRoleBinding"): ("roleRef",),
    (_RBAC, "RoleBinding"): ("roleRef",),
}
_ALWAYS = ("metadata.name", "metadata.namespace")
_DATA = ("data", "stringData", "binaryData")


def immutable_fields(obj: Map, mutable_kinds: Iterable[str]) -> tuple[str, ...]:
    """The fields of the object whose change replaces it.

    The data of a ConfigMap or Secret is among them unless its kind is in `mutable_kinds`: only a new name makes
    the pods that read it roll.
    """
    group, kind = group_kind(obj)
    fields = _ALWAYS + _FIELDS.get((group, kind), ())
    if group == "" and kind in {"ConfigMap", "Secret"} and (obj.get("immutable") or kind not in mutable_kinds):
        fields += _DATA
    return fields


def needs_new(path: Path, value: Value, fields: Iterable[str]) -> bool:
    """Whether a change at the path touches one of the fields; `value` is what was added or taken away there."""
    keys = [key for key in path if isinstance(key, str)]
    return any(_touches(keys, value, field.split(".")) for field in fields)


def _touches(keys: list[str], value: Value, field: list[str]) -> bool:
    if keys[: len(field)] == field:
        return True
    if field[: len(keys)] != keys:
        return False
    for key in field[len(keys) :]:  # a whole parent came or went: does it hold the field?
        if not is_map(value) or key not in value:
            return False
        value = value[key]
    return True
