"""Whose object it is: each resource applies under a field manager of its own, made from its URN.

The manager is written into the object by the API server itself. An object that exists although the state does not
know it is ours when it bears our manager: the engine was killed between the request and its note of it.
"""

from __future__ import annotations

import hashlib

from rehearsal.standins.kubernetes.objects import dig, items
from rehearsal.standins.values import Map


def field_manager(urn: str) -> str:
    """The field manager of a resource; managers of the real provider begin with the same word."""
    return f"pulumi-kubernetes-{hashlib.sha256(urn.encode()).hexdigest()[:16]}"


def is_managed_by(live: Map, manager: str) -> bool:
    """Whether the object was applied under the manager."""
    return any(dig(entry, "manager") == manager for entry in items(live, "metadata", "managedFields"))
