"""What belongs together in a plugin is judged before it is deployed; what others left behind is not."""

import json
from pathlib import Path
from typing import Any

from naap.deploy.judgement import broken_rules, is_undecided
from planning.inputs.deploy_order import DeployOrder

DEPLOYMENT = "kubernetes:apps/v1:Deployment"
BUDGET = "kubernetes:policy/v1:PodDisruptionBudget"
ROUTE = "kubernetes:gateway.networking.k8s.io/v1:HTTPRoute"
TRAFFIC = "kubernetes:gateway.envoyproxy.io/v1alpha1:BackendTrafficPolicy"


def resource(kind: str, plugin: str, **spec: Any) -> dict[str, Any]:
    metadata = {"name": plugin, "namespace": f"plugin-{plugin}"}
    urn = f"urn:pulumi:dev::naap::{kind}::use1-{plugin}-{kind.rpartition(':')[2].lower()}"
    return {"urn": urn, "type": kind, "inputs": {"metadata": metadata, "spec": spec}, "provider": "urn:cluster::id"}


def deployment(plugin: str) -> dict[str, Any]:
    labels = {"plugin": plugin}
    template = {"metadata": {"labels": labels}}
    return resource(DEPLOYMENT, plugin, selector={"matchLabels": labels}, template=template, replicas=2)


def budget(plugin: str) -> dict[str, Any]:
    return resource(BUDGET, plugin, selector={"matchLabels": {"plugin": plugin}}, maxUnavailable=1)


def judged(
    tmp_path: Path, state: list[dict[str, Any]], previewed: list[dict[str, Any]], rule: str = "stack-disruption-budget"
) -> list[str]:
    log = tmp_path / "preview.events"
    steps = [{"urn": each["urn"], "op": "same", "new": each} for each in previewed]
    log.write_text("".join(json.dumps({"resourcePreEvent": {"metadata": step}}) + "\n" for step in steps))
    targets = [each["urn"] for each in (*state, *previewed) if "-mine-" in each["urn"]]
    order = DeployOrder(plugin="mine", targets=targets, outputs={}, shell_list=[])
    return [text for text in broken_rules(state, log, order) if rule in text]


def test_a_plugin_whole_in_itself_breaks_no_rule_whatever_others_do(tmp_path: Path) -> None:
    state = [deployment("mine"), budget("mine"), deployment("other")]
    assert judged(tmp_path, state, [deployment("mine"), budget("mine")]) == []


def test_what_the_preview_no_longer_has_is_missed(tmp_path: Path) -> None:
    state = [deployment("mine"), budget("mine"), deployment("other")]
    (told,) = judged(tmp_path, state, [deployment("mine")])
    assert "use1-mine-deployment" in told


def test_limits_that_the_gateway_has_no_rule_for_wait_for_the_whole_stack(tmp_path: Path) -> None:
    def told(*known: str) -> bool:
        headers = [{"name": "naap-limits", "type": "Exact", "value": name} for name in known]
        rules = [{"clientSelectors": [{"headers": headers}]}]
        gateway = resource(TRAFFIC, "gateway", rateLimit={"global": {"rules": rules}})
        route = resource(ROUTE, "mine", rules=[])
        route["inputs"]["metadata"]["annotations"] = {"gateway.envoyproxy.io/limits": "7-9"}
        state = [resource("aws:eks/cluster:Cluster", "one"), gateway, route]
        return any("7-9" in text for text in judged(tmp_path, state, [route], "stack-routes-limited"))

    assert told()
    assert told("7-8")
    assert not told("7-8", "7-9")


def test_a_value_that_the_preview_does_not_know_makes_it_undecided(tmp_path: Path) -> None:
    log = tmp_path / "preview.events"
    for value, undecided in (("known", False), ("04da6b54-80e4-46f7-96ec-b56ff0331ba9", True)):
        each = resource(BUDGET, "mine", maxUnavailable=value)
        step = {"urn": each["urn"], "op": "create", "new": each}
        log.write_text(json.dumps({"resourcePreEvent": {"metadata": step}}) + "\n")
        order = DeployOrder(plugin="mine", targets=[each["urn"]], outputs={}, shell_list=[])
        assert is_undecided(log, order) is undecided
