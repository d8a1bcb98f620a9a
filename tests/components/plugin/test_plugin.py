"""What a plugin becomes."""

import json
import time
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import pairwise
from typing import Any

import pytest

from planning.inputs.registry.canary import Canary
from planning.inputs.registry.lifecycle import Lifecycle
from planning.inputs.registry.registry_entry import Registry
from planning.plugin.plugin import PluginPlan
from planning.shared.derived_secrets import derive
from tests.components.plugins import ROOT, build_plugins, make_plugins
from tests.components.recording import Recorded, assert_same_names, awaited, of_type, one
from tests.planning.samples import altered
from tests.plugin_plans import entry, plugin_plans, real_registry, registry_with, with_backend

DEPLOYMENT = "kubernetes:apps/v1:Deployment"
SECRET = "kubernetes:core/v1:Secret"  # noqa: S105  # a kind
AUTOSCALER = "kubernetes:autoscaling/v2:HorizontalPodAutoscaler"
NAMESPACE = "kubernetes:core/v1:Namespace"
STEPS = [*Lifecycle]
CANARYS = ("autoscaler", "deployment", "disruption", "from-gateway", "service")
CONFIGURED = {"community": {"METABASE_KEY": "very-secret-metabase-value"}}


@cache
def records(users: int = 5_000) -> list[Recorded]:
    return build_plugins(plugin_plans(users))


def of(name: str, found: Sequence[Recorded]) -> list[Recorded]:
    """Everything under one plugin's component."""
    return [record for record in found if record.urn.endswith(f"::{name}") or f"::{name}-" in record.urn]


def container(record: Recorded) -> Mapping[str, Any]:
    (found,) = record.inputs["spec"]["template"]["spec"]["containers"]
    return found


def with_secret() -> Mapping[str, PluginPlan]:
    spec = altered(entry("community"), secrets=("METABASE_KEY",))
    return {"community": plugin_plans(registry=registry_with(spec))["community"]}


@pytest.mark.parametrize("users", [1_000, 120_000])
def test_a_preview_announces_what_an_update_makes(users: int) -> None:
    assert_same_names(lambda: make_plugins(plugin_plans(users)))


def test_every_child_belongs_to_its_plugin() -> None:
    region = ("poolers",)  # what the test itself makes around them
    children = [record for record in records() if record.custom and not record.name.startswith(region)]
    assert not [record.name for record in children if "naap:platform:Plugin" not in record.parent]


def test_a_plugin_without_a_backend_gets_nothing_in_the_cluster() -> None:
    (component,) = of("intelligent-dashboard", records())
    assert component.type == "naap:platform:Plugin"


def test_every_namespace_admits_hardened_pods_only() -> None:
    for record in of_type(records(), NAMESPACE):
        assert record.inputs["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"


def test_a_service_account_is_no_key_to_the_cluster() -> None:
    for record in of_type(records(), "kubernetes:core/v1:ServiceAccount"):
        assert record.inputs["automountServiceAccountToken"] is False
    for record in of_type(records(), DEPLOYMENT):
        assert record.inputs["spec"]["template"]["spec"]["automountServiceAccountToken"] is False


def test_memory_requested_is_memory_limited() -> None:
    for record in of_type(records(), DEPLOYMENT):
        resources = container(record)["resources"]
        assert resources["requests"]["memory"] == resources["limits"]["memory"]


def test_probes_stay_below_what_services_allow_an_address() -> None:
    for record in of_type(records(), DEPLOYMENT):
        found = container(record)
        over_http = [probe for kind, probe in found.items() if kind.endswith("Probe") and "httpGet" in probe]
        # plugin-server allows 200 requests in 15 minutes and my-wallet 100 in one, probes included.
        assert sum(60 / probe["periodSeconds"] for probe in over_http) <= 6
        assert "tcpSocket" in found["startupProbe"]
        assert "tcpSocket" in found["livenessProbe"]
        assert found["startupProbe"]["periodSeconds"] * found["startupProbe"]["failureThreshold"] == 60


def test_a_service_that_starts_slowly_is_given_its_time_and_a_roll_out_waits_for_it() -> None:
    spec = entry("community")
    slow = altered(spec, probes=altered(spec.probes, startup_seconds=299))
    plans = {"community": plugin_plans(registry=registry_with(slow))["community"]}
    deployed = one(build_plugins(plans), DEPLOYMENT, "community-deployment")
    probe = container(deployed)["startupProbe"]

    assert probe["periodSeconds"] * probe["failureThreshold"] == 300
    # Two minutes for a node, and less than the ten minutes for which the Kubernetes provider waits.
    assert 120 + 299 < deployed.inputs["spec"]["progressDeadlineSeconds"] < 600


def test_node_is_told_to_end_and_has_the_time_for_its_longest_request() -> None:
    for record in of_type(records(), DEPLOYMENT):
        pod = record.inputs["spec"]["template"]["spec"]
        spec = entry(record.inputs["metadata"]["namespace"].removeprefix("plugin-"))
        assert pod["shareProcessNamespace"] is True
        assert pod["terminationGracePeriodSeconds"] == spec.requests.timeout_seconds + 15
        assert container(record)["lifecycle"]["preStop"]["sleep"]["seconds"] == 10


def test_kubernetes_adds_no_variables_of_its_own() -> None:
    # PLUGIN_SERVER_PORT would be tcp://10.0.0.1:80, from the Service plugin-server.
    for record in of_type(records(), DEPLOYMENT):
        assert record.inputs["spec"]["template"]["spec"]["enableServiceLinks"] is False


def test_the_manifest_lies_two_folders_above_the_program() -> None:
    mounts = container(one(records(), DEPLOYMENT, "my-wallet-deployment"))["volumeMounts"]
    for path in ("/app/plugin.json", "/plugin.json"):  # of programs in /app/backend/dist, and in /app/dist
        assert {"name": "config", "mountPath": path, "subPath": "plugin.json", "readOnly": True} in mounts
    config = one(records(), "kubernetes:core/v1:ConfigMap", "my-wallet-config")
    assert json.loads(config.inputs["data"]["plugin.json"])["name"] == "my-wallet"


def test_what_a_pod_names_is_there_before_it() -> None:
    found = records()
    needed = {urn.rsplit("::", 1)[1] for urn in awaited(found, one(found, DEPLOYMENT, "my-wallet-deployment"))}
    assert {
        "my-wallet-account",
        "my-wallet-config",
        "my-wallet-secret",
        "my-wallet-default-deny",
        "my-wallet-to-declared",
        "my-wallet-quota",
        "my-wallet-limits",
        "my-wallet-identity-association",
    } <= needed


def test_an_autoscaler_is_told_where_to_read_the_queue_by_itself() -> None:
    small = one(records(), AUTOSCALER, "community-autoscaler")
    large = one(records(50_000), AUTOSCALER, "community-autoscaler")
    assert [metric["resource"]["name"] for metric in small.inputs["spec"]["metrics"]] == ["cpu"]
    assert [metric["type"] for metric in large.inputs["spec"]["metrics"]] == ["Resource", "Resource", "External"]
    external = large.inputs["spec"]["metrics"][2]["external"]
    assert external["target"] == {"type": "AverageValue", "averageValue": "20"}
    query = f"metric-config.external.{external['metric']['name']}.prometheus/query"
    assert "plugin-community/community" in large.inputs["metadata"]["annotations"][query]


def test_a_role_reaches_its_own_prefix_only() -> None:
    policy = json.loads(one(records(), "aws:iam/rolePolicy:RolePolicy", "my-wallet-identity-policy").inputs["policy"])
    objects, listing, key = policy["Statement"]
    assert objects["Resource"] == "arn:aws:s3:::naap-test-uploads/my-wallet/*"
    assert listing["Condition"] == {"StringLike": {"s3:prefix": "my-wallet/*"}}
    assert set(key["Action"]) == {"kms:Decrypt", "kms:GenerateDataKey"}


def test_a_stopped_plugin_keeps_a_closed_and_empty_namespace() -> None:
    spec = altered(entry("my-wallet"), lifecycle=Lifecycle.STOPPED)
    found = of("my-wallet", build_plugins(plugin_plans(registry=registry_with(spec))))
    kinds = {record.type.rsplit(":", 1)[1] for record in found if record.type.startswith("kubernetes:")}
    assert {"Namespace", "NetworkPolicy", "ResourceQuota", "LimitRange"} <= kinds
    assert not kinds & {"Deployment", "Service", "HorizontalPodAutoscaler", "PodDisruptionBudget", "ServiceAccount"}
    assert not [record.name for record in found if record.inputs.get("kind") == "HTTPRoute"]
    quota = one(found, "kubernetes:core/v1:ResourceQuota")
    assert quota.inputs["spec"]["hard"]["pods"] == "0"


def test_secrets_stand_in_the_plugins_secret_and_nowhere_else() -> None:
    found = build_plugins(with_secret(), CONFIGURED)
    database = derive(ROOT, owner="community", purpose="database-app")
    for value in ("very-secret-metabase-value", database, ROOT):
        holding = {record.name for record in found if value in json.dumps(record.inputs)}
        assert holding <= {"community-secret"}
    own = one(found, SECRET, "community-secret")
    assert "stringData" in own.secret_inputs
    assert own.inputs["stringData"]["METABASE_KEY"] == "very-secret-metabase-value"


def test_who_pulls_its_images_is_told_to_the_account_of_all_its_pods_and_to_no_process() -> None:
    config = '{"auths": {"registry.example": {"auth": "dXNlcjpwYXNz"}}}'
    spec = altered(entry("community"), pull_secret=True)
    plans = {"community": plugin_plans(registry=registry_with(spec))["community"]}
    found = build_plugins(plans, {"community": {"IMAGE_PULL_SECRET": config}})
    secret = one(found, SECRET, "community-pull-secret")

    assert secret.inputs["type"] == "kubernetes.io/dockerconfigjson"
    assert secret.inputs["stringData"] == {".dockerconfigjson": config}
    assert "stringData" in secret.secret_inputs
    account = one(found, "kubernetes:core/v1:ServiceAccount", "community-account")
    assert account.inputs["imagePullSecrets"] == [{"name": secret.inputs["metadata"]["name"]}]
    assert [record.name for record in of_type(found, SECRET) if config in record.inputs["stringData"].values()] == [
        secret.name
    ]


def test_a_plugin_for_one_architecture_runs_and_migrates_on_nodes_of_it() -> None:
    wallet = entry("my-wallet")
    assert wallet.database
    assert wallet.database.migrate
    own = wallet.database.migrate.model_copy(update={"image": None})
    spec = altered(wallet, arch="amd64", database=wallet.database.model_copy(update={"migrate": own}))
    found = build_plugins({"my-wallet": plugin_plans(registry=registry_with(spec))["my-wallet"]})
    pods = [
        record.inputs["spec"]["template"]["spec"]
        for record in found
        if record.type in (DEPLOYMENT, "kubernetes:batch/v1:Job")
    ]

    selected = [pod.get("nodeSelector") for pod in pods if pod["containers"][0]["image"] == spec.image]
    assert selected == [{"kubernetes.io/arch": "amd64"}] * 3


def test_each_plugin_has_its_own_passwords_only() -> None:
    for record in of_type(records(), SECRET):
        other = {spec.name for spec in real_registry().plugins} - {record.inputs["metadata"]["name"]}
        text = json.dumps(record.inputs["stringData"])
        for name in other:
            assert derive(ROOT, owner=name, purpose="database-app") not in text
            assert derive(ROOT, owner=name, purpose="cache") not in text


def test_a_shared_secret_has_its_owners_value() -> None:
    sharing = altered(entry("plugin-server"), shared_secrets={"SESSION_TOKEN_PEPPER": "base-svc"})
    found = build_plugins(plugin_plans(registry=registry_with(sharing)))
    values = [one(found, SECRET, f"{name}-secret").inputs["stringData"] for name in ("plugin-server", "base-svc")]
    assert {value["SESSION_TOKEN_PEPPER"] for value in values} == {
        derive(ROOT, owner="base-svc", purpose="SESSION_TOKEN_PEPPER")
    }


def _stamp(found: Sequence[Recorded]) -> str:
    record = one(found, DEPLOYMENT, "community-deployment")
    assert not record.secret_inputs
    return record.inputs["spec"]["template"]["metadata"]["annotations"]["naap.io/checksum"]


def test_pods_roll_when_a_secret_changes_and_only_then() -> None:
    first = _stamp(build_plugins(with_secret(), CONFIGURED))
    assert _stamp(build_plugins(with_secret(), CONFIGURED)) == first
    assert _stamp(build_plugins(with_secret(), {"community": {"METABASE_KEY": "another"}})) != first


def test_a_checksum_can_not_be_guessed_without_the_root_secret() -> None:
    assert _stamp(build_plugins(with_secret(), CONFIGURED)) != _stamp(
        build_plugins(with_secret(), CONFIGURED, root="another-root-of-tests-0123456789ab")
    )


def test_a_new_version_changes_the_pods_and_no_other_object() -> None:
    spec = altered(entry("community"), version="1.2.1")
    newer = {record.urn: record for record in build_plugins(plugin_plans(registry=registry_with(spec)))}
    changed = {record.name for record in records() if newer[record.urn].inputs != record.inputs}
    # At this size nothing of telemetry but a version; the manifest is the entry's own.
    assert changed == {"community-deployment"}


def test_an_entry_removed_takes_its_own_and_leaves_the_rest() -> None:
    rest = Registry(file="r", plugins=tuple(spec for spec in real_registry().plugins if spec.name != "community"))
    before = {record.urn: record.inputs for record in records()}
    after = {record.urn: record.inputs for record in build_plugins(plugin_plans(registry=rest))}
    assert {urn: before[urn] for urn in after} == after
    assert all("community" in urn for urn in set(before) - set(after))


def _many(count: int) -> Mapping[str, PluginPlan]:
    base = entry("community")
    specs = [
        altered(with_backend(base, port=5_000 + n, api_prefix=f"/api/v1/p{n}"), name=f"p{n}", share=0.01, database=None)
        for n in range(count)
    ]
    plans = plugin_plans(50_000, registry=registry_with(*specs))
    return {spec.name: plans[spec.name] for spec in (*specs, entry("base-svc"))}


def test_four_times_the_plugins_take_four_times_as_long() -> None:
    seconds: dict[int, float] = {}
    for count in (5, 20):
        plans = _many(count)
        start = time.process_time()
        assert len(build_plugins(plans)) > count * 15
        seconds[count] = time.process_time() - start
    assert seconds[20] < 6 * seconds[5]


@pytest.mark.parametrize("step", STEPS)
def test_in_production_the_engine_keeps_a_plugin_until_it_is_archived(step: Lifecycle) -> None:
    registry = registry_with(altered(entry("community"), lifecycle=step))
    for region, home in (("us-east-1", True), ("us-west-2", False)):
        plans = plugin_plans(120_000, registry, region, production=True)
        found = build_plugins({"community": plans["community"]})
        record = one(found, NAMESPACE, "community-namespace")
        assert record.protect == (home and step is not Lifecycle.ARCHIVED)
        assert not [other.name for other in found if other.protect and other.type != NAMESPACE]


def test_outside_of_production_nothing_of_a_plugin_is_kept() -> None:
    assert not [record.name for record in records() if record.protect]


@pytest.mark.parametrize(("before", "after"), list(pairwise(STEPS)))
def test_a_step_of_its_lifecycle_touches_the_plugins_own_only(before: Lifecycle, after: Lifecycle) -> None:
    first, second = (
        {record.urn: record.inputs for record in build_plugins(plugin_plans(registry=registry_with(spec)))}
        for spec in (altered(entry("community"), lifecycle=step) for step in (before, after))
    )
    touched = {urn for urn in first.keys() | second.keys() if first.get(urn) != second.get(urn)}
    assert touched
    assert not [urn for urn in touched if "community" not in urn]


def test_a_new_name_is_a_new_plugin_and_touches_no_third() -> None:
    renamed = tuple(
        altered(spec, name="forum") if spec.name == "community" else spec for spec in real_registry().plugins
    )
    before = {record.urn: record.inputs for record in records()}
    after = {
        record.urn: record.inputs
        for record in build_plugins(plugin_plans(registry=Registry(file="r", plugins=renamed)))
    }
    assert not [urn for urn in before.keys() & after.keys() if before[urn] != after[urn]]
    assert all("community" in urn for urn in before.keys() - after.keys())
    assert all("forum" in urn for urn in after.keys() - before.keys())


def test_from_the_second_tier_on_node_is_traced_without_a_change_of_its_image() -> None:
    (record,) = [each for each in of_type(of("my-wallet", records(10_000)), DEPLOYMENT) if "cron" not in each.name]
    pod = record.inputs["spec"]["template"]["spec"]
    (copy,) = pod["initContainers"]
    stated = {variable["name"]: variable["value"] for variable in container(record)["env"]}
    mounts = {mount["mountPath"]: mount for mount in container(record)["volumeMounts"]}

    assert stated["NODE_OPTIONS"].endswith(" --require=/etc/naap/tracing.js")
    assert stated["NODE_OPTIONS"].startswith("--max-old-space-size=")
    assert copy["command"] == ["cp", "-r", "/autoinstrumentation/.", "/otel"]
    assert copy["securityContext"]["readOnlyRootFilesystem"] is True
    assert mounts["/otel"]["readOnly"] is True
    assert "/etc/naap/tracing.js" in mounts


def test_in_the_first_tier_nothing_is_traced() -> None:
    for record in of_type(records(1_000), DEPLOYMENT):
        assert "initContainers" not in record.inputs["spec"]["template"]["spec"]
        assert "tracing.js" not in str(record.inputs)


def test_a_migration_loads_no_tracing() -> None:
    for record in of_type(records(10_000), "kubernetes:batch/v1:Job"):
        assert "tracing" not in str(record.inputs)


def tried(**fields: Any) -> list[Recorded]:
    """What my-wallet becomes with a canary, or with what was left of one."""
    spec = with_backend(entry("my-wallet"), canary=Canary(**fields))
    return build_plugins({"my-wallet": plugin_plans(registry=registry_with(spec))["my-wallet"]})


def test_a_canary_is_a_deployment_beside_the_plugins_own_whose_names_stay() -> None:
    alone = {record.urn for record in build_plugins({"my-wallet": plugin_plans()["my-wallet"]}) if record.custom}
    found = tried(image="ghcr.io/naap/my-wallet:9.0.0", weight=5)
    brought = {record.name: record for record in found if record.custom and record.urn not in alone}

    assert alone <= {record.urn for record in found}
    assert brought.keys() == {f"my-wallet-{noun}-canary" for noun in CANARYS}
    service, deployment = brought["my-wallet-service-canary"], brought["my-wallet-deployment-canary"]
    selected = service.inputs["spec"]["selector"]
    assert selected.items() <= deployment.inputs["spec"]["template"]["metadata"]["labels"].items()
    stable = one(found, "kubernetes:core/v1:Service", "my-wallet-service").inputs["spec"]["selector"]
    assert not stable.items() <= deployment.inputs["spec"]["template"]["metadata"]["labels"].items()
    scaling = one(found, AUTOSCALER, "my-wallet-autoscaler").inputs["spec"]["behavior"]
    assert scaling["scaleDown"] == {"selectPolicy": "Disabled"}


def test_of_a_canary_that_is_over_requests_go_before_its_pods_are_replaced() -> None:
    found = tried(image=entry("my-wallet").image)
    route = next(record for record in found if record.name == "my-wallet-routes-route")
    before = {urn.rpartition("::")[2] for urn in awaited(found, route)}

    assert "my-wallet-deployment" in before
    assert "my-wallet-deployment-canary" not in before
    scaling = one(found, AUTOSCALER, "my-wallet-autoscaler").inputs["spec"]["behavior"]
    assert scaling["scaleDown"].get("selectPolicy") != "Disabled"


def test_requests_come_only_once_the_canarys_pods_are_there() -> None:
    found = tried(image="ghcr.io/naap/my-wallet:9.0.0", weight=5)
    route = next(record for record in found if record.name == "my-wallet-routes-route")

    assert {"my-wallet-deployment-canary", "my-wallet-service-canary"} <= {
        urn.rpartition("::")[2] for urn in awaited(found, route)
    }
