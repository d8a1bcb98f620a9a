"""What numbers of users need, up to ten million."""

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from analysis.capacity.demand import shard_connections, shard_sizes
from analysis.capacity.limits import Capacity, Question
from analysis.capacity.service_quotas import quotas
from planning.database.shard import ShardPlan
from planning.database.shard_size import classes
from planning.inputs.assumptions import Assumptions
from planning.inputs.problem import InvalidInputError
from planning.inputs.tiers import TIERS, tier_for
from plugins.registry.parse import load_registry
from stack.plan import load_plan

ROOT = Path(__file__).resolve().parents[3]
REGISTRY = load_registry(ROOT / "plugins" / "registry.yaml", production=True)
QUESTION = Question(registry=REGISTRY, regions=("us-east-1", "us-west-2"), assumptions=Assumptions())
STEPS = [1_000, 10_000, 50_000, 100_000, 500_000, 1_000_000, 10_000_000]


@pytest.fixture(scope="module")
def found() -> dict[int, Capacity]:
    return {users: QUESTION.capacity(users) for users in STEPS}


def test_more_users_never_need_less_of_anything(found: dict[int, Capacity]) -> None:
    for low, high in pairwise(found.values()):
        for name in ("nodes", "vcpu", "shards", "database_instances", "cache_gib", "addresses"):
            assert getattr(low, name) <= getattr(high, name), (name, low.users, high.users)
        after = {part.name: part for part in high.components}
        for part in low.components:
            assert part.requests < after[part.name].requests or part.requests == 0
            assert part.pods.max <= after[part.name].pods.max
            assert part.vcpu <= after[part.name].vcpu


def _vcpu(shard: ShardPlan) -> int:
    known = [one for tier in TIERS for one in classes(tier)]
    return next(one.vcpu for one in known if one.name == shard.instance_class)


@pytest.mark.parametrize("users", [1_000, 10_000, 50_000, 100_000, 500_000, 1_000_000])
def test_it_says_what_the_plan_says(users: int, found: dict[int, Capacity]) -> None:
    plan, capacity = load_plan("prod", ROOT, users=users), found[users]
    home, parts = plan.home, {part.name: part for part in capacity.components}
    assert capacity.nodes == home.cluster.node_pool.nodes
    assert capacity.shards == len(plan.shards)
    assert capacity.database_instances == sum(1 + len(shard.replicas) for shard in plan.shards)
    assert capacity.database_vcpu == sum((1 + len(shard.replicas)) * _vcpu(shard) for shard in plan.shards)
    assert parts["gateway proxies"].pods == home.gateway.pods
    assert parts["rate limiter"].pods == home.gateway.limiter_pods
    assert parts["rate limiter"].vcpu == home.gateway.limiter_pods.max * home.gateway.limiter.cpu_m / 1000
    assert parts["poolers"].pods.max == sum(pooler.replicas for pooler in home.poolers)
    for plugin in plan.plugins:
        if plugin.backend:
            assert parts[plugin.name].pods.max == sum(workload.pods.max for workload in plugin.backend.workloads)
    servers = {shard.shard: 25 for shard in plan.shards}
    for plugin in plan.plugins:
        if plugin.database:
            pools = [plugin.database.pool] + ([] if plan.tier.database.replicas else [plugin.database.reader_pool])
            poolers = plan.shards[plugin.database.shard].pooler_pods * len(plan.regions)
            servers[plugin.database.shard] += poolers * sum(pool.total for pool in pools)
    sizes = shard_sizes(REGISTRY, users, Assumptions())
    counted = {shard: pair[1] for shard, pair in shard_connections(REGISTRY, plan.tier, users, sizes).items()}
    assert counted == {shard: servers[shard] for shard in counted}


def test_at_the_peak_a_thousand_users_make_about_twenty_requests_a_second(found: dict[int, Capacity]) -> None:
    gateway = next(part for part in found[1_000].components if part.name == "gateway proxies")
    assert gateway.requests == pytest.approx(20, rel=0.1)


@pytest.mark.parametrize("users", STEPS[:-1])
def test_the_next_limit_is_passed_at_that_number_of_users_and_not_before(
    users: int, found: dict[int, Capacity]
) -> None:
    following = found[users].next
    assert following is not None
    assert following.users > users

    def passed(number: int) -> set[str]:
        return {limit.name for limit in QUESTION.limits(number) if limit.passed}

    assert following.limit.name in passed(following.users) - passed(users)
    assert following.limit.name not in passed(following.users - 1)


def test_connections_are_within_their_limits_up_to_ten_million(found: dict[int, Capacity]) -> None:
    for users in STEPS:
        limits = {limit.name: limit for limit in found[users].limits}
        for name in ("poolers: clients of the fullest shard", "database: connections of the fullest shard"):
            assert not limits[name].passed, users


def test_what_the_largest_class_of_database_holds_is_passed_where_the_plan_is_refused(
    found: dict[int, Capacity],
) -> None:
    passed = {users: {limit.name for limit in found[users].limits if limit.passed} for users in STEPS}
    name = "database: vCPU of the fullest shard"
    assert [users for users in STEPS if name in passed[users]] == [10_000_000]
    with pytest.raises(InvalidInputError, match=r"ends at about 2,500,000 users"):
        load_plan("prod", ROOT, users=10_000_000)
    load_plan("prod", ROOT, users=2_500_000)


def test_pods_that_cannot_serve_the_peak_are_named(found: dict[int, Capacity]) -> None:
    """A singleton stays at one pod however many users there are."""
    singles = [plugin for plugin in REGISTRY.plugins if plugin.backend and plugin.backend.scaling.singleton]
    assert singles
    passed = {limit.name for limit in found[1_000_000].limits if limit.passed}
    assert {f"{plugin.name}: requests/s of its most pods" for plugin in singles} <= passed


def test_every_limit_has_a_default_and_a_source(found: dict[int, Capacity]) -> None:
    for limit in found[10_000_000].limits:
        assert limit.default > 0
        assert limit.source.startswith(("docs.aws.amazon.com/", "kubernetes.io", "gateway.envoyproxy.io", "planning/"))


def test_heavier_requests_bring_the_next_limit_nearer() -> None:
    heavy = replace(QUESTION, assumptions=Assumptions(cpu_ms_per_request=100))
    light, near = QUESTION.next_limit(60_000), heavy.next_limit(60_000)
    assert light
    assert near
    assert near.users < light.users
    assert near.limit.name.endswith("requests/s of its most pods")


def test_a_million_users_pass_what_the_quotas_of_aws_alone_say_and_more(found: dict[int, Capacity]) -> None:
    alone = {
        quota.name for quota in quotas(registry=REGISTRY, users=1_000_000, regions=QUESTION.regions) if quota.passed
    }
    assert alone <= {limit.name for limit in found[1_000_000].limits if limit.passed}
    assert "EC2: vCPUs, on-demand standard instances" in alone
    assert tier_for(1_000_000).name.value == found[1_000_000].tier


def test_shards_that_hold_data_stay_when_users_go_down() -> None:
    held = replace(QUESTION, least_shards=3).capacity(1_000)
    assert (held.shards, held.database_instances) == (3, 3)
