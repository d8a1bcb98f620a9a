"""Plugins come, change, go and hang while others are under load: the others don't notice."""

import threading
import time
from collections import Counter

from planning.gateway.routes import CONNECTIONS, PENDING_REQUESTS
from planning.inputs.registry.lifecycle import Lifecycle
from planning.inputs.registry.sections import RateLimit
from planning.shared.naming import namespace
from rehearsal.control_plane.kube_api import Object
from tests.dataplane.gateway.load import load
from tests.dataplane.gateway.plugins import SERVED, STUCK, WALLET, unlimited
from tests.dataplane.gateway.rig import Rig
from tests.dataplane.gateway.tokens import cookie
from tests.planning.samples import altered
from tests.plugin_plans import with_backend
from tests.wait import wait_for

NEW = unlimited("newcomer")
WALLET_PATH = "/api/v1/wallet/x"
_MANY = CONNECTIONS + PENDING_REQUESTS + 40
SESSION = cookie("bob")


def test_adding_changing_and_removing_a_plugin_drops_no_request_of_another(rig: Rig) -> None:
    opened = [rig.client.websocket(a, "/api/v1/mixed/live", SESSION) for a in rig.addresses]
    assert [each.status for each in opened] == [101, 101]
    with load(rig, WALLET_PATH) as found:
        rig.add(NEW)
        changed = with_backend(NEW, api_prefix="/api/v1/renamed", rewrite_prefix="/")
        rig.add(changed)
        for envoy in range(2):
            wait_for("the old prefix to go", lambda e=envoy: rig.get("/api/v1/newcomer", envoy=e).status == 404)
        stopped = altered(changed, lifecycle=Lifecycle.STOPPED)
        rig.put(stopped)
        _remove(rig, rig.routes(changed))
        for envoy in range(2):
            wait_for("it to stop", lambda e=envoy: rig.get("/api/v1/renamed", envoy=e).status == 410)
        _remove(rig, rig.routes(stopped))
        for envoy in range(2):
            wait_for("it to go", lambda e=envoy: rig.get("/api/v1/renamed", envoy=e).status == 404)
    assert set(found.answers) == {"200"}, found
    assert found.answers["200"] > 200
    # The listener changed with each step, and what was open on the old one goes on.
    for each in opened:
        assert each.echo("still here") == "still here"
        each.close()


def test_a_plugin_that_comes_back_answers_browsers_once_its_former_answer_is_removed(rig: Rig) -> None:
    back, path = unlimited("back"), "/api/v1/back/x"
    stopped = rig.routes(altered(back, lifecycle=Lifecycle.STOPPED))
    rig.cluster.objects.apply(stopped)
    wait_for("410", lambda: rig.get(path).status == 410)
    rig.put(back)
    # A token is a condition more, by which the plugin's own route wins; else the older route does.
    wait_for("tokens to pass", lambda: rig.get(path, user="alice").status == 200)
    assert {rig.get(path, headers=SESSION).status for _ in range(20)} == {410}
    _remove(rig, stopped)
    wait_for("browsers to pass", lambda: rig.get(path, headers=SESSION).status == 200)


def test_other_limits_and_other_pods_leave_open_connections_alone(rig: Rig) -> None:
    (pod, *_) = rig.envoys
    before = rig.statistics(pod, "listener_modified")
    limits = RateLimit(user_per_minute=777, client_per_minute=888_888)
    changed, usual = with_backend(WALLET, rate_limit=limits), str(rig.tier.user_per_minute)
    rig.put(changed)
    try:
        wait_for("the usual limit, as no rule knows that pair", lambda: usual in _limit(rig))
        rig.state_limits(*SERVED, changed)
        wait_for("the new limit", lambda: "777" in _limit(rig))
        with rig.replicas(WALLET.name, 2):
            assert rig.statistics(pod, "listener_modified") == before
    finally:
        rig.put(WALLET)
        rig.state_limits(*SERVED)
    wait_for("the old limit", lambda: "1000000" in _limit(rig))


def _limit(rig: Rig) -> str:
    return rig.get(WALLET_PATH, user="ida").headers["x-ratelimit-limit"]


def test_a_plugin_that_hangs_slows_no_other_and_ends_in_504(rig: Rig) -> None:
    answers: list[Counter[int]] = []

    def hang() -> None:
        answer = rig.get("/api/v1/stuck/hang", envoy=0, user="alice", headers={"origin": "https://dev.naap.example"})
        codes = Counter({answer.status: 1})
        if answer.status == 504:
            assert answer.error["code"] == "timeout"
            assert "access-control-allow-origin" in answer.headers
        answers.append(codes)

    _, calm = _slowest(rig)
    begin = time.monotonic()
    threads = [threading.Thread(target=hang) for _ in range(_MANY)]
    for thread in threads:
        thread.start()
    # The first is refused when all that fit are in: what else this process has to do is little then.
    wait_for("requests to pile up", lambda: _active(rig) > 200 and answers)
    middle, busy = _slowest(rig)
    for thread in threads:
        thread.join()
    assert middle < max(5 * calm, 0.05)
    assert busy < 1
    total = sum(answers, Counter[int]())
    # What is over the plugin's share of a proxy is told so at once; the rest when its time is up.
    assert total[504] > 200
    assert total[503] == _MANY - total[504] > 0
    assert 29 < time.monotonic() - begin < 50
    assert rig.get("/api/v1/stuck/x", user="alice").status == 200


def test_a_foreign_namespace_takes_no_prefix_of_the_gateway(rig: Rig) -> None:
    (route, *_) = (o for o in rig.routes(unlimited("thief")) if o["kind"] == "HTTPRoute")
    home = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "elsewhere"}}
    foreign = {**route, "metadata": {"name": "thief", "namespace": "elsewhere"}}
    rig.cluster.objects.apply([home, foreign])
    try:
        found = wait_for("a word on it", lambda: rig.cluster.objects.get(foreign)["status"]["parents"])
        reasons = {each["type"]: each["reason"] for each in found[0]["conditions"]}
        assert reasons["Accepted"] == "NotAllowedByListeners"
        assert rig.get("/api/v1/thief/x", user="alice").status == 404
    finally:
        _remove(rig, [foreign])


def _slowest(rig: Rig) -> tuple[float, float]:
    """Median and worst of a neighbour's answers, in seconds."""
    times: list[float] = []
    for _ in range(60):
        begin = time.monotonic()
        assert rig.get(WALLET_PATH, user="alice").status == 200
        times.append(time.monotonic() - begin)
    return sorted(times)[30], max(times)


def _active(rig: Rig) -> int:
    pod = next(iter(rig.envoys))
    found = rig.statistics(pod, "upstream_rq_active")
    return sum(value for name, value in found.items() if f"{namespace(STUCK.name)}/{STUCK.name}/" in name)


def _remove(rig: Rig, documents: list[Object]) -> None:
    rig.cluster.objects.delete(documents)
