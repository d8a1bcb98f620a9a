"""A canary under load: its part of the requests, who stays with it, and how it comes and goes."""

import re
import time
from collections.abc import Iterator

import pytest

from components.gateway.routes import TRACK_HEADER
from planning.inputs.registry.canary import Canary
from planning.inputs.registry.registry_entry import PluginSpec
from planning.inputs.registry.sections import Auth
from planning.observability.metrics.queue_depth import Track, upstream_clusters
from planning.shared.naming import canary_name, namespace
from rehearsal.control_plane.kube_api import Object
from tests.dataplane.gateway.documents import PORT, backend
from tests.dataplane.gateway.load import load
from tests.dataplane.gateway.plugins import unlimited
from tests.dataplane.gateway.rig import BACKEND, Rig
from tests.plugin_plans import with_backend
from tests.wait import wait_for

STABLE = unlimited("tried", auth=Auth(public=("/open",), websocket=("/live",)))
PATH, HOME = "/api/v1/tried/x", namespace(STABLE.name)
REQUESTS = 4_000
"""With these, a part of a tenth is off by half a point, as chance has it, and by two once in ten thousand runs."""
SECONDS = 5
DRAIN_SECONDS = 5
"""Of a pod that is told to end, half of what the program's have: it still answers."""


def _canary(weight: int, *, sticky: bool = False) -> PluginSpec:
    return with_backend(STABLE, canary=Canary(image="ghcr.io/naap/tried:1.1.0", weight=weight, sticky=sticky))


@pytest.fixture(scope="module", autouse=True)
def stable(rig: Rig) -> Iterator[None]:
    """The plugin alone."""
    rig.add(STABLE)
    yield
    rig.cluster.objects.delete(rig.routes(STABLE))


@pytest.mark.parametrize("sticky", [False, True])
def test_a_canary_comes_gets_its_part_and_goes_within_seconds_and_no_request_is_lost(rig: Rig, *, sticky: bool) -> None:
    with load(rig, PATH) as found:
        _begin(rig, sticky=sticky)
        for weight in (10, 30):
            _put(rig, _canary(weight, sticky=sticky))
            begin = found.tracks.copy()
            # All of a sticky load is one user's: there is no part to be measured.
            wait_for(
                "requests", lambda b=begin: (found.tracks - b).total() >= REQUESTS / (8 if sticky else 1), seconds=120
            )
            counted = found.tracks - begin
            assert sticky or abs(100 * counted["canary"] / counted.total() - weight) <= 2, (weight, counted)
        given_up = time.monotonic()
        _put(rig, _canary(0, sticky=sticky))
        time.sleep(2)
        took = found.canary - given_up
        _put(rig, STABLE)
        time.sleep(DRAIN_SECONDS)
        rig.cluster.objects.delete(_pods())
    assert set(found.answers) == {"200"}, found
    assert sticky or 0 < took < SECONDS, f"{took:.1f} s after it was given up the canary still answered"


def test_who_is_signed_in_stays_with_a_sticky_canary_while_its_weight_grows(rig: Rig) -> None:
    _begin(rig, sticky=True)
    users = [f"user-{number}" for number in range(300)]
    before: set[str] = set()
    for weight in (10, 40):
        _put(rig, _canary(weight, sticky=True))
        first = {user for user in users if _track(rig, user) == "canary"}
        assert first == {user for user in users if _track(rig, user, envoy=1) == "canary"}
        assert before <= first
        assert abs(len(first) / len(users) - weight / 100) < 0.09
        before = first


def test_each_track_has_series_of_its_own(rig: Rig) -> None:
    _begin(rig)
    _put(rig, _canary(50))
    wait_for("both to answer", lambda: {_track(rig, "probe") for _ in range(20)} == {"stable", "canary"})
    series = rig.series(next(iter(rig.envoys)))
    names = set(re.findall(r'envoy_cluster_upstream_rq_xx\{[^}]*envoy_cluster_name="([^"]+)"', series))
    by_track = {
        track: {name for name in names if re.fullmatch(upstream_clusters(STABLE.name, track=track), name)}
        for track in (*Track, None)
    }

    assert by_track[Track.CANARY]
    assert by_track[Track.STABLE]
    assert not by_track[Track.STABLE] & by_track[Track.CANARY]
    assert by_track[Track.STABLE] | by_track[Track.CANARY] == by_track[None]


def _begin(rig: Rig, *, sticky: bool = False) -> None:
    """Pods of the canary, and routes that know them: as the program has a route wait for its pods."""
    rig.cluster.objects.apply([each for each in _pods() if each["kind"] != "Namespace"])
    wait_for("a pod of the canary", lambda: len(rig.cluster.pods(HOME, "")) == 2)
    _put(rig, _canary(0, sticky=sticky))


def _pods() -> list[Object]:
    command = [str(BACKEND), STABLE.name, str(PORT)]
    known = [each["metadata"]["name"] for each in backend(STABLE, command)]
    return [each for each in backend(_canary(0), command) if each["metadata"]["name"] not in known]


def _put(rig: Rig, spec: PluginSpec) -> None:
    rig.cluster.objects.apply(rig.routes(spec))
    assert spec.backend
    stated = {max(1, spec.backend.canary.weight * 10_000)} if spec.backend.canary else set[int]()
    wait_for("the weight on all Envoys", lambda: _weights(rig) == stated)
    rig.settled()


def _track(rig: Rig, user: str, *, envoy: int = 0) -> str:
    answer = rig.get(PATH, user=user, envoy=envoy)
    assert answer.status == 200
    track = answer.headers[TRACK_HEADER]
    assert answer.json["name"] == (canary_name(STABLE.name) if track == "canary" else STABLE.name)
    return track


def _weights(rig: Rig) -> set[int]:
    """Of the canary, in the routes of each Envoy; without one, none."""
    found: set[int] = set()
    for pod in rig.envoys:
        for action in rig.routes_of("/api/v1/tried", pod):
            clusters: list[Object] = action.get("weighted_clusters", {}).get("clusters", [])
            found |= {each["weight"] for each in clusters if each["name"].endswith("/backend/1")}
    return found
