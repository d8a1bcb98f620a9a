import re

from planning.observability.metrics.queue_depth import (
    GATEWAY_JOB,
    METRIC,
    QUERY_ANNOTATION,
    Track,
    queue_depth,
    upstream_clusters,
)


def test_the_upstreams_of_a_plugin_are_those_of_its_own_route_only() -> None:
    pattern = re.compile(upstream_clusters("my-wallet"))

    assert pattern.fullmatch("httproute/plugin-my-wallet/my-wallet/rule/3")
    assert not pattern.fullmatch("httproute/plugin-my-wallet-two/my-wallet-two/rule/3")
    assert not pattern.fullmatch("securitypolicy/plugin-my-wallet/my-wallet-browser/extauth/0")


def test_each_autoscaler_counts_what_is_asked_of_its_own_pods() -> None:
    rule = "httproute/plugin-my-wallet/my-wallet/rule/3"
    whose = {
        name: {track for track in (None, *Track) if re.fullmatch(upstream_clusters("my-wallet", track=track), name)}
        for name in (rule, f"{rule}/backend/0", f"{rule}/backend/1")
    }

    assert list(whose.values()) == [{None, Track.STABLE}, {None, Track.STABLE}, {None, Track.CANARY}]
    assert upstream_clusters("my-wallet", track=Track.CANARY) in queue_depth("my-wallet", Track.CANARY)
    assert upstream_clusters("my-wallet", track=Track.STABLE) in queue_depth("my-wallet")


def test_active_and_waiting_requests_are_added_over_all_proxies() -> None:
    query = queue_depth("my-wallet")

    assert "sum(envoy_cluster_upstream_rq_active{" in query
    assert "+ sum(envoy_cluster_upstream_rq_pending_active{" in query


def test_a_silent_plugin_counts_zero_only_while_some_proxy_is_scraped() -> None:
    assert queue_depth("my-wallet").endswith(f'or 0 * count(up{{job="{GATEWAY_JOB}"}} == 1)')


def test_the_annotation_carries_the_query_of_this_metric() -> None:
    assert f"metric-config.external.{METRIC}.prometheus/query" == QUERY_ANNOTATION
