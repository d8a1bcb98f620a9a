"""Two plans compared."""

import itertools
from dataclasses import replace

import pytest

from analysis.change.compare import ORDER, Change, Risk, compare
from analysis.change.inventory import parts_of
from analysis.change.part import Kind
from planning.inputs.registry.lifecycle import Lifecycle
from planning.inputs.registry.registry_entry import Registry
from planning.platform import PlatformPlan, plan_platform
from planning.prior_state import as_held
from tests.planning.samples import altered, plugin, registry, settings, three_plugins
from tests.plugin_plans import entry, real_registry, registry_with, without

USERS = (1_000, 10_000, 50_000, 100_000, 400_000)


def plan(users: int, plugins: Registry | None = None) -> PlatformPlan:
    """In dev, with three plugins."""
    return plan_platform(stack="dev", settings=settings(users), registry=plugins or three_plugins(), secret_names={})


def grown(before: int, after: int) -> list[Change]:
    """What more or fewer users do, where what is held stays."""
    first = plan(before)
    second = plan_platform(
        stack="dev", settings=settings(after), registry=three_plugins(), secret_names={}, held=first.held
    )
    return list(compare(first, second))


def test_nothing_differs_from_itself() -> None:
    assert compare(plan(50_000), plan(50_000)) == ()


@pytest.mark.parametrize("users", USERS)
def test_every_part_has_a_name_of_its_own(users: int) -> None:
    keys = [part.key for part in parts_of(plan(users))]
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize(("before", "after"), list(itertools.pairwise(USERS)))
def test_more_users_neither_replace_remove_nor_shrink_anything(before: int, after: int) -> None:
    found = grown(before, after)

    assert found
    assert not [change for change in found if change.risk in (Risk.REPLACED, Risk.REMOVED, Risk.SHRUNK)]


def test_the_worst_comes_first_and_data_before_all_else() -> None:
    found = compare(plan(100_000), plan(1_000))

    assert [ORDER[change.risk] for change in found] == sorted(ORDER[change.risk] for change in found)
    assert (found[0].risk, found[0].kind) == (Risk.REPLACED, Kind.SCHEMA)
    first_restart = next(change for change in found if change.risk is Risk.RESTARTED)
    assert first_restart.kind is Kind.DATABASE


def test_another_database_class_is_a_restart_and_its_storage_grows_along() -> None:
    (database,) = [change for change in grown(1_000, 10_000) if change.kind is Kind.DATABASE]

    assert database.risk is Risk.RESTARTED
    assert "fails over" in database.effect
    assert {"class", "standby", "storage GiB"} <= {trait.name for trait in database.traits}


def test_a_new_major_version_of_postgresql_stops_a_database_and_says_so() -> None:
    after = plan(100_000)
    older = replace(after.held, shards=tuple(replace(shard, postgres="16") for shard in after.held.shards))
    found = compare(replace(after, shards=as_held(after.shards, older)), after)

    assert {(change.risk, change.kind) for change in found} == {
        (Risk.RESTARTED, Kind.DATABASE),
        (Risk.RESTARTED, Kind.REPLICA),
    }
    assert all(trait.name == "PostgreSQL" and trait.before == "16" for change in found for trait in change.traits)
    assert all("a snapshot" in change.effect for change in found if change.kind is Kind.DATABASE)


def test_more_users_within_the_top_tier_grow_and_restart_only_the_database_that_needs_a_larger_class() -> None:
    assert {change.risk for change in grown(100_000, 200_000)} == {Risk.GROWN}
    found = grown(100_000, 400_000)
    assert {change.risk for change in found} == {Risk.GROWN, Risk.RESTARTED}
    restarted = {change.name for change in found if change.risk is Risk.RESTARTED}
    assert restarted
    assert all(name.startswith("shard 0") for name in restarted)


def test_a_new_plugin_is_all_that_a_new_entry_adds() -> None:
    more = registry(*three_plugins().plugins, plugin("odd-one"))
    found = compare(plan(10_000), plan(10_000, more))

    assert [(change.risk, change.kind, change.name) for change in found] == [(Risk.ADDED, Kind.PLUGIN, "odd-one")]


def _odd_one(step: Lifecycle) -> PlatformPlan:
    return plan(10_000, registry(*three_plugins().plugins, plugin("odd-one", lifecycle=step)))


def test_a_plugin_that_stops_is_said_to_stop_and_one_that_starts_again_restarts_nothing() -> None:
    (stopped,) = compare(_odd_one(Lifecycle.DRAINING), _odd_one(Lifecycle.STOPPED))
    (started,) = compare(_odd_one(Lifecycle.STOPPED), _odd_one(Lifecycle.ACTIVE))

    assert (stopped.risk, [trait.name for trait in stopped.traits]) == (Risk.STOPPED, ["lifecycle"])
    assert "410" in stopped.effect
    assert started.risk is Risk.CHANGED
    assert {"lifecycle", "prefix", "pods at least"} <= {trait.name for trait in started.traits}


def test_a_plugin_that_is_gone_is_removed_with_its_schema_first() -> None:
    fewer = registry(*three_plugins().plugins[:2])
    found = compare(plan(10_000), plan(10_000, fewer))

    assert [(change.risk, change.kind) for change in found] == [
        (Risk.REMOVED, Kind.SCHEMA),
        (Risk.REMOVED, Kind.PLUGIN),
    ]


def test_what_pages_may_do_after_an_entry_changed_is_told() -> None:
    community = entry("community")
    assert community.frontend
    asking = altered(community, frontend=altered(community.frontend, connect=("api.example.com",)))
    (change,) = compare(plan(10_000, real_registry()), plan(10_000, registry_with(asking)))
    assert change.kind is Kind.CDN
    assert "https://api.example.com" in str(change)


def test_a_site_of_files_that_becomes_a_server_is_told() -> None:
    (cdn,) = [
        change
        for change in compare(plan(10_000, without("web-next")), plan(10_000, real_registry()))
        if change.kind is Kind.CDN
    ]
    assert "a server's" in str(cdn)
