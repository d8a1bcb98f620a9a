"""Caches of a region and who uses them."""

import pytest

from planning.data.caches import MAX_USERS, CacheRole, CachesPlan, plan_caches
from planning.inputs.problem import InvalidInputError
from planning.inputs.registry.data_sections import Cache
from planning.inputs.registry.lifecycle import Lifecycle
from planning.inputs.registry.registry_entry import PluginSpec
from planning.inputs.tiers import TIERS, Tier, tier_for
from planning.shared.naming import MAX_PLUGIN_NAME, MAX_STACK_NAME
from tests.planning.samples import plugin, registry, settings


def _plan(users: int, *plugins: PluginSpec, stack: str = "dev") -> CachesPlan:
    tier = tier_for(users)
    return plan_caches(
        stack=stack, region="ap-southeast-1", settings=settings(users), tier=tier, registry=registry(*plugins)
    )


def test_in_the_smallest_tier_the_limiter_shares_the_node_and_from_the_next_on_it_has_its_own() -> None:
    assert _plan(1_000).limits is None
    assert _plan(1_000).limiter.role is CacheRole.APP
    for users in (10_000, 50_000, 100_000):
        plan = _plan(users)
        assert plan.limits
        assert plan.limits.available
        assert plan.limiter.role is CacheRole.LIMITS


def test_a_plugin_whose_client_follows_no_cluster_is_never_in_one() -> None:
    plan = _plan(50_000, plugin("plain", cache=Cache()), plugin("feeds", cache=Cache(cluster_mode=True)))
    assert {user.name: user.role for user in plan.users} == {"plain": CacheRole.APP, "feeds": CacheRole.CLUSTER}


def test_where_the_tier_has_no_cluster_a_client_that_could_follow_one_uses_the_plain_cache() -> None:
    plan = _plan(10_000, plugin("feeds", cache=Cache(cluster_mode=True)))
    assert plan.cluster is None
    assert plan.users[0].role is CacheRole.APP


@pytest.mark.parametrize("tier", TIERS, ids=lambda tier: tier.name.value)
def test_no_name_holds_a_size(tier: Tier) -> None:
    assert _plan(tier.max_users or 100_000).app.identifier == "naap-dev-apse1-app"


def test_names_are_within_the_limits_of_elasticache_for_the_longest_stack_and_plugin() -> None:
    plan = _plan(50_000, plugin("p" * MAX_PLUGIN_NAME, cache=Cache(cluster_mode=True)), stack="s" * MAX_STACK_NAME)
    names = [cache.identifier for cache in plan.caches] + [user.user_id for user in (*plan.users, plan.limiter)]
    assert all(len(name) <= 40 and "--" not in name and not name.endswith("-") for name in names)
    assert len(set(names)) == len(names)


def test_the_hundred_and_first_user_of_a_group_is_a_problem() -> None:
    room = MAX_USERS - 2  # `default` and, in the smallest tier, the limiter
    fitting = [plugin(f"p{number}", cache=Cache()) for number in range(room)]
    assert len(_plan(1_000, *fitting).users) == room
    with pytest.raises(InvalidInputError, match="1 too many"):
        _plan(1_000, *fitting, plugin("last", cache=Cache()))


@pytest.mark.parametrize("name", ["default", "ratelimit"])
def test_users_of_the_platforms_own_are_no_plugins_names(name: str) -> None:
    with pytest.raises(InvalidInputError, match="platform's own"):
        _plan(1_000, plugin(name, cache=Cache()))


def test_an_archived_plugin_has_no_user() -> None:
    assert not _plan(1_000, plugin("gone", cache=Cache(), lifecycle=Lifecycle.ARCHIVED)).users
