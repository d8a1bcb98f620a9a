"""What pods take, as the cluster measures it."""

from collections.abc import Iterator
from typing import Any

import pytest

from rehearsal.control_plane.kube_api import has_condition
from tests.live.conftest import LiveStack
from tests.live.pods import spec
from tests.wait import wait_for

METRICS = "/apis/metrics.k8s.io/v1beta1"


@pytest.fixture(scope="module")
def space(live: LiveStack) -> Iterator[str]:
    """A namespace of these tests."""
    yield live.namespace("tests-metrics")
    live.api.request("DELETE", "/api/v1/namespaces/tests-metrics")


def test_a_deployment_is_scaled_by_the_cpu_that_its_pods_really_take_and_back(live: LiveStack, space: str) -> None:
    labels = {"app": "burner"}
    burn = "while [ ! -e /www/stop ]; do :; done; exec sleep 3600"
    mounts = [{"name": "www", "mountPath": "/www"}]
    volume: dict[str, Any] = {"volumes": [{"name": "www", "emptyDir": {}}]}
    template = {"metadata": {"labels": labels}, "spec": spec(["sh", "-c", burn], volumeMounts=mounts, pod=volume)}
    live.api.request(
        "POST",
        f"/apis/apps/v1/namespaces/{space}/deployments",
        {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {"name": "burner"},
            "spec": {"replicas": 1, "selector": {"matchLabels": labels}, "template": template},
        },
    )
    metric = {
        "type": "Resource",
        "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 50}},
    }
    live.api.request(
        "POST",
        f"/apis/autoscaling/v2/namespaces/{space}/horizontalpodautoscalers",
        {
            "apiVersion": "autoscaling/v2",
            "kind": "HorizontalPodAutoscaler",
            "metadata": {"name": "burner"},
            "spec": {
                "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "burner"},
                "minReplicas": 1,
                "maxReplicas": 2,
                "metrics": [metric],
                # Five minutes of them by themselves; how long it is looked back is the autoscaler's own matter.
                "behavior": {"scaleDown": {"stabilizationWindowSeconds": 0}},
            },
        },
    )

    def measured() -> int:
        found = live.api.request("GET", f"{METRICS}/namespaces/{space}/pods")["items"]
        return sum(int(pod["containers"][0]["usage"]["cpu"].rstrip("n")) for pod in found)

    wait_for("a measured CPU", lambda: measured() > 50_000_000, seconds=120, every=1)  # nanoseconds a second
    scaler = f"/apis/autoscaling/v2/namespaces/{space}/horizontalpodautoscalers/burner"
    wait_for(
        "a second pod", lambda: live.api.request("GET", scaler)["status"]["desiredReplicas"] == 2, seconds=120, every=1
    )

    def pods() -> list[str]:
        found = live.api.request("GET", f"/api/v1/namespaces/{space}/pods")["items"]
        return [pod["metadata"]["name"] for pod in found if has_condition(pod, "Ready")]

    for name in wait_for("both pods to run", lambda: found if len(found := pods()) == 2 else []):
        assert live.run(space, name, "touch", "/www/stop").code == 0
    wait_for("one pod again", lambda: len(pods()) == 1, seconds=120, every=1)
