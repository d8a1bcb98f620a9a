"""Inputs in the form in which the real provider keeps them, so that equal meanings never show as a difference.

provider/pkg/provider/provider.go (normalizeInputs) and provider/pkg/clients/unstructured.go (Normalize): an object of
Kubernetes' own kinds goes through its Go type, which writes amounts in their one spelling and leaves out what is zero.
Known here are the fields that such values were seen in; a custom resource stays as it is.
"""

from __future__ import annotations

import base64
import binascii

from rehearsal.standins.kubernetes.objects.objects import SERVER_FIELDS, kind_of
from rehearsal.standins.kubernetes.objects.quantities import canonical
from rehearsal.standins.values import Map, Value, has_unknown, is_list, is_map, without_secrets

_QUANTITY_MAPS = frozenset(
    ("limits", "requests", "hard", "capacity", "overhead", "default", "defaultRequest", "max", "min")
)
_QUANTITY_FIELDS = frozenset(("averageValue", "sizeLimit"))
_TEXT_MAPS = frozenset(  # an empty one means the same as none; an empty object elsewhere (emptyDir) does not
    ("labels", "annotations", "data", "binaryData", "stringData", "nodeSelector", "matchLabels")
)
_ZERO_IS_NONE = frozenset(  # fields whose Go type has no pointer: their zero value is not written
    (
        "failureThreshold",
        "hostIPC",
        "hostNetwork",
        "hostPID",
        "initialDelaySeconds",
        "minReadySeconds",
        "paused",
        "periodSeconds",
        "publishNotReadyAddresses",
        "readOnly",
        "stdin",
        "stdinOnce",
        "successThreshold",
        "timeoutSeconds",
        "tty",
    )
)


def is_built_in(obj: Map) -> bool:
    """Whether the kind is Kubernetes' own, so that its fields' meanings are known here."""
    group = kind_of(obj)[0].rpartition("/")[0]
    return "." not in group or (group.endswith(".k8s.io") and not group.startswith("gateway."))


def normalize(obj: Map) -> Map:
    """A copy without what only the API server writes; of Kubernetes' own kinds with each value in its one form."""
    if is_built_in(obj) and not has_unknown(obj):
        obj = _normalize(_encoded(obj) if kind_of(obj) == ("v1", "Secret") else obj, "")
    metadata = obj.get("metadata")
    if not is_map(metadata):
        return obj
    return {**obj, "metadata": {key: item for key, item in metadata.items() if key not in SERVER_FIELDS}}


def _encoded(secret: Map) -> Map:
    """A Secret whose texts are encoded, as the API server would, and whose data has no spaces and line ends."""
    texts = without_secrets(secret.get("stringData"))
    given: Map = without_secrets(secret.get("data")) or {}
    data = {key: _encoded_again(text) for key, text in given.items()}
    rest = {key: item for key, item in secret.items() if key not in {"stringData", "data"}}
    if is_map(texts):
        data |= {key: base64.b64encode(str(text).encode()).decode() for key, text in texts.items()}
    return {**rest, "data": data} if data else rest


def _encoded_again(text: str) -> str:
    try:
        return base64.b64encode(base64.b64decode(text)).decode()
    except binascii.Error:
        return text  # the API server will say so


def _normalize(value: Value, key: str) -> Value:
    if is_map(value):
        pairs = ((name, _normalize(item, _is_quantity(key, name))) for name, item in value.items())
        return {name: item for name, item in pairs if not _is_empty(name, item)}
    if is_list(value):
        return [_normalize(item, key) for item in value]
    return canonical(value) if key == _QUANTITY and isinstance(value, str | int | float) else value


_QUANTITY = "<quantity>"  # stands for the key of a field that is known to hold a quantity


def _is_quantity(parent: str, key: str) -> str:
    """_QUANTITY where the field holds one, else the field's own key."""
    quantity = parent in _QUANTITY_MAPS or key in _QUANTITY_FIELDS or (parent, key) == ("target", "value")
    return _QUANTITY if quantity else key


def _is_empty(key: str, value: Value) -> bool:
    """Whether such a field is left out."""
    if value is None or value == [] or (value == {} and key in _TEXT_MAPS):
        return True
    return key in _ZERO_IS_NONE and value in (False, 0)
