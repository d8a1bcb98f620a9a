"""A node is lost, with all that ran on it: what runs elsewhere serves on, and what it had comes back with it."""

from collections.abc import Mapping, Set

from planning.shared.labels import COMPONENT_LABEL
from rehearsal.control_plane.kube_api import Object, has_condition
from tests.live.conftest import LiveStack
from tests.live.dialling import processes
from tests.wait import wait_for


def _pods(live: LiveStack) -> Mapping[str, Object]:
    """Those of Deployments that run, by their names."""
    found = [pod for pod in live.api.items("Pod") if pod["spec"].get("nodeName") in live.report["nodes"]]
    served = [pod for pod in found if pod["spec"]["restartPolicy"] == "Always" and _leads(pod)]
    return {f"{pod['metadata']['namespace']}/{pod['metadata']['name']}": pod for pod in served}


def _leads(pod: Object) -> bool:
    return "deletionTimestamp" not in pod["metadata"] and COMPONENT_LABEL in pod["metadata"].get("labels", {})


def _running(pods: Mapping[str, Object], names: Set[str]) -> set[str]:
    known = processes()
    return {name for name in names if pods[name]["metadata"]["uid"] in known}


def test_a_lost_node_takes_its_own_pods_and_gives_them_back(live: LiveStack) -> None:
    before = _pods(live)
    node = live.read(*next(iter(before)).split("/"))["spec"]["nodeName"]
    own = {name for name, pod in before.items() if pod["spec"]["nodeName"] == node}
    elsewhere = before.keys() - own
    assert own
    assert elsewhere
    process = live.cluster.first_process(node)

    live.cluster.lose(node)
    try:
        wait_for("its end", lambda: live.cluster.first_process(node) is None)
        wait_for("the end of its pods", lambda: not _running(before, own))
        assert _running(before, elsewhere) == elsewhere
    finally:
        live.cluster.bring_back(node)
    assert wait_for("its return", lambda: live.cluster.first_process(node)) != process

    def ready() -> bool:
        known = {found["metadata"]["name"]: found for found in live.api.items("Node")}
        pods = _pods(live).values()
        return has_condition(known[node], "Ready") and all(has_condition(pod, "Ready") for pod in pods)

    wait_for("all pods to be ready", lambda: ready() and _all_run(live), seconds=120, every=1)


def _all_run(live: LiveStack) -> bool:
    """What is said of pods is so: a node that has just come back still says what it said before."""
    pods = _pods(live)
    return _running(pods, pods.keys()) == set(pods)
