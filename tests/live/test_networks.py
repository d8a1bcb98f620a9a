"""Names, Services and network policies on live nodes."""

import os
import signal
import time
from collections.abc import Iterator

import pytest

from rehearsal.control_plane.kube_api import Object
from tests.live.conftest import LiveStack
from tests.wait import wait_for

PORT = 8080
_SERVE = ("sh", "-c", f"echo found > /www/name; exec httpd -f -p {PORT} -h /www")
_VOLUME: Object = {"volumes": [{"name": "www", "emptyDir": {}}]}
_MOUNTS = [{"name": "www", "mountPath": "/www"}]


@pytest.fixture(scope="module")
def space(live: LiveStack) -> Iterator[str]:
    """A namespace with a server behind a Service, and a client on another node."""
    name = live.namespace("tests-networks")
    server = live.pod(name, "server", *_SERVE, volumeMounts=_MOUNTS, pod=_VOLUME)
    apart = {"requiredDuringSchedulingIgnoredDuringExecution": [_apart("server")]}
    live.pod(name, "client", pod={"affinity": {"podAntiAffinity": apart}})
    assert live.read(name, "client")["spec"]["nodeName"] != server["spec"]["nodeName"]
    live.api.request("POST", f"/api/v1/namespaces/{name}/services", _service())
    yield name
    live.api.request("DELETE", f"/api/v1/namespaces/{name}")


def _apart(app: str) -> Object:
    return {"topologyKey": "kubernetes.io/hostname", "labelSelector": {"matchLabels": {"app": app}}}


def _service() -> Object:
    spec = {"selector": {"app": "server"}, "ports": [{"port": 80, "targetPort": PORT}]}
    return {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web"}, "spec": spec}


def _policy(name: str, **spec: object) -> Object:
    body = {"podSelector": {"matchLabels": {"app": "server"}}, "policyTypes": ["Ingress"], **spec}
    return {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": {"name": name}, "spec": body}


def reaches(live: LiveStack, space: str, address: str) -> bool:
    """Whether the client gets an answer within 2 s."""
    return live.run(space, "client", "timeout", "2", "wget", "-q", "-O", "-", f"http://{address}/name").code == 0


def test_a_service_is_found_by_name_and_leads_to_a_pod_of_another_node(live: LiveStack, space: str) -> None:
    wait_for("the Service", lambda: reaches(live, space, f"web.{space}.svc.cluster.local"))
    assert live.run(space, "client", "wget", "-q", "-O", "-", "http://web/name").output == "found\n"


def test_names_of_the_vpc_are_answered_from_the_hosts_file(live: LiveStack, space: str) -> None:
    kept = live.cluster.hosts.read_text()
    live.cluster.hosts.write_text(f"{kept}10.64.208.77 tests.us-east-1.rds.amazonaws.com\n")
    try:
        found = wait_for(
            "the name", lambda: _address(live, space, "tests.us-east-1.rds.amazonaws.com"), seconds=20, every=0.5
        )
    finally:
        live.cluster.hosts.write_text(kept)
    assert "10.64.208.77" in found


def _address(live: LiveStack, space: str, name: str) -> str:
    done = live.run(space, "client", "nslookup", "-type=a", f"{name}.")
    return done.output if done.code == 0 else ""


def test_a_policy_shuts_what_it_does_not_allow_and_opens_what_it_does(live: LiveStack, space: str) -> None:
    address = f"{live.read(space, 'server')['status']['podIP']}:{PORT}"
    policies = f"/apis/networking.k8s.io/v1/namespaces/{space}/networkpolicies"
    wait_for("an open server", lambda: reaches(live, space, address))  # the control: without a policy it answers

    live.api.request("POST", policies, _policy("shut"))
    wait_for("it to be shut", lambda: not reaches(live, space, address), seconds=15)
    peers = [{"podSelector": {"matchLabels": {"app": "client"}}}]
    live.api.request("POST", policies, _policy("client", ingress=[{"from": peers}]))
    wait_for("it to be open to the client", lambda: reaches(live, space, address), seconds=15)
    live.api.request("DELETE", f"{policies}/client")
    wait_for("it to be shut again", lambda: not reaches(live, space, address), seconds=15)
    live.api.request("DELETE", f"{policies}/shut")
    wait_for("it to be open again", lambda: reaches(live, space, address), seconds=15)


def test_without_the_controller_a_policy_shuts_nothing(live: LiveStack, space: str) -> None:
    """The control of the test before: that it is the controller that shuts."""
    server = live.read(space, "server")
    address = f"{server['status']['podIP']}:{PORT}"
    policies = f"/apis/networking.k8s.io/v1/namespaces/{space}/networkpolicies"
    controller = live.process("network-policies", server["spec"]["nodeName"])

    os.kill(controller, signal.SIGSTOP)
    try:
        live.api.request("POST", policies, _policy("stopped"))
        time.sleep(3)  # twice what it takes while the controller runs
        assert reaches(live, space, address)
    finally:
        os.kill(controller, signal.SIGCONT)
    wait_for("it to be shut", lambda: not reaches(live, space, address), seconds=15)
    live.api.request("DELETE", f"{policies}/stopped")
    wait_for("it to be open again", lambda: reaches(live, space, address), seconds=15)
