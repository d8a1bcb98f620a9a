"""What a plugin's watch registers, and that it is the plugin's own."""

import json

import pulumi
import yaml

from components.observability.plugin_monitoring import MonitoringContext, PluginMonitoring
from components.shared.namespace import restricted_namespace
from planning.inputs.registry.data_sections import Cache
from planning.inputs.registry.registry_entry import PluginSpec
from planning.inputs.registry.sections import Objective
from planning.shared.labels import PLUGIN_LABEL, labels
from planning.shared.tags import Tags
from tests.components.recording import Recorded, assert_same_names, build, of_type, one
from tests.planning.observability.observed import plan_watch, wallet
from tests.planning.samples import altered

TAGS = Tags(environment="dev", owner="platform", cost_center="naap-dev")
CONFIG_MAP = "kubernetes:core/v1:ConfigMap"
RULES = "aws:amp/ruleGroupNamespace:RuleGroupNamespace"


def make(spec: PluginSpec) -> None:
    namespace = restricted_namespace("seen", name="naap-observability", labels={}, opts=pulumi.ResourceOptions())
    PluginMonitoring(
        f"{spec.name}-watch",
        plan=plan_watch(spec),
        context=MonitoringContext(
            workspace_id=pulumi.Output.from_input("ws-0"),
            endpoint=pulumi.Output.from_input("https://series.example/"),
            namespace=namespace,
        ),
        labels=labels("plugin", spec.name, plugin=spec.name),
        after=[],
        tags=TAGS,
    )


def made(spec: PluginSpec) -> list[Recorded]:
    return build(lambda: make(spec))


def test_a_plugin_brings_its_rules_its_dashboard_and_its_mark() -> None:
    found = made(wallet())
    own = [record for record in found if record.custom and "PluginWatch" in record.parent]

    assert sorted(record.type.rpartition(":")[2] for record in own) == ["ConfigMap", "ConfigMap", "RuleGroupNamespace"]
    assert one(found, RULES).inputs["tags"]["Plugin"] == "my-wallet"
    for record in of_type(found, CONFIG_MAP):
        assert record.inputs["metadata"]["labels"][PLUGIN_LABEL] == "my-wallet"


def test_its_rules_hold_its_own_promise() -> None:
    strict = Objective(availability_percent=99.99, latency_ms=100)
    data = one(made(wallet(strict)), RULES).inputs["data"]
    (group,) = yaml.safe_load(data)["groups"]
    rules = {rule.get("alert") or rule["record"]: rule["expr"] for rule in group["rules"]}

    assert " > 0.00144 " in rules["PluginFails"], "14.4 times a ten-thousandth"
    assert 'le="100"' in rules["naap:plugin_slow:rate5m"]


def test_the_dashboard_shows_all_that_a_plugin_has() -> None:
    record = one(made(wallet()), CONFIG_MAP, "my-wallet-watch-dashboard")
    (text,) = record.inputs["data"].values()
    board = json.loads(text)
    titles = " ".join(panel["title"] for panel in board["panels"])

    for word in ("Traffic", "Errors", "Latency", "Saturation", "Pods", "Pool", "Cache", "Limits", "Queue"):
        assert word in titles
    assert len({panel["id"] for panel in board["panels"]}) == len(board["panels"])
    assert record.inputs["metadata"]["namespace"] == "naap-observability"


def test_a_raised_generation_makes_a_new_mark_and_nothing_else() -> None:
    before = made(wallet())
    after = made(altered(wallet(), cache=Cache(password_generation=2)))
    changed = {record.urn for record in before} ^ {record.urn for record in after}

    assert len(changed) == 2
    assert all("secrets-" in urn for urn in changed)


def test_a_plugin_without_passwords_has_no_mark() -> None:
    bare = altered(wallet(), database=None, cache=None)

    assert len(of_type(made(bare), CONFIG_MAP)) == 1


def test_preview_announces_what_an_update_makes() -> None:
    assert_same_names(lambda: make(wallet()))
