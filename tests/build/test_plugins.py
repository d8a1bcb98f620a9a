"""What a plugin adds to the whole program: its own resources, and a line of the shell's registry."""

from collections.abc import Callable

import pytest

from benchmarks.made_up import registry_text
from tests.build.conftest import Builder
from tests.build.environments import REGISTRY, SECRET_NAME, TIERS, build, configured, plan
from tests.components.recording import Recorded, of_type, one
from tests.components.wire import MASK

SMALLEST = TIERS[0]
FEW, MANY = 10, 40
ODD_ONE = f"""
  odd-one:
    version: 0.0.1-rc.7
    image: registry.example:5000/odd/one:0.0.1-rc.7@sha256:{"0" * 64}
    port: 65000
    apiPrefix: /api/v1/odd/one
    share: 0.001
    database: {{schema: plugin_odd, shard: 0}}
    cache: {{}}
    network: {{calls: [base-svc, my-wallet]}}
    secrets: [{SECRET_NAME}]
    frontend: {{bundle: odd-one.js, routes: [/odd]}}
"""
SHELL_REGISTRY = "frontend-registry"
LISTS = {SHELL_REGISTRY}
"""What names every plugin: for the shell."""

Make = Callable[[str], list[Recorded]]


@pytest.fixture(scope="module")
def make(tmp_path_factory: pytest.TempPathFactory) -> Make:
    """Everything of the smallest tier with a registry."""
    return lambda registry: build(plan(SMALLEST, tmp_path_factory.mktemp("registry"), registry)).records


@pytest.fixture(scope="module")
def with_one_more(make: Make) -> dict[str, Recorded]:
    """The real registry and one plugin more, by URN."""
    return {record.urn: record for record in make(REGISTRY + ODD_ONE)}


def test_resources_grow_linearly_with_plugins(make: Make) -> None:
    few, many = make(registry_text(FEW)), make(registry_text(MANY))
    each = len([record for record in few if _belongs(record, "plugin-0000")])

    assert each >= 12
    assert len(many) - len(few) == (MANY - FEW) * each


def test_a_plugin_more_changes_nothing_of_any_other(built: Builder, with_one_more: dict[str, Recorded]) -> None:
    before = {record.urn: record for record in built(SMALLEST).update.records}
    added = [with_one_more[urn] for urn in with_one_more.keys() - before.keys()]
    changed = [record.name for urn, record in before.items() if _differs(record, with_one_more[urn])]

    assert added
    assert [record.urn for record in added if not _belongs(record, "odd-one")] == []
    assert set(changed) == LISTS


def test_a_plugin_has_all_that_a_plugin_has(with_one_more: dict[str, Recorded]) -> None:
    own = [record for record in with_one_more.values() if _belongs(record, "odd-one")]
    kinds = {record.type.rsplit(":", 1)[-1] for record in own}

    assert kinds >= {
        "Plugin",
        "Namespace",
        "ServiceAccount",
        "ConfigMap",
        "Secret",
        "Deployment",
        "Service",
        "Job",
        "HorizontalPodAutoscaler",
        "PodDisruptionBudget",
        "NetworkPolicy",
        "HTTPRoute",
        "BucketObjectv2",
    }
    assert len(of_type(own, "naap:platform:Plugin")) == len(of_type(own, "naap:platform:PluginRoutes")) == 1


def test_stopping_it_takes_its_routes_away_and_touches_no_other(make: Make, with_one_more: dict[str, Recorded]) -> None:
    stopped = ODD_ONE + "    lifecycle: stopped\n    installs: {active: 0, counted: 2026-01-31}\n"
    after = {record.urn: record for record in make(REGISTRY + stopped)}
    routed = {each.inputs["metadata"]["namespace"] for each in after.values() if each.inputs.get("kind") == "HTTPRoute"}
    touched = _touched(with_one_more, after)

    assert "plugin-odd-one" not in routed
    assert {record.name for record in touched if not _belongs(record, "odd-one")} == LISTS
    assert "use1-stopped-odd-one-route" in {record.name for record in touched}


def test_another_name_is_another_plugin_and_touches_no_third(make: Make, with_one_more: dict[str, Recorded]) -> None:
    after = {record.urn: record for record in make(REGISTRY + ODD_ONE.replace("odd-one", "odd-two"))}
    left = {urn for urn in with_one_more if _belongs(with_one_more[urn], "odd-one")}

    assert not left & after.keys()
    touched = [each for each in _touched(with_one_more, after) if not _belongs(each, "odd-one")]
    assert {each.name for each in touched if not _belongs(each, "odd-two")} == LISTS


def test_its_secret_reaches_its_pod_and_is_shown_nowhere(with_one_more: dict[str, Recorded]) -> None:
    value = configured("odd-one", SECRET_NAME)
    holders = [record for record in with_one_more.values() if value in str(record.inputs)]

    assert [record.type for record in holders] == ["kubernetes:core/v1:Secret"]
    assert value not in str(holders[0].shown)
    assert MASK in str(holders[0].shown)


def test_the_shells_registry_lists_it(with_one_more: dict[str, Recorded]) -> None:
    document = one(list(with_one_more.values()), "aws:s3/bucketObjectv2:BucketObjectv2", SHELL_REGISTRY)

    assert '"name": "odd-one"' in document.inputs["content"]


def _belongs(record: Recorded, plugin: str) -> bool:
    """Whether its own name, or that of the component around it, has the plugin's name."""
    return plugin in record.name or plugin in record.parent.rpartition("::")[2]


def _touched(before: dict[str, Recorded], after: dict[str, Recorded]) -> list[Recorded]:
    """What comes, goes or changes."""
    kept = before.keys() & after.keys()
    moved = [record for found in (before, after) for urn, record in found.items() if urn not in kept]
    return moved + [after[urn] for urn in kept if _differs(before[urn], after[urn])]


def _differs(before: Recorded, after: Recorded) -> bool:
    return (before.inputs, before.protect, before.provider, set(before.dependencies)) != (
        after.inputs,
        after.protect,
        after.provider,
        set(after.dependencies),
    )


def test_a_plugin_waits_for_the_poolers_of_its_own_shard_and_no_others(built: Builder) -> None:
    top = built(TIERS[-1])
    deployments = of_type(top.update.records, "kubernetes:apps/v1:Deployment")
    waiting = {
        record.name: {urn.rpartition("::")[2] for urn in record.dependencies if "pooler" in urn}
        for record in deployments
        if "naap:platform:Plugin::" in record.parent
    }
    shards = {each.name: each.database.shard for each in top.plan.plugins if each.database}

    for code in ("use1", "usw2"):
        for name in (each.name for each in top.plan.plugins if each.serves):
            found = {each for each in waiting[f"{code}-{name}-deployment"] if each.endswith("-deployment")}
            assert found == ({f"{code}-pooler-{shards[name]}-deployment"} if name in shards else set()), name
