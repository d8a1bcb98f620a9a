"""The counters' cache away or slow: requests pass, uncounted and hardly later. That is the stated fail mode."""

import time

from planning.gateway.gateway import LIMIT_TIMEOUT_MS
from tests.dataplane.gateway.plugins import COUNTED, PER_USER
from tests.dataplane.gateway.rig import Rig
from tests.wait import wait_for

PATH = f"/api/v1/{COUNTED.name}/x"

_MOST = LIMIT_TIMEOUT_MS / 1_000 + 0.3
"""Seconds of a request at such a time, with what an answer takes besides on a busy machine."""


def _pass(rig: Rig, user: str) -> list[float]:
    """Seconds of requests that are over the limit, and pass."""
    times: list[float] = []
    for number in range(PER_USER + 10):
        begin = time.monotonic()
        assert rig.get(PATH, envoy=number % 2, user=user, viewer="192.0.2.230").status == 200
        times.append(time.monotonic() - begin)
    return sorted(times)


def _counts_again(rig: Rig, user: str) -> None:
    def over() -> bool:
        return rig.get(PATH, user=user, viewer="192.0.2.231").status == 429

    wait_for("limits to count again", over, every=0.02)


def test_every_tier_fails_open(rig: Rig) -> None:
    assert not rig.tier.limiter_fails_closed


def test_without_the_cache_requests_pass_and_once_it_is_back_they_are_counted(rig: Rig) -> None:
    rig.counters.stop()
    try:
        times = _pass(rig, "gina")
    finally:
        rig.counters.start()
    assert times[len(times) // 2] < _MOST
    _counts_again(rig, "gina")


def test_a_cache_that_does_not_answer_delays_a_request_by_no_more_than_is_stated(rig: Rig) -> None:
    rig.counters.hold()
    try:
        times = _pass(rig, "hans")
    finally:
        rig.counters.release()
    assert times[len(times) // 2] < _MOST
    _counts_again(rig, "hans")


def test_what_passed_uncounted_can_be_seen(rig: Rig) -> None:
    found = [value for pod in rig.envoys for value in rig.statistics(pod, "failure_mode_allowed").values()]
    assert sum(found) > 0
