"""The kubelet of these tests, which stands in for the real one: pods start in whatever order they can."""

from collections.abc import Iterator

import pytest

from rehearsal.control_plane.kube_api import Object
from tests.dataplane.gateway.rig import Rig
from tests.wait import wait_for


def _pod(name: str, *volumes: Object) -> Object:
    container = {"name": "stand-in", "image": "stand-in", "command": ["python", "-c", "import time; time.sleep(600)"]}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": "default"},
        "spec": {"containers": [container], "volumes": list(volumes)},
    }


LACKING = _pod("first-lacking-a-secret", {"name": "secret", "secret": {"secretName": "nobody-made-it"}})
OTHER = _pod("second")


@pytest.fixture(autouse=True)
def removed(rig: Rig) -> Iterator[None]:
    """Both pods, whatever becomes of them."""
    yield
    rig.cluster.objects.delete([LACKING, OTHER])


def test_a_pod_that_lacks_its_secret_keeps_no_other_from_starting(rig: Rig) -> None:
    objects, kubelet = rig.cluster.objects, rig.cluster.kubelet
    objects.apply([LACKING])
    wait_for("its address, from when on it is tried", lambda: objects.get(LACKING)["status"].get("podIP"))
    objects.apply([OTHER])
    wait_for("the other one to run", lambda: kubelet.running("second"), seconds=20)
    assert not kubelet.running("first-lacking-a-secret")
