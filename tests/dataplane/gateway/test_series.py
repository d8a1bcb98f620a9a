"""Series of the real proxies, as they are configured: those that rules, dashboards and autoscalers read."""

import re

from planning.observability.metrics.queue_depth import GATEWAY_JOB, METRIC, upstream_clusters
from planning.observability.metrics.series import KEPT
from tests.dataplane.gateway.plugins import PER_USER
from tests.dataplane.gateway.rig import Rig
from tests.wait import wait_for


def test_proxies_expose_every_series_that_is_kept(rig: Rig) -> None:
    rig.counters.stop()
    try:
        rig.get("/api/v1/wallet/x", user="otto")  # passes uncounted
    finally:
        rig.counters.start()
        wait_for("counting", lambda: "x-ratelimit-limit" in rig.get("/api/v1/wallet/x", user="otto").headers)
    for _ in range(2 * PER_USER + 1):  # whenever the minute turns, too many
        rig.get("/api/v1/counted", user="otto")

    assert set(KEPT[GATEWAY_JOB]) - set(_exposed(rig)) == set()


def test_the_upstreams_of_a_plugin_are_found_by_its_name(rig: Rig) -> None:
    """Else the autoscaler's metric, its rules and its dashboard would be empty, and an empty answer reads as calm."""
    names = re.findall(
        r'envoy_cluster_upstream_rq_active\{[^}]*envoy_cluster_name="([^"]+)"', rig.series(next(iter(rig.envoys)))
    )

    assert [name for name in names if re.fullmatch(upstream_clusters("wallet"), name)], (METRIC, names)


def _exposed(rig: Rig) -> set[str]:
    return set(re.findall(r"^(\w+)[{ ]", rig.series(next(iter(rig.envoys))), re.MULTILINE))
