"""What environments cost, from the real registry and from others."""

import functools
import json
import math
import time
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from analysis.cost.estimate import cost_of
from analysis.cost.load import region_load, request_parts
from benchmarks.made_up import registry_text
from planning.inputs.assumptions import Assumptions
from planning.inputs.settings_reader import parse_settings
from planning.inputs.tiers import TIERS, tier_for
from planning.platform import PlatformPlan, plan_platform
from plugins.registry.parse import parse_registry
from stack.configuration import load_stack_config
from tests.analysis.cost.estimates import ROOT, cost, plan, with_config

TIER_USERS = [1_000, 10_000, 50_000, 100_000]
STEPS = [1, 10, 500, 1_000, 1_001, 5_000, 10_000, 10_001, 30_000, 50_000, 50_001, 80_000, 100_000, 150_000, 250_000]


@functools.cache
def made_up(plugins: int) -> PlatformPlan:
    registry = parse_registry(registry_text(plugins), file="made up", folder=ROOT, production=False)
    config = load_stack_config(ROOT, "prod") | {"users": 50_000}
    return plan_platform(stack="prod", settings=parse_settings(config, "prod"), registry=registry, secret_names={})


@pytest.mark.parametrize("users", STEPS)
def test_components_regions_and_plugins_with_what_is_shared_sum_to_the_same(users: int) -> None:
    found = cost(users)
    for parts in (found.components.values(), found.regions.values()):
        assert math.isclose(sum(parts), found.usd)
    assert math.isclose(sum(plugin.usd for plugin in found.plugins) + found.shared, found.usd)
    assert 0 < found.shared < found.usd


@pytest.mark.parametrize("users", TIER_USERS)
def test_a_plugins_share_is_of_what_it_uses_only(users: int) -> None:
    planned = {plugin.name: plugin for plugin in plan(users).plugins}
    for found in cost(users).plugins:
        plugin = planned[found.plugin]
        assert (found.nodes > 0) is (found.traffic > 0) is plugin.serves, found.plugin
        assert (found.database > 0) is (plugin.database is not None), found.plugin
        assert (found.cache > 0) is (plugin.spec.cache is not None), found.plugin


def test_more_users_never_cost_less_in_all_or_in_any_component() -> None:
    for low, high in pairwise(STEPS):
        before, after = cost(low), cost(high)
        assert after.usd > before.usd, (low, high)
        less = [name for name, usd in before.components.items() if after.components[name] < usd]
        assert not less, (low, high)


@pytest.mark.parametrize("users", TIER_USERS)
def test_the_tiers_own_figure_is_right_to_a_quarter(users: int) -> None:
    assert cost(users).usd == pytest.approx(tier_for(users).approx_usd_month, rel=0.25)


def test_the_second_region_is_on_the_bill_from_the_tier_that_has_one() -> None:
    assert [list(cost(users).regions) for users in (50_000, 100_000)] == [
        ["us-east-1", "global"],
        ["us-east-1", "us-west-2", "global"],
    ]
    regions = cost(100_000).regions
    assert regions["us-east-1"] > regions["us-west-2"] > 0.3 * regions["us-east-1"]


def test_what_is_seen_costs_more_with_every_tier() -> None:
    found = [cost(users) for users in TIER_USERS]
    seen = [{line.what for line in each.lines if line.component == "observability"} for each in found]
    assert all(low < high or low <= high for low, high in pairwise(seen))
    assert "traces" not in seen[0]
    assert "traces" in seen[1]
    assert "metrics, taken in" not in seen[1]
    assert "metrics, taken in" in seen[2]


def test_requests_of_health_checks_and_reads_of_the_active_region_are_paid_for_as_there_are_regions() -> None:
    def quantity(users: int, what: str) -> float:
        return sum(line.quantity for line in cost(users).lines if (line.component, line.what) == ("CDN", what))

    asked = [users * (ASSUMED.requests_per_user + ASSUMED.asset_requests_per_user) / 1e6 for users in (50_000, 100_000)]
    one, two = quantity(50_000, "requests") - asked[0], quantity(100_000, "requests") - asked[1]
    assert (one, two) == pytest.approx((16 * 730 * 120 / 1e6, 2 * 16 * 730 * 120 / 1e6))
    reads = (quantity(50_000, "reads of the active region"), quantity(100_000, "reads of the active region"))
    assert reads == (0, 100_000 * ASSUMED.requests_per_user / 1e6)


def test_another_region_costs_by_its_factor() -> None:
    config = {"regions": ["eu-central-1"], "users": 1_000, "monthlyBudgetUsd": None}
    here, there = cost(1_000), cost_of(with_config(**config))
    assert there.regions["eu-central-1"] == pytest.approx(here.regions["us-east-1"] * 1.10)
    assert there.regions["global"] == pytest.approx(here.regions["global"])


ASSUMED = Assumptions()
FIELDS = {field.alias or name: field for name, field in Assumptions.model_fields.items()}
FREE = {"peakFactor", "cpuMsPerRequest", "databaseCpuMPerPod"}
"""The peak is of capacity; a few ms more of CPU cost nothing where the minimum of pods has room; a database's class is
the plan's."""
INVERSE = {"assetHitPercent", "uploadMonths", "nodeFillPercent"}


@pytest.mark.parametrize("name", sorted(FIELDS.keys() - FREE))
def test_every_assumption_moves_the_bill(name: str) -> None:
    stated = Assumptions().model_dump(by_alias=True)
    changed = stated[name] * (0.5 if name in INVERSE else 2) or 100
    more = cost_of(plan(100_000), Assumptions.model_validate(stated | {name: changed}))
    assert more.usd > cost(100_000).usd


def test_requests_that_need_more_cpu_need_more_pods_and_nodes() -> None:
    heavy = Assumptions(cpu_ms_per_request=2_000)
    assert cost_of(plan(50_000), heavy).components["nodes"] > cost(50_000).components["nodes"]


@given(share=st.floats(0.01, 1), busy=st.floats(0, 1e5), users=st.sampled_from(TIER_USERS))
@hypothesis_settings(max_examples=30, deadline=None)
def test_pods_of_an_average_hour_stay_within_the_plan(share: float, busy: float, users: int) -> None:
    planned = plan(users)
    parts = {name: part * share for name, part in request_parts(planned.plugins).items()}
    for region in planned.regions:
        load = region_load(
            region,
            tier=planned.tier,
            users=users,
            assumptions=Assumptions(requests_per_user=busy),
            parts=parts,
        )
        assert 1 <= load.nodes <= region.cluster.node_pool.nodes
        for plugin in region.plugins:
            crons = len(plugin.backend.workloads[1:]) if plugin.backend else 0
            low, high = (plugin.pods.min, plugin.pods.max) if plugin.pods else (0, 0)
            assert low + crons <= load.pods[plugin.name] <= high + crons


def test_plans_that_nobody_has_seen_are_estimated_too() -> None:
    registry: dict[str, Any] = json.loads(registry_text(3))
    del registry["plugins"]["plugin-0002"]["database"], registry["plugins"]["plugin-0001"]["frontend"]
    registry["plugins"]["plugin-0000"] |= {"cache": {}, "share": 0.5}
    registry["plugins"]["plugin-0001"] |= {"scaling": {"singleton": True}}
    parsed = parse_registry(json.dumps(registry), file="unseen", folder=ROOT, production=False)
    for users in TIER_USERS:
        config = load_stack_config(ROOT, "prod") | {"users": users}
        found = cost_of(
            plan_platform(stack="unseen", settings=parse_settings(config, "unseen"), registry=parsed, secret_names={})
        )
        of = {plugin.plugin: plugin for plugin in found.plugins}
        assert of["plugin-0000"].cache > 0
        assert of["plugin-0002"].database == 0
        assert of["base-svc"].traffic > of["plugin-0000"].traffic > of["plugin-0001"].traffic


def test_a_thousand_plugins_are_estimated_within_a_quarter_second() -> None:
    planned = made_up(1_000)
    begin = time.process_time()
    found = cost_of(planned)
    assert time.process_time() - begin < 0.25
    assert len(found.plugins) == 1_001


def test_the_largest_tier_is_the_last_one() -> None:
    assert TIERS[-1].name.value == cost(250_000).tier
