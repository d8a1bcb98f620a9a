"""What a plugin's pod that somebody has taken over gets besides what is its own: nothing.

Other schemas, other keys of the cache and other prefixes of the bucket: test_data.py; pods of others: test_pairs.py.
"""

import socket
import subprocess
from collections.abc import Iterator

import pytest
import requests

from planning.shared.naming import namespace
from rehearsal.control_plane.kube_api import Object, has_condition
from rehearsal.live.network.links import BRIDGE
from rehearsal.live.network.switchboard import Address
from tests.live.conftest import LiveStack
from tests.live.dialling import network, processes, reached

METADATA = "169.254.169.254"
"""Of a machine of AWS: who reaches it may have the node's own credentials."""
ATTACKER = "my-wallet"


@pytest.fixture(scope="module")
def metadata(live: LiveStack) -> Iterator[Address]:
    """Something listens there, outside of the nodes."""
    enter = live.cluster.entering("hub", mounts=False)
    change = [*enter, "ip", "address"]
    subprocess.run([*change, "add", f"{METADATA}/32", "dev", BRIDGE], check=True)
    hub = network(live.cluster.first_process("hub") or pytest.fail("no hub"))
    listening = hub.do(lambda: socket.create_server((METADATA, 80)))
    yield METADATA, 80
    listening.close()
    hub.close()
    subprocess.run([*change, "delete", f"{METADATA}/32", "dev", BRIDGE], check=True)


def _pods(live: LiveStack, space: str) -> list[Object]:
    found = [pod for pod in live.api.items("Pod") if pod["metadata"]["namespace"] == space]
    return [pod for pod in found if has_condition(pod, "Ready")]


def test_neither_metadata_nor_api_server_nor_kubelet_nor_database_is_reached_from_a_plugins_pod(
    live: LiveStack, metadata: Address
) -> None:
    site = live.cluster.site() or pytest.fail("no site")
    service = live.api.request("GET", "/api/v1/namespaces/default/services/kubernetes")["spec"]["clusterIP"]
    (database,) = [line.split()[0] for line in live.cluster.hosts.read_text().splitlines() if ".rds." in line]
    targets = {
        "metadata": metadata,
        "API server": (service, 443),
        "API server, by its address": (site.hub, 443),
        "kubelet": (site.nodes[0].address, 10250),
        "database": (database, 5432),
    }
    live.namespace("tests-attack")
    free = live.pod("tests-attack", "free")
    known = processes()
    plugin = {pod["metadata"]["name"]: known[pod["metadata"]["uid"]] for pod in _pods(live, namespace(ATTACKER))}
    try:
        assert plugin
        assert reached(plugin, targets) == set()
        control = {target for _, target in reached({"free": known_of(free)}, targets)}
        assert control == targets.keys(), "to a pod that no policy speaks of each of them answers"
    finally:
        live.api.request("DELETE", "/api/v1/namespaces/tests-attack")


def known_of(pod: Object) -> int:
    """A process of a pod that was made just now."""
    return processes()[pod["metadata"]["uid"]]


@pytest.mark.parametrize("path", ["/api/v1/secrets", "/api/v1/namespaces/plugin-my-wallet/secrets", "/apis/apps/v1"])
def test_the_api_server_tells_nothing_to_who_has_no_token(live: LiveStack, path: str) -> None:
    with requests.Session() as session:
        session.trust_env, session.verify = False, str(live.access.authority)
        assert session.get(f"{live.access.endpoint}{path}", timeout=10).status_code in (401, 403)


def test_a_plugins_pod_has_no_token_of_the_api_server(live: LiveStack) -> None:
    (pod, *_) = [one for one in _pods(live, namespace(ATTACKER)) if "cron" not in one["metadata"]["name"]]
    there = live.run(namespace(ATTACKER), pod["metadata"]["name"], "ls", "/var/run/secrets/kubernetes.io")
    assert there.code != 0, there.output
