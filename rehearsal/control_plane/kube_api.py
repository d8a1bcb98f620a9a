"""The few requests that a rehearsal itself makes to a control plane, over plain REST."""

import json
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, cast

import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

from rehearsal import RehearsalError

Object = dict[str, Any]

COLLECTIONS = {
    "Node": "/api/v1/nodes",
    "Namespace": "/api/v1/namespaces",
    "Deployment": "/apis/apps/v1/deployments",
    "ConfigMap": "/api/v1/configmaps",
    "Service": "/api/v1/services",
    "ServiceAccount": "/api/v1/serviceaccounts",
    "APIService": "/apis/apiregistration.k8s.io/v1/apiservices",
    "ClusterRole": "/apis/rbac.authorization.k8s.io/v1/clusterroles",
    "ClusterRoleBinding": "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings",
    "RoleBinding": "/apis/rbac.authorization.k8s.io/v1/rolebindings",
    "EndpointSlice": "/apis/discovery.k8s.io/v1/endpointslices",
    "MutatingAdmissionPolicy": "/apis/admissionregistration.k8s.io/v1/mutatingadmissionpolicies",
    "MutatingAdmissionPolicyBinding": "/apis/admissionregistration.k8s.io/v1/mutatingadmissionpolicybindings",
    "Pod": "/api/v1/pods",
    "GatewayClass": "/apis/gateway.networking.k8s.io/v1/gatewayclasses",
    "StorageClass": "/apis/storage.k8s.io/v1/storageclasses",
    "CustomResourceDefinition": "/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
}
TIMEOUT_SECONDS = 30.0
WORKERS = 8
LATER = Retry(
    total=8,
    connect=0,
    read=False,
    status_forcelist=(429,),
    allowed_methods=None,
    backoff_factor=0.1,
    backoff_max=1.0,
    raise_on_status=False,
)
"""An API server that takes up a new definition asks for some seconds to come back later, and has done nothing."""


class KubeApi:
    """One control plane, as its administrator."""

    def __init__(self, endpoint: str, authority: Path, token: str) -> None:
        self._endpoint = endpoint
        self._session = requests.Session()
        self._session.trust_env = False  # loopback: no proxy of the environment, no other trust store
        self._session.verify = str(authority)
        self._session.headers["Authorization"] = f"Bearer {token}"
        self._session.mount(endpoint, HTTPAdapter(pool_maxsize=2 * WORKERS, max_retries=LATER))

    def ready(self) -> bool:
        """Whether the API server answers and says that it is ready."""
        try:
            return self._session.get(f"{self._endpoint}/readyz", timeout=2).status_code == requests.codes.ok
        except requests.RequestException:
            return False

    def request(self, method: str, path: str, body: Object | None = None, **query: str) -> Object:
        """The answer's body. Raises RehearsalError with what the API server said."""
        content = "application/apply-patch+yaml" if method == "PATCH" else "application/json"
        answer = self._session.request(
            method,
            f"{self._endpoint}{path}",
            params=query,
            data=None if body is None else json.dumps(body),
            headers={"Content-Type": content},
            timeout=TIMEOUT_SECONDS,
        )
        if not answer.ok:
            raise RehearsalError(f"The API server refused {method} {path} ({answer.status_code}): {_message(answer)}")
        return cast("Object", answer.json())

    def text(self, path: str) -> str:
        """What is no object: a pod's log. Raises RehearsalError with what the API server said."""
        answer = self._session.get(f"{self._endpoint}{path}", timeout=TIMEOUT_SECONDS)
        if not answer.ok:
            raise RehearsalError(f"The API server refused GET {path} ({answer.status_code}): {_message(answer)}")
        return answer.text

    def apply(self, objects: Iterable[Object]) -> None:
        """Server-side apply, several at a time."""
        with ThreadPoolExecutor(max_workers=WORKERS) as pool:
            list(pool.map(self._apply, objects))

    def items(self, kind: str) -> list[Object]:
        """All objects of a kind of COLLECTIONS."""
        return cast("list[Object]", self.request("GET", COLLECTIONS[kind])["items"])

    def available(self, deployment: Object) -> bool:
        """Whether all of its pods are there, as it is stated now."""
        live = self.request("GET", _path(deployment))
        seen = live.get("status", {})
        return (
            seen.get("observedGeneration") == live["metadata"]["generation"]
            and seen.get("updatedReplicas") == seen.get("availableReplicas") == deployment["spec"]["replicas"]
        )

    def remove(self, kind: str, name: str) -> None:
        """Delete an object without a namespace; none may be there."""
        answer = self._session.delete(f"{self._endpoint}{COLLECTIONS[kind]}/{name}", timeout=TIMEOUT_SECONDS)
        if not answer.ok and answer.status_code != requests.codes.not_found:
            raise RehearsalError(f"The API server did not delete {kind} {name}: {_message(answer)}")

    def forget(self, node: str) -> None:
        """Take away a node that is gone for good, with the pods that it had: nobody else can say that they ended."""
        self.remove("Node", node)
        for pod in self.items("Pod"):
            if pod["spec"].get("nodeName") == node:
                place = pod["metadata"]
                path = f"/api/v1/namespaces/{place['namespace']}/pods/{place['name']}"
                self._session.delete(
                    f"{self._endpoint}{path}", params={"gracePeriodSeconds": 0}, timeout=TIMEOUT_SECONDS
                )

    def _apply(self, item: Object) -> None:
        path = _path(item)
        self.request("PATCH", path, item, fieldManager="rehearsal", force="true")
        if "status" in item:
            self.request("PATCH", f"{path}/status", item, fieldManager="rehearsal", force="true")


def _path(item: Object) -> str:
    version, _, kind = COLLECTIONS[item["kind"]].rpartition("/")
    space = item["metadata"].get("namespace")
    return f"{version}/{f'namespaces/{space}/' if space else ''}{kind}/{item['metadata']['name']}"


def has_condition(item: Object, condition: str) -> bool:
    """Whether an object's status says that a condition is true."""
    conditions = cast("list[Object]", item.get("status", {}).get("conditions") or [])
    return any(entry["type"] == condition and entry["status"] == "True" for entry in conditions)


def _message(answer: requests.Response) -> str:
    try:
        return str(answer.json()["message"])[:500]
    except (ValueError, KeyError, TypeError):
        return answer.text[:500]
