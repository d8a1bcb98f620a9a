"""A canary of one plugin in the whole program: what it brings, and what it leaves alone."""

import re

import pytest
import yaml

from analysis.change.compare import compare
from policies.rule import Stack
from tests.build.conftest import Builder, Built
from tests.build.environments import REGISTRY, TIERS, build, plan
from tests.build.judged import judge_for, resource_of
from tests.build.test_changes import touched
from tests.stateful import DATA, GROUND
from tests.touched import engine_says, plan_says

NAME, ENVIRONMENT = "my-wallet", TIERS[2]
IMAGE = "ghcr.io/livepeer/naap-my-wallet:9.9.9@sha256:" + "9" * 64
BROUGHT = {"autoscaler-canary", "deployment-canary", "disruption-canary", "from-gateway-canary", "service-canary"}


@pytest.fixture(scope="module")
def tried(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The environment, with a canary of the plugin."""
    entries = yaml.safe_load(REGISTRY)
    entries["plugins"][NAME]["canary"] = {"image": IMAGE, "weight": 5, "sticky": True}
    planned = plan(ENVIRONMENT, tmp_path_factory.mktemp("registry"), yaml.safe_dump(entries, sort_keys=False))
    update = build(planned)
    return Built(plan=planned, preview=update, update=update, derived=frozenset())


def test_a_canary_brings_its_own_objects_and_changes_none_of_another_plugin(built: Builder, tried: Built) -> None:
    before = built(ENVIRONMENT)
    steps = touched(before, tried)
    made = {step.urn.rpartition("::")[2] for step in steps if step.operation == "create"}

    assert made == {f"use1-{NAME}-{name}" for name in BROUGHT}
    assert not [step for step in steps if step.operation == "delete"]
    others = [step.urn for step in steps if not re.search(rf"use1-{NAME}-|{NAME.replace('-', '_')}", step.urn)]
    assert not others
    assert not [step.urn for step in steps if any(f"{kind}::" in step.urn for kind in (*DATA, *GROUND))]


def test_the_plan_says_what_a_canary_changes(built: Builder, tried: Built) -> None:
    before = built(ENVIRONMENT)
    plugins = {plugin.name for plugin in before.plan.plugins}

    engine = engine_says(touched(before, tried), plugins)
    assert engine == plan_says(compare(before.plan, tried.plan))
    (deployment,) = (r for r in tried.update.records if r.name == f"use1-{NAME}-deployment-canary")
    (container,) = deployment.inputs["spec"]["template"]["spec"]["containers"]
    assert container["image"] == IMAGE


def test_the_policy_pack_finds_nothing_wrong_with_a_canary(tried: Built) -> None:
    judge = judge_for(tried)
    resources = [resource_of(record) for record in tried.update.records]

    found = [finding.message for resource in resources for finding in judge.on_resource(resource)]
    assert found + [finding.message for finding in judge.on_stack(Stack(resources))] == []
