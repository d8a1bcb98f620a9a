"""What a deletion waits for, at a real API server: provider/pkg/await/condition/deleted.go of pulumi-kubernetes."""

import time
from collections.abc import Iterator

import pytest

from rehearsal import RehearsalError
from rehearsal.control_plane.kube_api import KubeApi, Object
from rehearsal.standins.kubernetes.api.cluster import Api
from rehearsal.standins.kubernetes.objects.objects import items
from rehearsal.standins.kubernetes.settings import Settings
from tests.conftest import RunningControlPlane
from tests.wait import wait_for

SPACE: Object = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "held-by-an-api"}}
GROUP = "held.example"
SERVICES = "/apis/apiregistration.k8s.io/v1/apiservices"
NOBODY: Object = {
    "apiVersion": "apiregistration.k8s.io/v1",
    "kind": "APIService",
    "metadata": {"name": f"v1.{GROUP}"},
    "spec": {
        "group": GROUP,
        "version": "v1",
        "groupPriorityMinimum": 100,
        "versionPriority": 100,
        "insecureSkipTLSVerify": True,
        "service": {"name": "nobody", "namespace": "default"},
    },
}


@pytest.fixture
def api(control_plane: RunningControlPlane) -> Iterator[KubeApi]:
    yield control_plane.api
    for path in (f"{SERVICES}/v1.{GROUP}", "/api/v1/namespaces/held-by-an-api"):
        try:
            control_plane.api.request("DELETE", path)
        except RehearsalError as error:
            assert "not found" in str(error)


def test_a_namespace_is_not_gone_while_an_api_answers_nobody(control_plane: RunningControlPlane, api: KubeApi) -> None:
    ours = Api(Settings(kubeconfig=control_plane.access.kubeconfig.read_text()))
    api.request("POST", SERVICES, NOBODY)
    api.request("POST", "/api/v1/namespaces", SPACE)
    assert ours.delete(SPACE, "Foreground")

    def held() -> bool:
        live = ours.waiter.gone(SPACE, time.monotonic() + 1)
        assert live, "it is gone"
        return "NamespaceDeletionDiscoveryFailure" in {one["type"] for one in items(live, "status", "conditions")}

    wait_for("the reason", held)

    api.request("DELETE", f"{SERVICES}/v1.{GROUP}")
    wait_for("the namespace's end", lambda: ours.waiter.gone(SPACE, time.monotonic() + 30) is None, seconds=120)
