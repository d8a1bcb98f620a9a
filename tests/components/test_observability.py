"""What is seen of a region, as it is registered."""

import functools
import json
from collections.abc import Callable
from dataclasses import replace

import pulumi
import pytest

from components.edge_alarms import EdgeAlarms
from components.observability import Observability
from components.secrets import RootSecret
from planning.alarms import cache_nodes
from planning.caches import plan_caches
from planning.observability import ObservabilityPlan, plan_observability
from planning.tags import Tags
from planning.tiers import tier_for
from tests.components.recording import Recorded, assert_same_names, build, of_type, one
from tests.planning.samples import ROOT_SECRET, registry, settings

ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
DEPLOYMENT = "kubernetes:apps/v1:Deployment"
WORKSPACE = "aws:amp/workspace:Workspace"
BALANCER = "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/naap-dev-use1-gateway/0123456789abcdef"
CERTIFICATE = "arn:aws:acm:us-east-1:123456789012:certificate/0123"
TAGS = Tags(environment="dev", owner="platform", cost_center="naap-dev")
TIERS = (1_000, 10_000, 50_000, 100_001)


def _plan(users: int) -> ObservabilityPlan:
    stated = settings(users).model_copy(update={"alarm_email": "oncall@naap.example"})
    return plan_observability(stack="dev", region="us-east-1", settings=stated, tier=tier_for(users))


def _make(users: int) -> Callable[[], None]:
    def make() -> None:
        plan = _plan(users)
        caches = plan_caches(
            stack="dev", region="us-east-1", settings=settings(users), tier=tier_for(users), registry=registry()
        )
        Observability(
            "seen",
            plan=plan,
            databases=["naap-dev-use1-shard-0"],
            replicas=["naap-dev-use1-shard-0-r1"],
            caches=[node for cache in caches.caches for node in cache_nodes(cache)],
            load_balancer_arn=BALANCER,
            certificates={"gateway": CERTIFICATE},
            secrets=RootSecret(pulumi.Output.secret(ROOT_SECRET)),
            tags=TAGS,
        )
        assert plan.edge
        EdgeAlarms(
            "edge", plan=plan.edge, prefix="naap-dev", web_acl="naap-dev", certificate_arn=CERTIFICATE, tags=TAGS
        )

    return make


@functools.cache
def _records(users: int) -> list[Recorded]:
    return build(_make(users))


def test_logs_are_encrypted_and_expire_and_the_reader_makes_no_group_of_its_own() -> None:
    records = _records(1_000)
    groups = of_type(records, "aws:cloudwatch/logGroup:LogGroup")
    written = one(records, "aws:iam/rolePolicy:RolePolicy").inputs["policy"]

    assert {group.inputs["retentionInDays"] for group in groups} == {14}
    assert all(group.inputs["kmsKeyId"].startswith("arn:aws:kms:") for group in groups)
    assert "logs:CreateLogGroup" not in written


def test_the_log_add_on_collects_no_metrics_that_nobody_ordered() -> None:
    stated = json.loads(one(_records(1_000), "aws:eks/addon:Addon").inputs["configurationValues"])

    assert stated["containerLogs"]["enabled"] is True
    assert "kubernetes" not in stated["agent"]["config"]["logs"]["metrics_collected"]


def test_every_alarm_reaches_the_topic_of_its_region_and_says_what_to_do() -> None:
    for alarm in of_type(_records(100_001), ALARM):
        assert len(alarm.inputs["alarmActions"]) == 1
        assert alarm.inputs["alarmDescription"]


def test_alarm_names_are_unique() -> None:
    names = [alarm.inputs["name"] for alarm in of_type(_records(100_001), ALARM)]

    assert len(names) == len(set(names))


def test_a_load_balancer_is_named_as_its_metrics_name_it() -> None:
    alarm = one(_records(1_000), ALARM, "seen-alarms-gateway-5xx")

    assert alarm.inputs["dimensions"] == {"LoadBalancer": "app/naap-dev-use1-gateway/0123456789abcdef"}


def test_each_cache_node_is_watched_by_the_name_that_elasticache_gives_it() -> None:
    nodes = {
        alarm.inputs["dimensions"]["CacheClusterId"]
        for alarm in of_type(_records(10_000), ALARM)
        if alarm.inputs["namespace"] == "AWS/ElastiCache"
    }

    assert nodes == {f"naap-dev-use1-{role}-00{number}" for role in ("app", "limits") for number in (1, 2)}


def test_nodes_of_a_clustered_cache_carry_their_shard() -> None:
    caches = plan_caches(
        stack="dev", region="us-east-1", settings=settings(1_000), tier=tier_for(1_000), registry=registry()
    )
    clustered = replace(caches.app, clustered=True, shards=2, nodes_per_shard=2)

    assert [name.removeprefix(clustered.identifier) for name in cache_nodes(clustered)] == [
        "-0001-001",
        "-0001-002",
        "-0002-001",
        "-0002-002",
    ]


def test_failed_backups_are_told_by_the_databases_themselves() -> None:
    events = one(_records(1_000), "aws:rds/eventSubscription:EventSubscription")

    assert {"backup", "failure", "low storage"} <= set(events.inputs["eventCategories"])


def test_topics_are_encrypted_and_only_this_account_publishes() -> None:
    for topic in of_type(_records(1_000), "aws:sns/topic:Topic"):
        assert topic.inputs["kmsMasterKeyId"].startswith("arn:aws:kms:")
    for policy in of_type(_records(1_000), "aws:sns/topicPolicy:TopicPolicy"):
        (statement,) = json.loads(policy.inputs["policy"])["Statement"]
        assert statement["Condition"]["StringEquals"] == {"aws:SourceAccount": "123456789012"}
    emails = of_type(_records(1_000), "aws:sns/topicSubscription:TopicSubscription")
    assert {each.inputs["endpoint"] for each in emails} == {"oncall@naap.example"}


def test_the_budget_counts_what_carries_the_environments_tag() -> None:
    budget = one(_records(1_000), "aws:budgets/budget:Budget").inputs

    assert budget["costFilters"] == [{"name": "TagKeyValue", "values": ["user:Environment$dev"]}]
    assert [each["notificationType"] for each in budget["notifications"]] == ["ACTUAL", "FORECASTED"]


@pytest.mark.parametrize(
    ("users", "deployments"),
    [
        (1_000, set[str]()),
        (10_000, {"otel-collector"}),
        (50_000, {"otel-collector", "kube-metrics-adapter", "kube-state-metrics", "grafana"}),
        (100_001, {"otel-collector", "kube-metrics-adapter", "kube-state-metrics", "grafana"}),
    ],
)
def test_what_runs_in_the_cluster_follows_the_tier(users: int, deployments: set[str]) -> None:
    made = {record.inputs["metadata"]["name"] for record in of_type(_records(users), DEPLOYMENT)}

    assert made == deployments
    assert bool(of_type(_records(users), WORKSPACE)) is (users >= 50_000)


def test_every_container_is_as_restricted_as_a_plugins() -> None:
    for record in of_type(_records(100_001), DEPLOYMENT):
        pod = record.inputs["spec"]["template"]["spec"]
        assert pod["securityContext"]["runAsNonRoot"] is True
        for container in pod["containers"]:
            assert container["securityContext"]["readOnlyRootFilesystem"] is True
            assert container["resources"]["limits"]["memory"] == container["resources"]["requests"]["memory"]


def test_the_api_of_external_metrics_is_trusted_by_certificate() -> None:
    api = one(_records(50_000), "kubernetes:apiregistration.k8s.io/v1:APIService").inputs

    assert api["metadata"]["name"] == "v1beta1.external.metrics.k8s.io"
    assert api["spec"]["caBundle"]
    assert "insecureSkipTLSVerify" not in api["spec"]


def test_no_private_key_is_in_anything_but_a_secret() -> None:
    for record in _records(50_000):
        if "PRIVATE KEY" in str(record.inputs):
            assert record.type == "kubernetes:core/v1:Secret"
            assert record.secret_inputs


def test_the_collector_writes_series_only_where_there_is_a_workspace() -> None:
    policies = {
        users: [record.inputs["policy"] for record in of_type(_records(users), "aws:iam/rolePolicy:RolePolicy")]
        for users in (10_000, 50_000)
    }

    assert not any("aps:RemoteWrite" in policy for policy in policies[10_000])
    assert sum("aps:RemoteWrite" in policy for policy in policies[50_000]) == 1


@pytest.mark.parametrize("users", TIERS)
def test_preview_announces_what_an_update_makes(users: int) -> None:
    assert_same_names(_make(users))
