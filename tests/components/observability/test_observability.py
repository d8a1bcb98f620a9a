"""What is seen of a region, as it is registered."""

import functools
import json
from collections.abc import Callable
from dataclasses import replace

import pulumi
import pytest

from components.observability.edge_alarms import EdgeAlarms
from components.observability.observability import Observability
from components.shared.network_policy import network_policy
from components.shared.root_secret import RootSecret
from planning.data.caches import plan_caches
from planning.database.pooler import plan_poolers, pooler_policy
from planning.inputs.tiers import tier_for
from planning.network.network_policy import default_deny
from planning.observability.observability import ObservabilityPlan, plan_observability
from planning.shared.labels import selector
from planning.shared.tags import Tags
from tests.components.recording import Recorded, assert_same_names, awaited, build, of_type, one
from tests.network_policies import Outside, Pod, allowed
from tests.planning.samples import POOLER_IMAGE, ROOT_SECRET, registry, settings, shards_of
from tests.plugin_plans import gateway_plan

ASSOCIATION = "aws:eks/podIdentityAssociation:PodIdentityAssociation"
ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
DEPLOYMENT = "kubernetes:apps/v1:Deployment"
FILTER = "aws:cloudwatch/logMetricFilter:LogMetricFilter"
WORKSPACE = "aws:amp/workspace:Workspace"
BALANCER = {"LoadBalancer": "app/naap-dev-use1-gateway/0123456789abcdef", "TargetGroup": "targetgroup/naap-1/0123"}
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
            databases={"naap-dev-use1-shard-0": "naap-dev-use1-shard-0"},
            replicas={"naap-dev-use1-shard-0-r1": "naap-dev-use1-shard-0-r1"},
            caches=caches.nodes,
            balancer=BALANCER,
            proxies=[],
            certificates={"gateway": CERTIFICATE},
            root_secret=RootSecret(pulumi.Output.secret(ROOT_SECRET)),
            tags=TAGS,
        )
        assert plan.edge
        EdgeAlarms(
            "edge",
            plan=plan.edge,
            web_acl="naap-dev",
            distribution_id="E2EXAMPLE",
            health_checks={"us-east-1": "0123"},
            certificate_arn=CERTIFICATE,
            tags=TAGS,
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
    assert stated["manager"]["applicationSignals"]["autoMonitor"]["monitorAllServices"] is False


def test_the_log_add_ons_operator_may_talk_to_the_api_and_be_asked_by_it_before_it_starts() -> None:
    records = _records(1_000)
    addon = one(records, "aws:eks/addon:Addon")
    network = of_type(records, "kubernetes:networking.k8s.io/v1:NetworkPolicy")
    policies = [found.inputs for found in network]
    operator, stranger = _pod("amazon-cloudwatch", "amazon-cloudwatch-observability"), _pod("plugin-my-wallet", "other")
    api, dns, internet = Outside(ip="172.20.0.1"), Outside(ip="172.20.0.10"), Outside(ip="93.184.215.14")

    assert {found.urn for found in network} <= set(addon.dependencies)
    assert one(records, "kubernetes:core/v1:Namespace").inputs["metadata"]["name"] == "amazon-cloudwatch"
    assert allowed(policies, operator, api, 443)
    assert allowed(policies, operator, Outside(ip="10.64.1.9"), 443)
    assert allowed(policies, operator, dns, 53, "UDP")
    assert allowed(policies, Outside(ip="10.64.1.9"), operator, 9443)
    assert not allowed(policies, operator, internet, 443)
    assert not allowed(policies, internet, operator, 9443)
    assert not allowed(policies, _pod("amazon-cloudwatch", "other"), api, 443)
    assert allowed(policies, stranger, api, 443), "speaks of no other namespace"


def test_every_alarm_reaches_the_topic_of_its_region_and_says_what_to_do() -> None:
    for alarm in of_type(_records(100_001), ALARM):
        assert len(alarm.inputs["alarmActions"]) == 1
        assert alarm.inputs["alarmDescription"]


def test_alarm_names_are_unique() -> None:
    names = [alarm.inputs["name"] for alarm in of_type(_records(100_001), ALARM)]

    assert len(names) == len(set(names))


def test_a_load_balancer_is_named_as_its_metrics_name_it() -> None:
    errors = one(_records(1_000), ALARM, "seen-alarms-gateway-5xx").inputs
    proxies = one(_records(1_000), ALARM, "seen-alarms-gateway-no-proxy").inputs

    assert errors["dimensions"] == {"LoadBalancer": BALANCER["LoadBalancer"]}
    assert proxies["dimensions"] == BALANCER


def test_a_share_is_of_two_counters_of_the_same_thing() -> None:
    share, counted, whole = one(_records(1_000), ALARM, "seen-alarms-gateway-5xx-share").inputs["metricQueries"]

    assert share["returnData"] is True
    assert counted["metric"] == {**whole["metric"], "metricName": "HTTPCode_ELB_5XX_Count"}
    assert (counted["id"], whole["id"]) == ("counted", "whole")


def test_a_page_says_when_it_is_over_and_a_ticket_is_closed_by_whoever_works_on_it() -> None:
    for alarm in of_type(_records(100_001), ALARM):
        page = alarm.inputs["alarmActions"][0].endswith("-pages")
        assert alarm.inputs.get("okActions") == (alarm.inputs["alarmActions"] if page else None), alarm.name


def test_databases_tell_of_those_of_their_own_environment_and_not_of_each_backup() -> None:
    told = one(_records(1_000), "aws:rds/eventSubscription:EventSubscription").inputs

    assert told["sourceIds"] == ["naap-dev-use1-shard-0", "naap-dev-use1-shard-0-r1"]
    assert "backup" not in told["eventCategories"]
    assert {"failure", "failover", "low storage"} <= set(told["eventCategories"])


def test_each_cache_node_is_watched_by_the_name_that_elasticache_gives_it() -> None:
    nodes = {
        alarm.inputs["dimensions"]["CacheClusterId"]
        for alarm in of_type(_records(10_000), ALARM)
        if alarm.inputs.get("namespace") == "AWS/ElastiCache"
    }

    assert nodes == {f"naap-dev-use1-{role}-00{number}" for role in ("app", "limits") for number in (1, 2)}


def test_nodes_of_a_clustered_cache_carry_their_shard() -> None:
    caches = plan_caches(
        stack="dev", region="us-east-1", settings=settings(1_000), tier=tier_for(1_000), registry=registry()
    )
    clustered = replace(caches.app, clustered=True, shards=2, nodes_per_shard=2)

    assert [name.removeprefix(clustered.identifier) for name in clustered.nodes] == [
        "-0001-001",
        "-0001-002",
        "-0002-001",
        "-0002-002",
    ]


def test_lines_of_logs_are_counted_into_the_metric_that_the_alarm_is_on() -> None:
    counted = one(_records(1_000), FILTER, "seen-log-alarms-pooler-waits-lines").inputs["metricTransformation"]
    alarm = one(_records(1_000), ALARM, "seen-log-alarms-logs-pooler-waits").inputs

    assert (counted["namespace"], counted["name"]) == (alarm["namespace"], alarm["metricName"])
    assert "dimensions" not in alarm
    # Above, series tell it; lines alone tell of a cache that was given up.
    assert [record.name for record in of_type(_records(50_000), FILTER)] == ["seen-log-alarms-cache-given-up-lines"]


def test_what_the_workspace_could_not_compute_or_send_is_written_down() -> None:
    records = _records(50_000)
    log = one(records, "aws:cloudwatch/logGroup:LogGroup", "seen-metrics-log")
    workspace = one(records, "aws:amp/workspace:Workspace")
    assert log.inputs["name"] == "/aws/vendedlogs/prometheus/naap-dev-use1"
    assert log.inputs["retentionInDays"] == 60
    assert workspace.inputs["loggingConfiguration"]["logGroupArn"] == f"{log.outputs['arn']}:*"


def test_a_percentile_is_stated_as_one() -> None:
    alarm = one(_records(1_000), ALARM, "seen-alarms-gateway-slow").inputs

    assert (alarm["extendedStatistic"], alarm["threshold"], "statistic" in alarm) == ("p95", 2.5, False)


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


def test_pods_with_a_role_wait_for_it_as_credentials_are_given_to_a_pod_when_it_is_made() -> None:
    records = _records(50_000)
    deployments = {record.inputs["metadata"]["name"]: record for record in of_type(records, DEPLOYMENT)}
    roles = {role.inputs["serviceAccount"]: role.urn for role in of_type(records, ASSOCIATION)}

    assert set(deployments) & set(roles) == {"otel-collector", "kube-metrics-adapter", "grafana"}
    for name in set(deployments) & set(roles):
        assert roles[name] in deployments[name].dependencies, name


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


def test_the_api_of_external_metrics_is_there_only_while_something_answers() -> None:
    """Namespaces that are deleted wait for every API: it comes after what answers it, and so goes before."""
    records = _records(50_000)
    api = one(records, "kubernetes:apiregistration.k8s.io/v1:APIService")
    before = {urn.rpartition("::")[2] for urn in awaited(records, api)}
    assert before >= {f"seen-adapter-{part}" for part in ("pods", "service", "delegator", "reader", "account")}
    assert any(name.endswith("-namespace") for name in before)


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


def test_a_day_without_a_backup_is_told_at_every_tier() -> None:
    rule = one(_records(1_000), "aws:cloudwatch/eventRule:EventRule").inputs
    alarm = one(_records(1_000), ALARM, "seen-alarms-shard-0-backup").inputs

    assert json.loads(rule["eventPattern"])["detail"]["SourceIdentifier"] == ["naap-dev-use1-shard-0"]
    assert alarm["dimensions"] == {"RuleName": rule["name"]}
    assert (alarm["threshold"], alarm["comparisonOperator"]) == (1, "LessThanThreshold")
    assert alarm["treatMissingData"] == "breaching", "no event at all is what the alarm is about"
    assert alarm["period"] * alarm["evaluationPeriods"] <= 7 * 86_400


def test_the_rule_that_counts_backups_has_a_target_that_it_may_write_to() -> None:
    rule = one(_records(1_000), "aws:cloudwatch/eventRule:EventRule").inputs
    target = one(_records(1_000), "aws:cloudwatch/eventTarget:EventTarget")
    group = one(_records(1_000), "aws:cloudwatch/logGroup:LogGroup", "seen-alarms-backups")
    policy = one(_records(1_000), "aws:cloudwatch/logResourcePolicy:LogResourcePolicy")
    (statement,) = json.loads(policy.inputs["policyDocument"])["Statement"]

    assert (target.inputs["rule"], target.inputs["arn"]) == (rule["name"], group.outputs["arn"])
    assert policy.urn in target.dependencies
    assert statement["Resource"] == f"{group.outputs['arn']}:*"
    assert statement["Principal"] == {"Service": ["events.amazonaws.com", "delivery.logs.amazonaws.com"]}
    assert statement["Condition"] == {"StringEquals": {"aws:SourceAccount": "123456789012"}}


def test_what_wakes_somebody_goes_to_the_topic_of_pages() -> None:
    made = of_type(_records(1_000), "aws:sns/topic:Topic")
    topics = {record.inputs["name"]: record.outputs["arn"] for record in made}
    storage = one(_records(1_000), ALARM, "seen-alarms-shard-0-storage").inputs
    cpu = one(_records(1_000), ALARM, "seen-alarms-shard-0-cpu").inputs

    assert storage["alarmActions"] == [topics["naap-dev-use1-alarms-pages"]]
    assert cpu["alarmActions"] == [topics["naap-dev-use1-alarms"]]


def test_the_collector_reaches_all_that_it_scrapes_and_nobody_else_does() -> None:
    policies = [
        record.inputs
        for make in (_records(50_000), _neighbours())
        for record in of_type(make, "kubernetes:networking.k8s.io/v1:NetworkPolicy")
    ]
    collector = _pod("naap-observability", "otel-collector", ip="10.64.0.9")
    stranger = Pod(namespace="plugin-my-wallet", labels={"app.kubernetes.io/name": "my-wallet"}, ip="10.64.0.8")
    limiter = Pod(namespace="naap-gateway", labels={"app.kubernetes.io/component": "ratelimit"})
    proxy = Pod(namespace="naap-gateway", labels={"app.kubernetes.io/component": "proxy"})
    pooler = Pod(namespace="naap-pooler", labels=selector("pooler", "pooler-0"))
    state = _pod("naap-observability", "kube-state-metrics")

    for target, port in ((limiter, 19001), (proxy, 19001), (pooler, 9127), (state, 8080)):
        assert allowed(policies, collector, target, port), target
    for target, port in ((limiter, 19001), (pooler, 9127), (state, 8080)):
        assert not allowed(policies, stranger, target, port), target
    assert allowed(policies, collector, Outside(ip="10.64.3.4"), 10250), "a kubelet"


def _pod(namespace: str, name: str, ip: str = "10.64.0.1") -> Pod:
    return Pod(namespace=namespace, labels=selector("observability", name), ip=ip)


@functools.cache
def _neighbours() -> list[Recorded]:
    """Policies of gateway and poolers."""
    tier = tier_for(50_000)
    shards = shards_of(settings(50_000))
    (pooler,) = plan_poolers(region="us-east-1", image=POOLER_IMAGE, tier=tier, shards=shards)

    def make() -> None:
        for number, policy in enumerate(
            (*gateway_plan(50_000).policies, pooler_policy(pooler), default_deny("naap-pooler"))
        ):
            network_policy(f"policy-{number}", plan=policy, labels={}, opts=pulumi.ResourceOptions())

    return build(make)


def test_rights_to_the_kubernetes_api_name_what_they_read_and_no_secret() -> None:
    roles = of_type(_records(50_000), "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole")
    resources = {kind for role in roles for rule in role.inputs["rules"] for kind in rule["resources"]}

    assert not resources & {"*", "secrets", "nodes/proxy"}
    assert {"nodes/metrics", "deployments", "jobs", "horizontalpodautoscalers"} <= resources


def test_every_platform_dashboard_is_made() -> None:
    made = {
        record.inputs["metadata"]["name"]
        for record in of_type(_records(50_000), "kubernetes:core/v1:ConfigMap")
        if "naap.io/dashboard" in record.inputs["metadata"]["labels"]
    }

    assert made == {f"dashboard-platform-{name}" for name in ("gateway", "databases", "caches", "cluster", "cost")}


def test_dashboards_are_reached_through_the_kubernetes_api_only() -> None:
    pods = one(_records(50_000), DEPLOYMENT, "seen-dashboards-pods").inputs["spec"]["template"]["spec"]
    grafana = next(container for container in pods["containers"] if container["name"] == "grafana")
    stated = {variable["name"]: variable["value"] for variable in grafana["env"]}

    assert stated["GF_SERVER_HTTP_ADDR"] == "127.0.0.1"
    assert stated["GF_AUTH_ANONYMOUS_ORG_ROLE"] == "Viewer"
    services = {record.inputs["metadata"]["name"] for record in of_type(_records(50_000), "kubernetes:core/v1:Service")}
    assert "grafana" not in services


def test_logs_are_found_by_plugin_and_by_request_in_the_first_tier_already() -> None:
    queries = [record.inputs for record in of_type(_records(1_000), "aws:cloudwatch/queryDefinition:QueryDefinition")]

    assert {query["name"].rpartition("/")[2] for query in queries} == {
        "logs-of-a-plugin",
        "one-request",
        "failed-requests-of-a-plugin",
    }
    for query in queries:
        assert query["logGroupNames"] == ["/aws/containerinsights/naap-dev-use1/application"]
