"""Having the API server check at a preview what an update would send."""

from __future__ import annotations

from rehearsal.standins.kubernetes.api.client import ApiError
from rehearsal.standins.kubernetes.api.cluster import Api
from rehearsal.standins.kubernetes.objects.objects import dig
from rehearsal.standins.kubernetes.waits.texts import failed, not_created
from rehearsal.standins.provider import ProviderError
from rehearsal.standins.values import Map


def try_out(api: Api, urn: str, obj: Map, manager: str, *, exists: bool) -> None:
    """Raises ProviderError where the API server would refuse the object; where its namespace is to come, elsewhere."""
    try:
        if exists:
            api.update(obj, manager, preview=True)
        elif api.waiter.read(obj) is None:  # else it is to be replaced, or refused at creation
            api.create(obj, manager, preview=True)
    except ApiError as error:
        if error.status == 404 and not exists and dig(obj, "metadata", "namespace") not in {None, "default"}:
            try_out(api, urn, _moved(obj, "default"), manager, exists=exists)
        elif error.status not in {403, 404}:  # what admission refuses may be allowed once others exist
            raise ProviderError(f"{failed(obj)} {error}" if exists else not_created(urn, error)) from None


def _moved(obj: Map, namespace: str) -> Map:
    return {**obj, "metadata": {**obj["metadata"], "namespace": namespace}}
