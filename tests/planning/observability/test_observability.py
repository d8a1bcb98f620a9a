from collections.abc import Mapping

import pytest

from planning.database.pooler import METRICS_PORT as POOLER_METRICS_PORT
from planning.gateway.gateway import METRICS_PORT
from planning.inputs.tiers import TIERS, tier_for
from planning.observability.metrics.scraping import KUBELET_PORT, STATE_METRICS_PORT
from planning.observability.observability import ObservabilityPlan, plan_observability
from tests.filter_pattern import matches
from tests.planning.observability.alarms import alarms
from tests.planning.samples import settings


def _plan(users: int, region: str = "us-east-1") -> ObservabilityPlan:
    return plan_observability(stack="dev", region=region, settings=settings(users), tier=tier_for(users))


def test_each_tier_sees_more_than_the_one_below() -> None:
    plans = [_plan(tier.max_users or 100_001) for tier in TIERS]

    assert [(plan.apm, plan.metrics, plan.tracing) for plan in plans] == [
        (False, False, False),
        (True, False, False),
        (True, True, False),
        (True, True, True),
    ]
    assert [plan.logs.days for plan in plans] == sorted({plan.logs.days for plan in plans})


def test_what_scrapes_and_answers_autoscalers_survives_a_node_once_there_are_two() -> None:
    assert _plan(1_000).collectors == 0
    assert _plan(50_000).adapters == 2


@pytest.mark.parametrize("users", [1_000, 10_000, 50_000, 100_001])
def test_every_alarm_says_what_to_do(users: int) -> None:
    for alarm in alarms(users):
        assert alarm.action.endswith(".") or alarm.action.endswith("?"), alarm.key
        assert alarm.threshold >= 0


def test_a_tier_without_series_learns_the_same_from_logs_and_from_aws() -> None:
    """The rest is in docs/observability.md, with the reason."""
    for users in (1_000, 10_000):
        keys = {alarm.runbook for alarm in _plan(users).alarms}
        assert keys >= {
            *("limiter-fails-open", "pooler-clients-wait", "database-connections", "autoscaler-blind"),
            *("pods-not-ready", "plugin-latency", "service-errors", "certificate-expiry", "database-backup"),
        }
    assert ([found.alarm.key for found in _plan(50_000).log_alarms], _plan(50_000).cluster_alarms) == (
        ["cache-given-up"],
        (),
    )


def test_a_line_of_a_pod_is_counted_by_what_it_says_and_where() -> None:
    waits, uncounted, blind, given_up = _plan(1_000).log_alarms

    assert waits.pattern == '{ ($.kubernetes.namespace_name = "naap-pooler") && ($.log = "*query_wait_timeout*") }'
    assert uncounted.pattern.startswith('{ ($.kubernetes.namespace_name = "naap-gateway") && ($.log_processed.plugin')
    line = {"kubernetes": {"namespace_name": "plugin-my-wallet"}, "log": "[Redis] Max reconnection attempts reached"}
    assert matches(given_up.pattern, line)
    assert not matches(given_up.pattern, {**line, "kubernetes": {"namespace_name": "naap-gateway"}})
    assert blind.pattern == '"failed to compute desired number of replicas"'
    assert (waits.group, blind.group) == (
        "/aws/containerinsights/naap-dev-use1/application",
        "/aws/eks/naap-dev-use1/cluster",
    )


PLUGIN, POD = "httproute/plugin-wallet/wallet/rule/0", "10.64.3.7:4008"


@pytest.mark.parametrize(
    ("line", "counted"),
    [
        ({"plugin": PLUGIN, "upstream": POD, "limit": "100, 100;w=60"}, False),
        ({"plugin": PLUGIN, "upstream": POD, "limit": None}, True),
        ({"plugin": PLUGIN, "upstream": POD}, True),
        ({"plugin": PLUGIN, "upstream": None, "limit": None}, False),  # refused before it was counted
        ({"plugin": None, "upstream": None, "limit": None}, False),
        ({"plugin": "httproute/naap-gateway/gone/rule/0", "upstream": POD}, False),
    ],
)
def test_a_request_that_reached_a_plugin_without_a_word_of_its_limit_was_not_counted(
    line: Mapping[str, object], counted: bool
) -> None:
    _, uncounted, *_ = _plan(1_000).log_alarms
    written = {"kubernetes": {"namespace_name": "naap-gateway"}, "log_processed": line}

    assert matches(uncounted.pattern, written) is counted
    assert not matches(uncounted.pattern, {**written, "kubernetes": {"namespace_name": "plugin-wallet"}})


def test_keys_of_alarms_are_unique_for_what_they_watch() -> None:
    plan = _plan(100_001)
    for of_one in (plan.database_alarms, plan.replica_alarms, plan.cache_alarms, plan.load_balancer_alarms):
        keys = [alarm.key for alarm in of_one]
        assert len(set(keys)) == len(keys)


def test_a_replica_is_watched_for_lag_as_well() -> None:
    plan = _plan(10_000)

    assert {alarm.key for alarm in plan.replica_alarms} - {alarm.key for alarm in plan.database_alarms} == {"lag"}


def test_the_budget_is_the_environments_and_so_stands_once() -> None:
    assert _plan(100_001, "us-west-2").edge is None
    edge = _plan(1_000).edge
    assert edge is not None
    assert edge.budget.usd_month > 340
    assert edge.budget.spent_percent < edge.budget.forecast_percent == 100


def test_the_collector_of_a_tier_without_metrics_reaches_no_proxy() -> None:
    without, with_ = _plan(10_000), _plan(50_000)

    before = without.policies[1].egress or ()
    added = [rule for rule in with_.policies[1].egress or () if rule not in before]

    assert [policy.name for policy in without.policies] == ["default-deny", "otel-collector"]
    assert {port.number for rule in added for port in rule.ports} == {
        METRICS_PORT,
        POOLER_METRICS_PORT,
        STATE_METRICS_PORT,
        KUBELET_PORT,
    }


def test_each_tier_keeps_and_samples_more_and_promises_more() -> None:
    assert [tier.metrics_days for tier in TIERS] == [0, 0, 90, 150]
    assert [tier.traced_percent for tier in TIERS] == sorted(tier.traced_percent for tier in TIERS)
    promised = [tier.objective.availability_percent for tier in TIERS]
    assert promised == sorted(set(promised))
    assert [tier.objective.latency_ms for tier in TIERS] == sorted(
        (tier.objective.latency_ms for tier in TIERS), reverse=True
    )


def test_pages_and_tickets_go_where_the_configuration_says() -> None:
    both = settings(1_000).model_copy(update={"alarm_email": "team@naap.example", "page_email": "pager@naap.example"})
    one = both.model_copy(update={"page_email": None})
    topics = [
        plan_observability(stack="dev", region="us-east-1", settings=stated, tier=tier_for(1_000)).topic
        for stated in (both, one)
    ]

    assert [(topic.email, topic.pages_email) for topic in topics] == [
        ("team@naap.example", "pager@naap.example"),
        ("team@naap.example", "team@naap.example"),
    ]
