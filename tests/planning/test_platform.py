"""The plan of a whole environment, from the real registry and the real stack files."""

from pathlib import Path

import pytest

from console.text import to_plain
from planning.inputs.problem import InvalidInputError
from planning.inputs.tiers import TIERS
from planning.platform import PlatformPlan
from stack.configuration import load_stack_config
from stack.plan import load_plan, plan_of

ROOT = Path(__file__).resolve().parent.parent.parent
USERS = [1_000, 10_000, 50_000, 100_000]


def _plan(users: int, stack: str = "dev") -> PlatformPlan:
    return load_plan(stack, ROOT, users=users)


@pytest.mark.parametrize("users", USERS)
@pytest.mark.parametrize("stack", ["dev", "prod"])
def test_every_tier_plans_for_every_environment(stack: str, users: int) -> None:
    plan = _plan(users, stack)
    assert len(plan.regions) == plan.tier.regions
    assert [plugin.name for plugin in plan.plugins] == [spec.name for spec in plan.registry.plugins]


def test_prod_is_the_top_tier_in_two_regions() -> None:
    plan = load_plan("prod", ROOT)
    assert plan.tier is TIERS[-1]
    assert [region.home for region in plan.regions] == [True, False]
    assert plan.regions[0].cluster.name != plan.regions[1].cluster.name


def test_the_second_region_waits_at_the_floor_and_can_take_the_whole_load() -> None:
    home, second = load_plan("prod", ROOT).regions
    for at_home, away in zip(home.plugins, second.plugins, strict=True):
        if at_home.pods and away.pods and at_home.pods.max > 1:
            assert away.pods.min == TIERS[-1].floor
            assert away.pods.max == at_home.pods.max


def test_planning_twice_gives_the_same_plan() -> None:
    assert to_plain(_plan(60_000)) == to_plain(_plan(60_000))


def test_problems_of_settings_and_registry_are_said_together(tmp_path: Path) -> None:
    (tmp_path / "registry.yaml").write_text("plugins:\n  Bad_Name: {version: 1.0.0}\n")
    config = load_stack_config(ROOT, "dev") | {"users": "none", "registry": "registry.yaml"}
    with pytest.raises(InvalidInputError) as caught:
        plan_of("dev", tmp_path, config, {})
    assert {problem.file for problem in caught.value.problems} >= {"Pulumi.dev.yaml"}
    assert any("Bad_Name" in problem.entry for problem in caught.value.problems)


@pytest.mark.parametrize("production", [True, "true", "True", "yes", "1"])
def test_production_however_it_is_spelled_demands_digests(tmp_path: Path, production: object) -> None:
    entry = "{version: 1.0.0, image: 'registry.example/one:1.0.0', port: 4001, apiPrefix: /api/v1/one}"
    (tmp_path / "registry.yaml").write_text(f"plugins:\n  one: {entry}\n")
    config = load_stack_config(ROOT, "prod") | {"registry": "registry.yaml", "production": production}
    with pytest.raises(InvalidInputError, match="digest"):
        plan_of("prod", tmp_path, config, {})


def test_a_tier_that_needs_more_regions_than_are_named_is_refused_with_the_way_out() -> None:
    config = load_stack_config(ROOT, "dev") | {"users": 100_000, "regions": ["us-east-1"]}
    with pytest.raises(InvalidInputError, match="runs in 2 regions"):
        plan_of("dev", ROOT, config, {})


@pytest.mark.parametrize("stack", ["Dev", "a" * 21, "my_stack", ""])
def test_a_stack_name_that_aws_could_not_take_is_refused(stack: str) -> None:
    with pytest.raises(InvalidInputError, match="names that AWS limits"):
        plan_of(stack, ROOT, load_stack_config(ROOT, "dev"), {})


@pytest.mark.parametrize("users", [500_000, 1_000_000])
def test_poolers_and_instances_grow_with_what_lies_on_a_shard_and_the_others_stay(users: int) -> None:
    full, *others = _plan(users).shards
    assert full.pooler_pods > TIERS[-1].pooler_pods
    assert full.memory_gib > TIERS[-1].database.memory_gib
    assert min(shard.memory_gib for shard in others) == TIERS[-1].database.memory_gib
    assert {shard.pooler_pods for shard in others} <= {3, 6}


def test_what_is_wrong_with_one_route_hides_nothing_of_another(tmp_path: Path) -> None:
    text = (ROOT / "plugins" / "registry.yaml").read_text()
    public = [f"/p{number}" for number in range(17)]
    for prefix in ("community", "developer"):
        text = text.replace(
            f"apiPrefix: /api/v1/{prefix}\n",
            f"apiPrefix: /api/v1/{prefix}\n    rewritePrefix: /\n    auth: {{public: [{', '.join(public)}]}}\n",
        )
    (tmp_path / "registry.yaml").write_text(text)
    config = load_stack_config(ROOT, "dev") | {"registry": "registry.yaml"}
    with pytest.raises(InvalidInputError) as caught:
        plan_of("dev", tmp_path, config, {})
    assert {problem.entry for problem in caught.value.problems} == {"community", "developer-api"}
