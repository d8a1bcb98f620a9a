"""What is asked of the cluster's API server: whose a token is, and ConfigMaps."""

from collections.abc import Mapping

from rehearsal import RehearsalError
from rehearsal.control_plane.kube_api import KubeApi

_REVIEWS = "/apis/authentication.k8s.io/v1/tokenreviews"
_OWNER = "rehearsal"


class TokenReviews:
    """api: as who may review tokens."""

    def __init__(self, api: KubeApi) -> None:
        self._api = api

    def user(self, token: str, audience: str) -> str | None:
        """Its user; None where it is nobody's, has ended, or is for somebody else than the audience."""
        if not token:
            return None  # the API server takes an empty one for a mistake
        spec = {"token": token, "audiences": [audience]}
        review = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenReview", "spec": spec}
        status = self._api.request("POST", _REVIEWS, review).get("status", {})
        return status["user"]["username"] if status.get("authenticated") else None


class ConfigMaps:
    """api: as who may read and write them."""

    def __init__(self, api: KubeApi) -> None:
        self._api = api

    def read(self, namespace: str, name: str) -> Mapping[str, str]:
        """Its texts; none where there is none."""
        try:
            return self._api.request("GET", _path(namespace, name)).get("data") or {}
        except RehearsalError:
            return {}

    def write(self, namespace: str, name: str, texts: Mapping[str, str]) -> None:
        """Makes it so."""
        metadata = {"name": name, "namespace": namespace}
        body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": dict(texts)}
        self._api.request("PATCH", _path(namespace, name), body, fieldManager=_OWNER, force="true")


def _path(namespace: str, name: str) -> str:
    return f"/api/v1/namespaces/{namespace}/configmaps/{name}"
