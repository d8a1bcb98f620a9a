"""Pods on live nodes: what a kubelet, a runtime and a kernel do with them."""

import statistics
import time
from collections.abc import Iterator
from typing import Any

import pytest

from rehearsal.control_plane.kube_api import has_condition
from rehearsal.control_plane.nodes import KIND, LIVE
from tests.live.conftest import LiveStack
from tests.live.dialling import network, seconds
from tests.live.pods import IMAGE
from tests.wait import wait_for


@pytest.fixture(scope="module")
def space(live: LiveStack) -> Iterator[str]:
    """A namespace of these tests."""
    yield live.namespace("tests-nodes")
    live.api.request("DELETE", "/api/v1/namespaces/tests-nodes")


def test_nodes_are_ready_in_three_zones_with_what_an_instance_of_the_tier_has_for_pods(live: LiveStack) -> None:
    nodes = [node for node in live.api.items("Node") if node["metadata"]["labels"].get(KIND) == LIVE]

    assert len(nodes) == len(live.report["nodes"])
    assert all(has_condition(node, "Ready") for node in nodes)
    assert len({node["metadata"]["labels"]["topology.kubernetes.io/zone"] for node in nodes}) == 3
    assert {node["metadata"]["labels"]["node.kubernetes.io/instance-type"] for node in nodes} == {"m7i.large"}
    assert {node["status"]["allocatable"]["pods"] for node in nodes} == {"27"}


def test_a_pod_whose_image_is_known_runs_and_one_whose_image_is_not_is_played(live: LiveStack, space: str) -> None:
    here = live.pod(space, "known", image=f"{IMAGE}@sha256:{'0' * 64}")
    away = live.pod(space, "unknown", image="registry.example/nobody/has-it:1")

    assert here["spec"]["nodeName"] in live.report["nodes"]
    assert here["spec"]["containers"][0]["image"] == IMAGE
    assert away["spec"]["nodeName"] not in live.report["nodes"]
    assert live.run(space, "known", "id", "-u").output.strip() == "1000"


def test_every_container_that_runs_trusts_its_systems_authorities_in_node_as_well(live: LiveStack) -> None:
    """Whoever made its image; with variables of its own or without, and also where another webhook adds some."""
    pods = live.api.items("Pod")
    specs = [pod["spec"] for pod in pods if pod["spec"].get("nodeSelector", {}).get(KIND) == LIVE]
    containers = [each for spec in specs for each in (*spec["containers"], *spec.get("initContainers", []))]
    told = [[one["name"] for one in each["env"]].count("NODE_USE_SYSTEM_CA") for each in containers]

    assert told
    assert set(told) == {1}


def test_a_container_can_write_nothing_but_its_mounts(live: LiveStack, space: str) -> None:
    volume: dict[str, Any] = {"volumes": [{"name": "tmp", "emptyDir": {"sizeLimit": "8Mi"}}]}
    live.pod(space, "reader", volumeMounts=[{"name": "tmp", "mountPath": "/tmp"}], pod=volume)  # noqa: S108

    refused = live.run(space, "reader", "touch", "/www/x")
    assert refused.code == 1
    assert "Read-only file system" in refused.error
    assert live.run(space, "reader", "touch", "/tmp/x").code == 0  # noqa: S108


def test_probes_decide_whether_a_pod_is_ready_and_start_it_again(live: LiveStack, space: str) -> None:
    volume: dict[str, Any] = {"volumes": [{"name": "www", "emptyDir": {}}]}
    check = {"httpGet": {"path": "/alive", "port": 8080}, "periodSeconds": 1, "failureThreshold": 1}
    live.pod(
        space,
        "probed",
        *("sh", "-c", "echo yes > /www/alive; exec httpd -f -p 8080 -h /www"),
        volumeMounts=[{"name": "www", "mountPath": "/www"}],
        readinessProbe=check,
        livenessProbe={**check, "initialDelaySeconds": 2},
        pod=volume,
    )
    live.run(space, "probed", "sh", "-c", "echo no > /www/alive.gone; cat /dev/null > /www/x; busybox rm /www/alive")
    found = wait_for("a restart", lambda: _container(live, space, "probed", restarts=1))
    assert found["lastState"]["terminated"]["exitCode"] in (137, 143)
    wait_for("to be ready again", lambda: has_condition(live.read(space, "probed"), "Ready"))


def test_a_container_that_takes_more_memory_than_its_limit_is_killed_and_its_neighbour_answers_on(
    live: LiveStack, space: str
) -> None:
    volume: dict[str, Any] = {"volumes": [{"name": "www", "emptyDir": {}}]}
    serve = "echo found > /www/index.html; exec httpd -f -p 8080 -h /www"
    mounts = [{"name": "www", "mountPath": "/www"}]
    beside = live.pod(space, "beside", "sh", "-c", serve, volumeMounts=mounts, pod=volume)
    address, hub = (
        (beside["status"]["podIP"], 8080),
        network(live.cluster.first_process("hub") or pytest.fail("no hub")),
    )
    wait_for("the neighbour", lambda: seconds(hub, address), every=0.2)
    before = [seconds(hub, address) for _ in range(200)]
    place = {"nodeName": beside["spec"]["nodeName"]}
    live.pod(space, "eater", "sh", "-c", "sleep 1; tail /dev/zero", labels={"app": "eater"}, pod=place)

    during, found = list[float](), dict[str, Any]()
    deadline = time.monotonic() + 60
    while not found or len(during) < 200:
        during += [seconds(hub, address) for _ in range(20)]
        found = _container(live, space, "eater", restarts=1)
        assert time.monotonic() < deadline, "nothing was killed for lack of memory"
    hub.close()

    assert found["lastState"]["terminated"]["reason"] == "OOMKilled"
    assert found["lastState"]["terminated"]["exitCode"] == 137
    assert _container(live, space, "beside", restarts=0) == {}, "it has never ended"
    # A machine with other work has pauses of its own.
    assert p99(during) < 10 * max(p99(before), 0.005)


def p99(found: list[float]) -> float:
    return statistics.quantiles(found, n=100)[-1]


def test_logs_and_commands_go_through_the_api_server(live: LiveStack, space: str) -> None:
    live.pod(space, "talker", "sh", "-c", "echo said once; sleep 3600")
    log = live.api.text(f"/api/v1/namespaces/{space}/pods/talker/log")
    done = live.run(space, "talker", "sh", "-c", "echo out; echo err >&2; exit 3")

    assert log == "said once\n"
    assert (done.output, done.error, done.code) == ("out\n", "err\n", 3)


def _container(live: LiveStack, space: str, name: str, *, restarts: int) -> dict[str, dict[str, dict[str, object]]]:
    (status,) = live.read(space, name)["status"]["containerStatuses"]
    return status if status["restartCount"] >= restarts and "terminated" in status["lastState"] else {}
