"""What the real provider says of a request that failed: provider/pkg/provider/provider.go."""

from __future__ import annotations

from rehearsal.standins.kubernetes.objects.objects import identity
from rehearsal.standins.values import Map

_BADLY = "failed to fully initialize or become live:"


def not_created(urn: str, error: Exception) -> str:
    """The API server refused to create it."""
    return f'resource "{urn}" was not successfully created by the Kubernetes API server: {error}'


def created_badly(urn: str) -> str:
    """Before the reason for which what was created is not ready."""
    return f'resource "{urn}" was successfully created, but the Kubernetes API server reported that it {_BADLY}'


def failed(obj: Map) -> str:
    """Before the reason for which an update was refused, or did not end well."""
    return f'the Kubernetes API server reported that "{identity(obj)}" {_BADLY}'
