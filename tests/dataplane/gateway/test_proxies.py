"""The proxies themselves: what the controller made of the plan, and how they speak to clients."""

import json
import math
import ssl

import pytest

from planning.gateway import internal_listener
from planning.gateway.gateway import CONTAINER_PORT, GATEWAY, LISTENER_PORT, NAMESPACE, SERVICE
from rehearsal.control_plane.kube_api import Object
from tests.dataplane.gateway.rig import ENVOYS, Rig


def _of_proxies(rig: Rig, version: str, kind: str) -> Object:
    (found,) = rig.cluster.objects.items(version, kind, NAMESPACE, ENVOYS)
    return found["spec"]


def test_proxies_are_as_many_as_the_tier_says_and_spread(rig: Rig) -> None:
    scaler = _of_proxies(rig, "autoscaling/v2", "HorizontalPodAutoscaler")
    assert (scaler["minReplicas"], scaler["maxReplicas"]) == (rig.tier.gateway_pods_min, rig.tier.gateway_pods_max)
    assert _of_proxies(rig, "policy/v1", "PodDisruptionBudget")["maxUnavailable"] == 1
    pods = rig.cluster.pods(NAMESPACE, ENVOYS)
    assert len(pods) == len({pod["spec"]["nodeName"] for pod in pods}) == rig.tier.gateway_pods_min
    spread = {each["topologyKey"] for each in pods[0]["spec"]["topologySpreadConstraints"]}
    assert spread == {"topology.kubernetes.io/zone", "kubernetes.io/hostname"}


def test_proxies_have_the_resources_of_the_tier_and_a_priority(rig: Rig) -> None:
    (pod, *_) = rig.cluster.pods(NAMESPACE, ENVOYS)
    (container,) = (each for each in pod["spec"]["containers"] if each["name"] == "envoy")
    memory = f"{rig.tier.gateway_memory_mib}Mi"
    assert container["resources"]["requests"] == {"cpu": f"{rig.tier.gateway_cpu_m}m", "memory": memory}
    assert pod["spec"]["priority"] > 0


def test_proxies_have_workers_for_the_cores_that_they_ask_for(rig: Rig) -> None:
    for pod in rig.envoys:
        options = json.loads(rig.admin(pod, "server_info"))["command_line_options"]
        assert options["concurrency"] == math.ceil(rig.tier.gateway_cpu_m / 1000)


def test_the_service_that_the_load_balancer_is_bound_to_exists(rig: Rig) -> None:
    found = rig.cluster.objects.get(
        {"apiVersion": "v1", "kind": "Service", "metadata": {"name": SERVICE, "namespace": NAMESPACE}}
    )
    ports = {each["port"]: each["targetPort"] for each in found["spec"]["ports"]}
    assert ports == {LISTENER_PORT: CONTAINER_PORT, internal_listener.LISTENER_PORT: internal_listener.CONTAINER_PORT}
    assert found["metadata"]["labels"]["gateway.envoyproxy.io/owning-gateway-name"] == GATEWAY


@pytest.mark.parametrize("protocol", ["h2", "http/1.1"])
def test_clients_choose_their_http(rig: Rig, protocol: str) -> None:
    with rig.client.open(rig.addresses[0], (protocol,)) as connection:
        assert connection.selected_alpn_protocol() == protocol
        assert connection.version() in ("TLSv1.2", "TLSv1.3")


def test_old_tls_is_refused(rig: Rig) -> None:
    with pytest.raises((ssl.SSLError, OSError)):
        rig.client.open(rig.addresses[0], newest=ssl.TLSVersion.TLSv1_1)


def test_the_load_balancer_is_told_that_a_proxy_is_well(rig: Rig) -> None:
    for envoy in range(len(rig.envoys)):
        assert rig.get("/healthz/gateway", envoy=envoy).status == 200


def test_a_line_of_the_log_tells_who_asked_for_what(rig: Rig) -> None:
    answer = rig.get("/api/v1/wallet/x?secret=1", user="alice", viewer="198.51.100.7")
    found = rig.log_line(answer.json["headers"]["x-request-id"])
    assert (found["client"], found["user"], found["status"]) == ("198.51.100.7", "alice", 200)
    assert "plugin-wallet/wallet" in found["plugin"]
    assert "secret" not in str(found)
