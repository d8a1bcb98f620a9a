"""The limit service gets too little CPU under load: requests pass, and what every tier is alarmed by shows them."""

import json
import os
import re
import signal
import threading
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import cycle
from typing import Any

from planning.gateway.gateway import LIMIT_TIMEOUT_MS, NAMESPACE
from planning.inputs.tiers import tier_for
from planning.observability.alarms.logs import log_alarms
from planning.observability.metrics.queue_depth import GATEWAY_JOB
from planning.observability.metrics.series import KEPT
from tests.dataplane.gateway.load import load
from tests.dataplane.gateway.rig import Rig
from tests.filter_pattern import matches
from tests.wait import wait_for

LIMITER = "app.kubernetes.io/component=ratelimit"
SERIES = "envoy_cluster_ratelimit_failure_mode_allowed"
_, ALARM, *_ = log_alarms(tier_for(1_000), prefix="p", pods="pods", control_plane="control-plane")
STOPPED_SECONDS, RUNNING_SECONDS = 2 * LIMIT_TIMEOUT_MS / 1_000, LIMIT_TIMEOUT_MS / 1_000
"""In turn: as the kernel does with a container that has used up its quota of CPU, for longer."""


def test_a_limiter_short_of_cpu_lets_requests_pass_and_both_alarms_see_them(rig: Rig) -> None:
    begin, passed = datetime.now(UTC), _passed_uncounted(rig)

    with load(rig, "/api/v1/wallet/x") as found, _short_of_cpu(rig):
        wait_for(
            "more lines than the alarm bears",
            lambda: _counted_by_the_alarm(rig, begin) > ALARM.alarm.threshold,
        )

    assert set(found.answers) == {"200"}
    assert SERIES in KEPT[GATEWAY_JOB]
    assert _passed_uncounted(rig) - passed > ALARM.alarm.threshold


@contextmanager
def _short_of_cpu(rig: Rig) -> Generator[None]:
    pods = [pod["metadata"]["name"] for pod in rig.cluster.pods(NAMESPACE, LIMITER)]
    processes = [process for pod in pods for process in rig.cluster.processes(pod)]
    enough = threading.Event()

    def throttle() -> None:
        turns = cycle(((signal.SIGSTOP, STOPPED_SECONDS), (signal.SIGCONT, RUNNING_SECONDS)))
        for number, seconds in turns:
            for process in processes:
                os.kill(process, number)
            if enough.wait(seconds):
                break
        rig.cluster.signal(pods, signal.SIGCONT)

    thread = threading.Thread(target=throttle)
    thread.start()
    try:
        yield
    finally:
        enough.set()
        thread.join()


def _counted_by_the_alarm(rig: Rig, begin: datetime) -> int:
    """Lines about requests since then."""
    said = [line for pod in rig.envoys for line in rig.cluster.lines(pod, "envoy")]
    lines: list[dict[str, Any]] = [json.loads(line) for line in said if line.startswith("{") and line.endswith("}")]
    about = {"kubernetes": {"namespace_name": NAMESPACE}}
    since = [line for line in lines if datetime.fromisoformat(line["start_time"]) > begin]
    return sum(matches(ALARM.pattern, {**about, "log_processed": line}) for line in since)


def _passed_uncounted(rig: Rig) -> float:
    """As the collector reads it from each proxy."""
    return sum(
        float(value)
        for pod in rig.envoys
        for value in re.findall(
            rf"^{SERIES}\{{[^}}]*\}} (\S+)$",
            rig.series(pod),
            re.MULTILINE,
        )
    )
