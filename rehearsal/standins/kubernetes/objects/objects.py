"""Small questions that are asked of every Kubernetes object."""

from __future__ import annotations

from typing import Any

from rehearsal.standins.values import Map, Secret, Value, has_secret, is_list, is_map

DEFINITION = ("apiextensions.k8s.io", "CustomResourceDefinition")
SERVER_FIELDS = frozenset(  # of metadata: written by the API server, never asked for
    (
        "creationTimestamp",
        "deletionGracePeriodSeconds",
        "deletionTimestamp",
        "generation",
        "managedFields",
        "resourceVersion",
        "selfLink",
        "uid",
    )
)


def dig(value: Value, *keys: str) -> Any:
    """What is found by going down the keys; None where there is no such way."""
    for key in keys:
        if not is_map(value):
            return None
        value = value.get(key)
    return value


def items(value: Value, *keys: str) -> list[Any]:
    """The list found by going down the keys; empty where there is none."""
    found = dig(value, *keys)
    return found if is_list(found) else []


def annotation(obj: Map, name: str) -> str | None:
    """The annotation `pulumi.com/<name>`, by which a program steers the provider."""
    found = dig(obj, "metadata", "annotations", f"pulumi.com/{name}")
    return found if isinstance(found, str) else None


def kind_of(obj: Map) -> tuple[str, str]:
    """The object's apiVersion and kind."""
    return str(obj.get("apiVersion", "")), str(obj.get("kind", ""))


def group_kind(obj: Map) -> tuple[str, str]:
    """The object's API group (empty for the core) and kind."""
    version, kind = kind_of(obj)
    return version.rpartition("/")[0], kind


def identity(obj: Map) -> str:
    """The object's id in the state: `namespace/name`, or `name` where there is no namespace."""
    parts = (dig(obj, "metadata", "namespace"), dig(obj, "metadata", "name"))
    return "/".join(str(part) for part in parts if part)


def to_api(value: Value) -> Value:
    """A value for the API server: no secrets, no nulls, and `x-kubernetes-...` spelt as in OpenAPI."""
    if isinstance(value, Secret):
        return to_api(value.value)
    if is_map(value):
        return {_dashed(key): to_api(item) for key, item in value.items() if item is not None}
    return [to_api(item) for item in value] if is_list(value) else value


def _dashed(key: str) -> str:
    return key.replace("_", "-") if key.startswith("x_kubernetes_") else key


def to_state(value: Value) -> Value:
    """A value for the state, where `x-kubernetes-...` is spelt as the SDK spells it."""
    if is_map(value):
        return {
            key.replace("-", "_") if key.startswith("x-kubernetes-") else key: to_state(item)
            for key, item in value.items()
        }
    return [to_state(item) for item in value] if is_list(value) else value


def with_secrets(output: Map, given: Map) -> Map:
    """The output with everything secret that was given as a secret; the data of a Secret always is."""
    if kind_of(output) == ("v1", "Secret"):
        keys = ("data", "stringData")
        return {key: _secret(item) if key in keys else item for key, item in output.items()}
    result = dict(output)
    for key, item in given.items():
        if key not in output:
            continue
        if is_map(item) and is_map(output[key]):
            result[key] = with_secrets(output[key], item)
        elif has_secret(item):
            result[key] = _secret(output[key])
    return result


def _secret(value: Value) -> Secret:
    return value if isinstance(value, Secret) else Secret(value)
