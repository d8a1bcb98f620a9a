"""Objects of any kind in a running control plane."""

import functools
import json
from collections.abc import Iterable
from typing import Any

from rehearsal import RehearsalError
from rehearsal.control_plane.kube_api import KubeApi, Object

_FIRST = ("Namespace", "PriorityClass", "ServiceAccount", "Secret", "ConfigMap")
_MANAGER = "cluster-test"


class Objects:
    """Puts objects in, asks for them and takes them out, by their own kinds and names."""

    def __init__(self, api: KubeApi) -> None:
        self.api = api

    def apply(self, documents: Iterable[Object]) -> None:
        """Server-side, what others need first. Raises RehearsalError with what the API server has against one."""
        for document in sorted(documents, key=_rank):
            body = json.loads(json.dumps(document))
            self.api.request("PATCH", self.path(document), body, fieldManager=_MANAGER, force="true")

    def delete(self, documents: Iterable[Object]) -> None:
        """In the order given; what is gone already is."""
        for document in documents:
            try:
                self.api.request("DELETE", self.path(document))
            except RehearsalError as error:
                if "(404)" not in str(error):
                    raise

    def get(self, document: Object) -> Object:
        """As it is now; only kind, version, name and namespace of the document count."""
        return self.api.request("GET", self.path(document))

    def items(self, version: str, kind: str, namespace: str | None = None, selector: str = "") -> list[Object]:
        """All of a kind, or those with these labels."""
        return self.api.request("GET", self._collection(version, kind, namespace), labelSelector=selector)["items"]

    def path(self, document: Object) -> str:
        """Where it is kept."""
        metadata = document["metadata"]
        collection = self._collection(document["apiVersion"], document["kind"], metadata.get("namespace"))
        return f"{collection}/{metadata['name']}"

    def _collection(self, version: str, kind: str, namespace: str | None) -> str:
        base = f"/apis/{version}" if "/" in version else f"/api/{version}"
        plural, namespaced = _kinds(self.api, base)[kind]
        return f"{base}/namespaces/{namespace}/{plural}" if namespaced and namespace else f"{base}/{plural}"


@functools.cache
def _kinds(api: KubeApi, base: str) -> dict[str, tuple[str, bool]]:
    listed: list[dict[str, Any]] = api.request("GET", base)["resources"]
    return {each["kind"]: (each["name"], each["namespaced"]) for each in listed if "/" not in each["name"]}


def _rank(document: Object) -> int:
    kind = document["kind"]
    return _FIRST.index(kind) if kind in _FIRST else len(_FIRST)
