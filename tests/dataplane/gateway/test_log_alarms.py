"""What tiers without series have alarms on: the programs say it in these words, and in these fields."""

import signal
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, contextmanager

import pytest

from planning.gateway.gateway import NAMESPACE
from planning.inputs.tiers import tier_for
from planning.observability.alarms.logs import log_alarms
from tests.dataplane.gateway.rig import Rig
from tests.filter_pattern import matches
from tests.wait import wait_for

LIMITER = "app.kubernetes.io/component=ratelimit"
_, UNCOUNTED, BLIND, _ = log_alarms(tier_for(1_000), prefix="p", pods="pods", control_plane="control-plane")


@contextmanager
def _without_cache(rig: Rig) -> Generator[None]:
    rig.counters.stop()
    try:
        yield
    finally:
        rig.counters.start()


@contextmanager
def _hung(rig: Rig) -> Generator[None]:
    """Every pod of the limit service takes connections and answers nothing."""
    pods = [pod["metadata"]["name"] for pod in rig.cluster.pods(NAMESPACE, LIMITER)]
    rig.cluster.signal(pods, signal.SIGSTOP)
    try:
        yield
    finally:
        rig.cluster.signal(pods, signal.SIGCONT)


@pytest.mark.parametrize("failure", [_without_cache, _hung])
def test_the_gateways_log_tells_what_passed_uncounted_whatever_the_reason(
    rig: Rig, failure: Callable[[Rig], AbstractContextManager[None]]
) -> None:
    assert not _told(rig)
    with failure(rig):
        wait_for("a line that is counted", lambda: _told(rig))
    wait_for("counting", lambda: not _told(rig))


def test_a_request_that_is_refused_was_never_to_be_counted(rig: Rig) -> None:
    refused = rig.get("/api/v1/wallet/x", headers={"authorization": "Bearer not.a.token"})

    assert refused.status == 401
    assert not _counted_by_the_alarm(rig, refused.error["requestId"])


def test_an_autoscaler_that_reads_no_metric_is_told_by_the_control_plane(rig: Rig) -> None:
    """Nothing serves metrics here, and the proxies have an autoscaler."""
    said = rig.cluster.folder / "kube-controller-manager.log"
    wait_for("its words", lambda: BLIND.words in said.read_text())


def _told(rig: Rig) -> bool:
    """Whether the alarm counts a request that is made now."""
    answer = rig.get("/api/v1/wallet/x", user="lena")
    assert answer.status == 200
    return _counted_by_the_alarm(rig, answer.json["headers"]["x-request-id"])


def _counted_by_the_alarm(rig: Rig, request: str) -> bool:
    line = {"kubernetes": {"namespace_name": NAMESPACE}, "log_processed": rig.log_line(request)}
    return matches(UNCOUNTED.pattern, line)
