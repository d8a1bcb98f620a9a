"""What a stack holds stays, whatever the users: schemas on their shards, storage, and regions in production."""

import itertools
from dataclasses import replace

import pytest

from planning.inputs.problem import InvalidInputError
from planning.platform import PlatformPlan, plan_platform
from planning.prior_state import NOTHING, PriorShard, PriorState, parse_prior_state, prior_state_output
from tests.planning.samples import registry, settings, three_plugins

USERS = (1_000, 10_000, 50_000, 100_000)
PAIRS = [*itertools.permutations(USERS, 2), (100_000, 400_000), (400_000, 100_000)]


def plan(users: int, held: PriorState = NOTHING, *, production: bool = False, **stated: object) -> PlatformPlan:
    """Of three plugins, two on shard 0 and community on shard 1 where there are several."""
    return plan_platform(
        stack="dev",
        settings=settings(users, production=production, stated=stated),
        registry=three_plugins(),
        secret_names={},
        held=held,
    )


def refused(users: int, held: PriorState, *, production: bool = False, **stated: object) -> str:
    """Why there is no such plan."""
    with pytest.raises(InvalidInputError) as caught:
        plan(users, held, production=production, **stated)
    return str(caught.value)


@pytest.mark.parametrize(("before", "after"), PAIRS)
def test_no_schema_moves_or_goes_between_any_two_numbers_of_users(before: int, after: int) -> None:
    held = plan(before).held
    try:
        planned = plan(after, held)
    except InvalidInputError:
        planned = plan(after, held, shards=len(held.shards), storage_gib=max(one.asked_gib for one in held.shards))

    assert planned.held.schemas == held.schemas
    assert all(new.storage_gib >= old.asked_gib for new, old in zip(planned.shards, held.shards, strict=False))


def test_more_users_leave_every_schema_where_it_is() -> None:
    small = plan(10_000)
    assert small.held.schemas["community"] == 0

    assert plan(100_000, small.held).held.schemas["community"] == 0
    assert plan(100_000).held.schemas["community"] == 1


def test_a_schema_that_was_moved_is_used_where_it_is_pinned() -> None:
    moved = plan(100_000, plan(10_000).held, moved=("community",))

    assert moved.held.schemas["community"] == 1


def test_a_shard_with_schemas_is_kept_until_it_is_said_otherwise() -> None:
    held = plan(100_000).held
    said = refused(10_000, held)

    for part in ("database shard 1", "community", "pulumi config set naap:shards 2", "rule:"):
        assert part in said
    assert len(plan(10_000, held, shards=2, storage_gib=400).shards) == 2


def test_an_empty_shard_goes_with_the_users_but_not_in_production() -> None:
    empty = plan(100_000, plan(10_000).held).held
    assert len(empty.shards) == 4

    assert len(plan(10_000, empty, storage_gib=400).shards) == 1
    assert "is protected" in refused(10_000, empty, production=True, storage_gib=400)


def test_storage_that_would_shrink_is_refused_with_the_way_to_keep_it() -> None:
    held = plan(50_000).held
    said = refused(10_000, held)

    assert "100 GiB" in said
    assert "there are 400" in said
    assert "pulumi config set naap:storageGib 400" in said
    kept = plan(10_000, held, storage_gib=400).shards[0]
    assert (kept.storage_gib, kept.iops) == (400, 12_000)


def test_storage_that_grew_by_itself_is_no_shrinking_as_long_as_the_ceiling_is_above_it() -> None:
    def grown(gib: int) -> PriorState:
        return PriorState(shards=(PriorShard(shard=0, asked_gib=100, there_gib=gib, plugins=("base-svc",)),))

    assert plan(10_000, grown(800)).shards[0].storage_gib == 100
    assert "pulumi config set naap:storageGib 3000" in refused(10_000, grown(3_000))
    assert plan(10_000, grown(3_000), storage_gib=3_000).shards[0].max_storage_gib == 3_780


def test_production_gives_no_region_up_for_fewer_users() -> None:
    held = plan(100_000, production=True).held

    assert "us-west-2 would go" in refused(50_000, held, production=True, shards=4)
    assert len(plan(50_000, held, shards=4).regions) == 1


def test_a_new_major_version_of_postgresql_is_refused_until_the_stack_allows_it() -> None:
    older = replace(plan(10_000).held, shards=(replace(plan(10_000).held.shards[0], postgres="16"),))
    said = refused(10_000, older)

    assert "runs PostgreSQL 16" in said
    assert "pulumi config set naap:allowMajorVersionUpgrade true" in said
    (shard,) = plan(10_000, older, allow_major_version_upgrade=True).shards
    assert shard.allow_major_upgrade


def test_a_run_that_did_not_say_its_version_of_postgresql_refuses_nothing() -> None:
    unsaid = replace(plan(10_000).held, shards=(replace(plan(10_000).held.shards[0], postgres=None),))
    assert not plan(10_000, unsaid).shards[0].allow_major_upgrade


def test_what_is_let_go_by_name_may_go() -> None:
    held = plan(100_000, production=True).held

    let_go = ("shard-1", "shard-2", "shard-3", "us-west-2")
    assert len(plan(50_000, held, production=True, let_go=let_go).shards) == 1
    assert "shard 3 would go" in refused(50_000, held, production=True, let_go=let_go[:2])


def test_what_a_run_puts_out_is_what_the_next_one_reads() -> None:
    held = plan(100_000).held
    output = prior_state_output(held, {one.shard: float(one.there_gib) for one in held.shards})

    assert parse_prior_state(output) == held
    assert parse_prior_state(None) == NOTHING


def test_a_stack_that_holds_nothing_refuses_nothing() -> None:
    assert plan(1_000).registry == three_plugins() != registry()
