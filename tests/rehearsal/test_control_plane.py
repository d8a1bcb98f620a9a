"""Control planes as they really run."""

import json
import os
import signal
import socket
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from planning.cluster.packing import Pods
from planning.shared.pods import PodSize
from rehearsal import RehearsalError
from rehearsal.control_plane.control_plane import Access, ControlPlane
from rehearsal.control_plane.crds import SOURCES
from rehearsal.control_plane.kube_api import KubeApi, Object, has_condition
from rehearsal.control_plane.nodes import Machines, deployment
from rehearsal.processes import command_line
from rehearsal.tools.toolbox import Found
from tests.conftest import RunningControlPlane
from tests.wait import wait_for

RESTRICTED = {
    "allowPrivilegeEscalation": False,
    "capabilities": {"drop": ["ALL"]},
    "runAsNonRoot": True,
    "seccompProfile": {"type": "RuntimeDefault"},
}


def namespace(api: KubeApi, name: str) -> str:
    labels = {"pod-security.kubernetes.io/enforce": "restricted"}
    api.request(
        "POST",
        "/api/v1/namespaces",
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}},
    )
    return f"/namespaces/{name}"


def template(**extra: Any) -> Object:
    container = {"name": "c", "image": "example.com/c:1", "securityContext": RESTRICTED}
    first = {"name": "first", "image": "example.com/c:1", "securityContext": RESTRICTED}
    return {
        "metadata": {"labels": {"app": "x"}},
        "spec": {"containers": [container], "initContainers": [first], **extra},
    }


def create(api: KubeApi, path: str, version: str, kind: str, name: str, **body: Any) -> Object:
    return api.request("POST", path, {"apiVersion": version, "kind": kind, "metadata": {"name": name}, **body})


def test_nodes_are_ready_in_three_zones(control_plane: RunningControlPlane) -> None:
    nodes = control_plane.api.items("Node")
    assert all(has_condition(node, "Ready") for node in nodes)
    zones = {node["metadata"]["labels"]["topology.kubernetes.io/zone"] for node in nodes}
    assert zones == {"us-east-1a", "us-east-1b", "us-east-1c"}


def test_a_deployment_becomes_available_and_its_pods_get_addresses(control_plane: RunningControlPlane) -> None:
    api, place = control_plane.api, namespace(control_plane.api, "deployed")
    path = f"/apis/apps/v1{place}/deployments"
    selector = {"matchLabels": {"app": "x"}}
    create(api, path, "apps/v1", "Deployment", "d", spec={"replicas": 6, "selector": selector, "template": template()})
    wait_for("six pods", lambda: api.request("GET", f"{path}/d")["status"].get("availableReplicas") == 6)
    pods = api.request("GET", f"/api/v1{place}/pods")["items"]
    assert len({pod["status"]["podIP"] for pod in pods}) == 6
    assert pods[0]["status"]["initContainerStatuses"][0]["state"]["terminated"]["exitCode"] == 0


def test_a_job_completes_and_a_deleted_pod_goes(control_plane: RunningControlPlane) -> None:
    api, place = control_plane.api, namespace(control_plane.api, "jobs")
    path = f"/apis/batch/v1{place}/jobs"
    create(api, path, "batch/v1", "Job", "j", spec={"template": template(restartPolicy="Never")})
    wait_for("the Job", lambda: has_condition(api.request("GET", f"{path}/j"), "Complete"))
    api.request("DELETE", "/api/v1/namespaces/jobs")
    wait_for("the namespace to go", lambda: "jobs" not in [n["metadata"]["name"] for n in api.items("Namespace")])


def test_a_claim_is_bound_and_a_balancer_gets_an_address(control_plane: RunningControlPlane) -> None:
    api, place = control_plane.api, namespace(control_plane.api, "cloud")
    claims, services = f"/api/v1{place}/persistentvolumeclaims", f"/api/v1{place}/services"
    size = {"requests": {"storage": "5Gi"}}
    create(api, claims, "v1", "PersistentVolumeClaim", "p", spec={"accessModes": ["ReadWriteOnce"], "resources": size})
    create(api, services, "v1", "Service", "s", spec={"type": "LoadBalancer", "ports": [{"port": 80}]})
    wait_for("the claim", lambda: api.request("GET", f"{claims}/p")["status"]["phase"] == "Bound")
    wait_for("the address", lambda: "ingress" in api.request("GET", f"{services}/s")["status"]["loadBalancer"])


def test_a_pod_that_breaks_the_restricted_standard_is_refused(control_plane: RunningControlPlane) -> None:
    api, place = control_plane.api, namespace(control_plane.api, "strict")
    spec = {"containers": [{"name": "c", "image": "example.com/c:1", "securityContext": {"privileged": True}}]}
    with pytest.raises(RehearsalError, match="violates PodSecurity"):
        create(api, f"/api/v1{place}/pods", "v1", "Pod", "p", spec=spec)


def test_custom_resources_are_validated_by_their_real_definitions(control_plane: RunningControlPlane) -> None:
    api, place = control_plane.api, namespace(control_plane.api, "custom")
    served = {item["metadata"]["name"] for item in api.items("CustomResourceDefinition")}
    assert {"httproutes.gateway.networking.k8s.io", "backendtrafficpolicies.gateway.envoyproxy.io"} <= served
    assert {"nodepools.karpenter.sh", "targetgroupbindings.eks.amazonaws.com"} <= served
    with pytest.raises(RehearsalError, match=r"spec\.rules"):
        create(
            api,
            f"/apis/gateway.networking.k8s.io/v1{place}/httproutes",
            "gateway.networking.k8s.io/v1",
            "HTTPRoute",
            "r",
            spec={"rules": [{"matches": [{"path": {"type": "Sideways", "value": "/"}}]}]},
        )


def test_a_pod_that_finds_no_room_on_the_nodes_of_its_stack_stays_pending(
    tools: Mapping[str, Found], definitions: list[Object], tmp_path: Path
) -> None:
    size = {"cpu": "1630m", "memory": "6Gi", "pods": "25"}
    addon = deployment(Pods(name="an add-on", size=PodSize(cpu_m=700, memory_mib=64), count=2))
    two = Machines(count=2, family="m7g", size="large", capacity=size, free=size, beside=[addon])
    plane = ControlPlane(tmp_path / "c", "us-east-1", two)
    try:
        access = plane.start(tools, definitions)
        api = KubeApi(access.endpoint, access.authority, access.token)
        place = namespace(api, "full")
        spec = template()
        spec["spec"]["containers"][0]["resources"] = {"requests": {"cpu": "700m"}}
        selector = {"matchLabels": {"app": "x"}}
        path = f"/apis/apps/v1{place}/deployments"
        create(api, path, "apps/v1", "Deployment", "d", spec={"replicas": 3, "selector": selector, "template": spec})
        # Four of this size would fit on the nodes alone: those of the add-on have their place before.
        wait_for("two pods", lambda: api.request("GET", f"{path}/d")["status"].get("availableReplicas") == 2)
        pods = api.request("GET", f"/api/v1{place}/pods")["items"]
        assert sorted(pod["status"]["phase"] for pod in pods) == ["Pending", "Running", "Running"]
        plane.stop()
        ControlPlane(tmp_path / "c", "us-east-1").start(tools, definitions)
        assert len(api.items("Node")) == 2, "as it was started before"
    finally:
        plane.stop()


def test_two_start_at_once_and_leave_no_process_when_stopped(
    tools: Mapping[str, Found], definitions: list[Object], tmp_path: Path
) -> None:
    planes = [ControlPlane(tmp_path / region, region) for region in ("us-east-1", "us-west-2")]

    def start(plane: ControlPlane) -> Access:
        return plane.start(tools, definitions)

    try:
        with ThreadPoolExecutor() as pool:
            access = list(pool.map(start, planes))
        assert access[0].endpoint != access[1].endpoint
        pids = [pid for plane in planes for pid in plane.states().values() if pid]
        assert len(pids) == 10
    finally:
        for plane in planes:
            plane.stop()
    assert not any(command_line(pid) for pid in pids)


def test_a_crashed_member_is_restarted_and_the_rest_left_alone(
    tools: Mapping[str, Found], definitions: list[Object], tmp_path: Path
) -> None:
    plane = ControlPlane(tmp_path / "c", "us-east-1")
    try:
        first = plane.start(tools, definitions)
        before = plane.states()
        crashed = before["kube-apiserver"]
        assert crashed
        _kill(crashed)
        assert plane.start(tools, definitions).endpoint == first.endpoint
        after = plane.states()
        assert after["kube-apiserver"] not in (None, crashed)
        assert {name: pid for name, pid in after.items() if name in ("etcd", "kwok")} == {
            name: pid for name, pid in before.items() if name in ("etcd", "kwok")
        }
    finally:
        plane.stop()


def test_what_runs_by_another_command_line_is_ended_before_the_new_one_starts(
    tools: Mapping[str, Found], definitions: list[Object], tmp_path: Path
) -> None:
    plane = ControlPlane(tmp_path / "c", "us-east-1")
    moved = tmp_path / "kwok"
    moved.symlink_to(tools["kwok"].path)
    before: dict[str, int | None] = {}
    try:
        first = plane.start(tools, definitions)
        before = plane.states()
        assert plane.start({**tools, "kwok": replace(tools["kwok"], path=moved)}, definitions) == first
        assert all(plane.states().values())
        assert not any(command_line(pid) for pid in before.values() if pid)
    finally:
        plane.stop()
        for pid in before.values():
            if pid and command_line(pid):
                _kill(pid)


def test_only_the_api_servers_port_is_missed_when_taken_and_works_once_it_is_free_again(
    tools: Mapping[str, Found], definitions: list[Object], tmp_path: Path
) -> None:
    plane = ControlPlane(tmp_path / "c", "us-east-1")
    try:
        first = plane.start(tools, definitions)
        plane.stop()
        ports = json.loads((tmp_path / "c" / "ports.json").read_text())
        with socket.create_server(("127.0.0.1", ports["server"])), socket.create_server(("127.0.0.1", ports["etcd"])):
            with pytest.raises(RehearsalError, match=rf"has port {ports['server']} of this machine(.|\n)*end it, and"):
                plane.start(tools, definitions)
            assert not any(plane.states().values())
        with socket.create_server(("127.0.0.1", ports["etcd"])):
            assert plane.start(tools, definitions) == first
    finally:
        plane.stop()


def test_what_can_not_start_is_shown_with_the_end_of_its_log_and_leaves_nothing_running(
    tools: Mapping[str, Found], definitions: list[Object], tmp_path: Path
) -> None:
    plane = ControlPlane(tmp_path / "c", "us-east-1")
    broken = {**tools, "kube-apiserver": tools["kube-scheduler"]}
    try:
        with pytest.raises(RehearsalError, match=r"kube-apiserver ended(.|\n)*unknown flag"):
            plane.start(broken, definitions)
        assert not any(plane.states().values())
    finally:
        plane.stop()


def test_every_source_of_definitions_is_pinned_by_checksum() -> None:
    assert all(source.checksum.startswith("h1:") for source in SOURCES)


def _kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)
    wait_for("its end", lambda: not command_line(pid))
