"""What a plan makes of schemas that move, go and come back."""

import pytest

from planning.database.archive import plan_archives, restore_problems
from planning.database.plugin_database import PluginDatabasePlan, plan_databases
from planning.inputs.problem import InvalidInputError
from planning.inputs.registry.data_sections import Database, Grant
from planning.inputs.registry.lifecycle import Lifecycle
from planning.inputs.registry.registry_entry import PluginSpec
from planning.inputs.tiers import tier_for
from tests.planning.samples import plugin, registry, settings, shards_of

DIGITS = "0" * 64


def _plan(
    *plugins: PluginSpec, users: int = 100_000, present: dict[str, int] | None = None
) -> dict[str, PluginDatabasePlan]:
    tier, stated = tier_for(users), settings(users)
    shards = shards_of(stated)
    regions = stated.regions[: tier.regions]
    found = registry(*plugins)
    return dict(plan_databases(registry=found, tier=tier, users=users, shards=shards, regions=regions, present=present))


def test_a_schema_that_moves_is_on_two_shards_and_serves_from_one() -> None:
    following = _plan(plugin("a", database=Database(schema_name="a", shard=0, move_to=2)))["a"]
    assert (following.shard, following.shards) == (0, (0, 2))
    moved = _plan(plugin("a", database=Database(schema_name="a", shard=2, moved_from=0)))["a"]
    assert (moved.shard, moved.shards) == (2, (0, 2))
    assert moved.pooler_host.startswith("pooler-2.")


def test_a_schema_stays_where_it_is_until_its_entry_says_that_it_has_moved() -> None:
    for database, shard in (
        (Database(schema_name="a", shard=2), 0),
        (Database(schema_name="a", shard=2, moved_from=0), 2),
    ):
        assert _plan(plugin("a", database=database), present={"a": 0})["a"].shard == shard


def test_where_there_is_one_shard_nothing_moves() -> None:
    plan = _plan(plugin("a", database=Database(schema_name="a", shard=0, move_to=2)), users=1_000)["a"]
    assert plan.move is None


def test_a_schema_that_moves_counts_on_the_shard_that_it_goes_to() -> None:
    full = [
        plugin(f"p{number}", database=Database(schema_name=f"s{number}", shard=1, pool_size=50)) for number in range(3)
    ]
    assert _plan(*full)
    with pytest.raises(InvalidInputError, match="database shard 1 · connection budget"):
        _plan(*full, plugin("a", database=Database(schema_name="a", shard=0, move_to=1, pool_size=50)))


def test_a_schema_that_is_tied_to_another_does_not_move_and_neither_does_the_other() -> None:
    grant = Grant(schema_name="b", table="T", privileges=("SELECT",))
    tied = Database(schema_name="a", shard=0, grants=(grant,))
    with pytest.raises(InvalidInputError) as raised:
        _plan(
            plugin("a", database=tied.model_copy(update={"move_to": 1})),
            plugin("b", database=Database(schema_name="b", shard=0, move_to=9)),
        )
    text = str(raised.value)
    assert "a · database.moveTo: 1\n    rule: a schema moves alone" in text
    assert "b · database.moveTo: 9\n    rule: this environment has the database shards 0 to 3" in text


def test_an_archive_is_of_the_plugins_roles_on_its_own_shard() -> None:
    gone = plugin("gone-by", database=Database(schema_name="gone", shard=3), lifecycle=Lifecycle.ARCHIVED)
    plans = plan_archives(registry=registry(gone, plugin("a", database=Database(schema_name="a"))), shards=4)
    assert set(plans) == {"gone-by"}
    plan = plans["gone-by"]
    assert (plan.shard, plan.owner_role) == (3, "gone_by_owner")
    assert set(plan.logins) == {f"gone_by_{end}" for end in ("owner", "app", "app_b", "ro", "ro_b")}


@pytest.mark.parametrize(
    ("key", "right"),
    [
        (f"archives/a/s-{DIGITS}.dump", True),
        (f"archives/b/s-{DIGITS}.dump", False),
        (f"archives/a/t-{DIGITS}.dump", False),
    ],
)
def test_a_plugin_is_restored_from_an_archive_of_its_own_only(key: str, *, right: bool) -> None:
    found = restore_problems(registry(plugin("a", database=Database(schema_name="s", restore=key))))
    assert (not found) == right
