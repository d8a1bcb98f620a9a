"""Objects in one form for each meaning, so that equal meanings never show as a difference."""

from __future__ import annotations

import base64

from rehearsal.standins.kubernetes.objects import kind_of
from rehearsal.standins.kubernetes.quantities import canonical
from rehearsal.standins.values import Map, Value, has_unknown, is_list, is_map, without_secrets

_QUANTITY_MAPS = frozenset(
    ("limits", "requests", "hard", "capacity", "overhead", "default", "defaultRequest", "max", "min")
)
_QUANTITY_FIELDS = frozenset(("averageValue", "sizeLimit"))
_TEXT_MAPS = frozenset(  # an empty one means the same as none; an empty object elsewhere (emptyDir) does not
    ("labels", "annotations", "data", "binaryData", "stringData", "nodeSelector", "matchLabels")
)


def is_built_in(obj: Map) -> bool:
    """Whether the kind is Kubernetes' own, so that its fields' meanings are known here."""
    group = kind_of(obj)[0].rpartition("/")[0]
    return "." not in group or (group.endswith(".k8s.io") and not group.startswith("gateway."))


def complete(inputs: Map) -> Map:
    """Inputs as they are applied: a Secret's texts are encoded, as the API server would."""
    texts = without_secrets(inputs.get("stringData"))
    if kind_of(inputs) != ("v1", "Secret") or not is_map(texts) or has_unknown(texts):
        return inputs
    encoded = {key: base64.b64encode(str(text).encode()).decode() for key, text in texts.items()}
    rest = {key: item for key, item in inputs.items() if key != "stringData"}
    return {**rest, "data": {**(without_secrets(inputs.get("data")) or {}), **encoded}}


def normalize(obj: Map) -> Map:
    """A copy in which quantities have one spelling and empty lists are left out."""
    return _normalize(obj, "") if is_built_in(obj) else obj


def _normalize(value: Value, key: str) -> Value:
    if is_map(value):
        pairs = ((name, _normalize(item, is_quantity(key, name))) for name, item in value.items())
        return {name: item for name, item in pairs if not is_empty(name, item)}
    if is_list(value):
        return [_normalize(item, key) for item in value]
    return canonical(value) if key == QUANTITY and isinstance(value, str | int | float) else value


QUANTITY = "<quantity>"  # stands for the key of a field that is known to hold a quantity


def is_quantity(parent: str, key: str) -> str:
    """QUANTITY where the field holds one, else the field's own key."""
    quantity = parent in _QUANTITY_MAPS or key in _QUANTITY_FIELDS or (parent, key) == ("target", "value")
    return QUANTITY if quantity else key


def is_empty(key: str, value: Value) -> bool:
    """Whether the API server leaves such a field out."""
    return value is None or value == [] or (value == {} and key in _TEXT_MAPS)
