"""What the state keeps of an object, and what it foretells of one at preview."""

from __future__ import annotations

from rehearsal.standins.kubernetes.objects.objects import SERVER_FIELDS, kind_of, to_state, with_secrets
from rehearsal.standins.values import UNKNOWN, Map, is_map

_BOOKKEEPING = frozenset(("__inputs", "__initialApiVersion", "__fieldManager"))


def checkpoint(live: Map, given: Map, manager: str) -> Map:
    """What is kept of an object as it is now, beside the inputs that it was given."""
    metadata = {key: item for key, item in live["metadata"].items() if key != "managedFields"}
    state = with_secrets(to_state({**live, "metadata": metadata}), given)
    version = live["apiVersion"]
    return {**state, "__inputs": given, "__initialApiVersion": version, "__fieldManager": manager}


def inputs_of(live: Map) -> Map:
    """Inputs for an object that was read without any: all of it but what the API server itself writes."""
    metadata = {key: item for key, item in live["metadata"].items() if key not in SERVER_FIELDS}
    return {**{key: item for key, item in live.items() if key != "status"}, "metadata": metadata}


def foretold(inputs: Map) -> Map:
    """Outputs at preview: the inputs; an address that the API server will choose is unknown."""
    spec = inputs.get("spec")
    if kind_of(inputs) != ("v1", "Service") or not is_map(spec) or "clusterIP" in spec:
        return inputs
    return {**inputs, "spec": {**spec, "clusterIP": UNKNOWN}}


def foretold_update(state: Map, news: Map) -> Map:
    """Outputs at preview of an update: the old ones with the new inputs over them."""
    old = {key: item for key, item in state.items() if key not in _BOOKKEEPING}
    result = {**old, **news}
    for key in ("metadata", "spec"):
        if is_map(item := news.get(key)) and is_map(before := old.get(key)):
            result[key] = {**before, **item}
    return result
