"""Pods that fail: what is tried again, who is left out for a while, and how long anything waits."""

import json
import time
from collections import Counter
from collections.abc import Generator, Iterator
from contextlib import contextmanager

import pytest

from planning.gateway.routes import KEEPALIVE_SECONDS, STREAM_IDLE_SECONDS
from planning.inputs.registry.sections import Auth
from planning.shared.naming import namespace
from rehearsal.control_plane.kube_api import Object
from tests.dataplane.gateway.plugins import unlimited
from tests.dataplane.gateway.rig import Rig, seconds_open
from tests.dataplane.gateway.tokens import cookie
from tests.wait import wait_for

FAILING = unlimited("failing", auth=Auth(websocket=("/live",)))
PATH = f"/api/v1/{FAILING.name}"
HOME = namespace(FAILING.name)
_PODS, _ASKED = 2, 20
_SHORT_IDLE_SECONDS = 3


@pytest.fixture(scope="module", autouse=True)
def pods(rig: Rig) -> Iterator[list[Object]]:
    """Of a plugin that no other test knows, with a stream's silence shortened from ten minutes."""
    stated, short = f'"{STREAM_IDLE_SECONDS}s"', f'"{_SHORT_IDLE_SECONDS}s"'
    rig.add(FAILING)
    rig.cluster.objects.apply(json.loads(json.dumps(rig.routes(FAILING)).replace(stated, short)))
    rig.settled()
    with rig.replicas(FAILING.name, _PODS):
        # Beside one that came a moment ago another is asked nearly always, also again where it can't be reached.
        wait_for("both to be asked alike", lambda: _least(rig) >= _ASKED // 3, every=1)
        yield rig.cluster.pods(HOME, "")
    rig.cluster.objects.delete(rig.routes(FAILING))


def _statistic(rig: Rig, name: str) -> int:
    """Of the plugin's pods, in the first Envoy, over all rules."""
    found = rig.statistics(next(iter(rig.envoys)), name)
    return sum(value for each, value in found.items() if f"{HOME}/{FAILING.name}/" in each)


def _told(rig: Rig, pods: list[Object], path: str) -> list[str]:
    """Requests that reached any of the pods."""
    logs = [rig.cluster.lines(pod["metadata"]["name"], "stand-in") for pod in pods]
    return [line for log in logs for line in log if line.endswith(path)]


@contextmanager
def _unreachable(rig: Rig, pod: Object) -> Generator[None]:
    """For the first Envoy, which is refused every new connection to it; those that are open are left to end first."""
    wait_for("open connections to end", lambda: _statistic(rig, "upstream_cx_active") == 0, seconds=30)
    proxy, route = next(iter(rig.envoys)), ("unreachable", f"{pod['status']['podIP']}/32")
    rig.cluster.run("ip", "route", "add", *route, pod=proxy)
    try:
        yield
    finally:
        rig.cluster.run("ip", "route", "del", *route, pod=proxy)


def _answering(rig: Rig) -> Counter[str]:
    """Pods that answered some requests, and how many."""
    answers = [rig.get(f"{PATH}/x", user="alice") for _ in range(_ASKED)]
    assert {answer.status for answer in answers} == {200}
    return Counter(answer.json["pod"] for answer in answers)


def _least(rig: Rig) -> int:
    """Requests of some that the pod answered which is asked the least."""
    found = _answering(rig)
    return min(found.values()) if len(found) == _PODS else 0


def _retries(rig: Rig) -> int:
    """Of some requests."""
    before = _statistic(rig, "upstream_rq_retry$")
    _answering(rig)
    return _statistic(rig, "upstream_rq_retry$") - before


def _back(rig: Rig) -> None:
    wait_for("the pod to be let in again", lambda: _statistic(rig, "ejections_active") == 0, seconds=60)


def test_whatever_no_pod_has_seen_is_tried_again_elsewhere_and_who_refuses_is_left_out(
    rig: Rig, pods: list[Object]
) -> None:
    gone, other = pods
    with _unreachable(rig, gone):
        answers = [rig.get(f"{PATH}/x", user="alice", method=each) for each in ("GET", "POST") * 20]
        assert {(answer.status, answer.json.get("pod")) for answer in answers} == {(200, other["metadata"]["name"])}
        # A pod that has come a moment ago is asked less often: it may take more requests until it is left out.
        wait_for("it to be left out", lambda: _answering(rig) and _statistic(rig, "ejections_active") == 1)
        assert _statistic(rig, "upstream_rq_retry$") >= 5
        wait_for("all threads to leave it out", lambda: _retries(rig) == 0)
        assert _statistic(rig, "ejections_active") == 1
    _back(rig)
    wait_for("both to answer", lambda: len(_answering(rig)) == len(pods))


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(("way", "status"), [("reset", 503), ("garbage", 502), ("status/503", 503)])
def test_what_a_pod_may_have_done_is_not_done_twice(
    rig: Rig, pods: list[Object], method: str, way: str, status: int
) -> None:
    path = f"{PATH}/{way}?told={time.monotonic_ns()}"
    assert rig.get(path, user="alice", method=method).status == status
    # A pod's log is written by containerd, a moment after the pod has said it.
    wait_for("the pod's log", lambda: _told(rig, pods, path))
    assert _told(rig, pods, path) == [f"{method} {path}"]


def test_a_pod_that_keeps_failing_is_left_out_and_never_more_than_half_of_them(rig: Rig, pods: list[Object]) -> None:
    assert {rig.get(f"{PATH}/status/503", user="alice").status for _ in range(60)} == {503}
    wait_for("one to be left out", lambda: len(_answering(rig)) == 1 < len(pods))
    assert _statistic(rig, "ejections_active") == 1
    _back(rig)


def test_errors_of_a_plugin_s_own_leave_no_pod_out(rig: Rig) -> None:
    for status in (400, 404, 429, 500):
        assert {rig.get(f"{PATH}/status/{status}", user="alice").status for _ in range(30)} == {status}
    assert _statistic(rig, "ejections_active") == 0


def test_an_idle_connection_is_closed_before_node_would(rig: Rig) -> None:
    assert rig.get(f"{PATH}/x", user="alice").status == 200
    assert seconds_open(lambda: _statistic(rig, "upstream_cx_active")) < KEEPALIVE_SECONDS + 1
    assert _statistic(rig, "upstream_cx_idle_timeout") > 0


def test_silence_ends_a_websocket_and_talk_keeps_it(rig: Rig) -> None:
    session = cookie("bob")
    opened = rig.client.websocket(rig.addresses[0], f"{PATH}/live", session)
    assert opened.status == 101
    for _ in range(3):
        time.sleep(_SHORT_IDLE_SECONDS / 2)
        assert opened.echo("still here") == "still here"
    time.sleep(_SHORT_IDLE_SECONDS + 1)
    with pytest.raises(OSError):
        opened.echo("too late")
    opened.close()
