"""What tiers without series have alarms on: the programs say it in these words."""

from pathlib import Path

from planning.gateway.gateway import NAMESPACE
from planning.inputs.tiers import tier_for
from planning.observability.alarms.logs import log_alarms
from rehearsal.control_plane.kube_api import Object
from tests.dataplane.gateway.rig import Rig
from tests.wait import wait_for

LIMITER = "app.kubernetes.io/component=ratelimit"
_, OPEN, BLIND, _ = log_alarms(tier_for(1_000), prefix="p", pods="pods", control_plane="control-plane")


def test_a_limit_service_says_that_its_cache_is_away(rig: Rig) -> None:
    logs = [_limiter_log(rig, pod) for pod in rig.cluster.pods(NAMESPACE, LIMITER)]
    before = sum(_said(log, OPEN.words) for log in logs)
    rig.counters.stop()
    try:
        rig.get("/api/v1/wallet/x", user="lena")
        wait_for("its words", lambda: sum(_said(log, OPEN.words) for log in logs) > before)
    finally:
        rig.counters.start()
        wait_for("counting", lambda: "x-ratelimit-limit" in rig.get("/api/v1/wallet/x", user="lena").headers)


def test_an_autoscaler_that_reads_no_metric_is_told_by_the_control_plane(rig: Rig) -> None:
    """Nothing serves metrics here, and the proxies have an autoscaler."""
    (pod, *_) = rig.cluster.pods(NAMESPACE, LIMITER)
    log = _limiter_log(rig, pod).parents[1] / "control-plane" / "kube-controller-manager.log"
    wait_for("its words", lambda: _said(log, BLIND.words) > 0)


def _limiter_log(rig: Rig, pod: Object) -> Path:
    return rig.cluster.kubelet.log(pod["metadata"]["name"], "envoy-ratelimit")


def _said(log: Path, words: str) -> int:
    return log.read_text().count(words)
