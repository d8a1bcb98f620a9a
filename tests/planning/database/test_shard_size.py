"""How large a shard is: by what lies on it."""

import itertools

import pytest

from planning.database.connection_budget import client_capacity
from planning.database.shard_size import ShardSize, cpu_problems, size_shards
from planning.inputs.assumptions import Assumptions
from planning.inputs.registry.data_sections import Database
from planning.inputs.registry.registry_entry import PluginSpec, Registry
from planning.inputs.tiers import TIERS, tier_for
from tests.planning.samples import plugin, registry


def _sizes(users: int, entries: Registry, *, per_pod_m: float = 25) -> tuple[ShardSize, ...]:
    return size_shards(
        registry=entries,
        tier=tier_for(users),
        users=users,
        count=4,
        assumptions=Assumptions(database_cpu_m_per_pod=per_pod_m),
    )


def _on(shard: int, number: int, *, move_to: int | None = None) -> list[PluginSpec]:
    stated = [Database(schema_name=f"s{shard}x{one}", shard=shard, move_to=move_to) for one in range(number)]
    return [plugin(f"p{shard}-{one}", database=database) for one, database in enumerate(stated)]


def test_the_tables_size_serves_what_the_table_is_made_for() -> None:
    for tier in TIERS:
        for size in _sizes(tier.max_users or 100_000, registry(*_on(0, 6))):
            assert (size.instance.name, size.pooler_pods) == (tier.database.instance_class, tier.pooler_pods)


def test_more_users_or_more_plugins_never_make_a_shard_smaller() -> None:
    steps = [100_000, 200_000, 500_000, 1_000_000, 3_000_000]
    seen = [[_sizes(users, registry(*_on(0, number)))[0] for number in (1, 3, 6, 9)] for users in steps]
    for row in (*seen, *zip(*seen, strict=True)):
        for less, more in itertools.pairwise(row):
            assert less.instance.vcpu <= more.instance.vcpu
            assert less.pooler_pods <= more.pooler_pods


@pytest.mark.parametrize("users", [100_000, 400_000, 1_000_000, 5_000_000])
def test_poolers_hold_all_clients_with_one_of_them_gone(users: int) -> None:
    size = _sizes(users, registry(*_on(0, 6)))[0]
    assert size.load.clients <= client_capacity(size.pooler_pods)


def test_what_lies_on_one_shard_makes_no_other_one_larger() -> None:
    alone = _sizes(1_000_000, registry(*_on(1, 1)))
    beside = _sizes(1_000_000, registry(*_on(0, 6), *_on(1, 1)))
    assert alone[1:] == beside[1:]
    assert alone[0] != beside[0]


def test_a_plugin_that_moves_counts_on_both_shards() -> None:
    sizes = _sizes(1_000_000, registry(*_on(0, 6, move_to=2)))
    assert sizes[0] == sizes[2]
    assert sizes[0].instance.vcpu > sizes[1].instance.vcpu


def test_a_schema_counts_where_it_is_and_not_where_it_is_pinned() -> None:
    entries = registry(*_on(0, 6))
    sizes = size_shards(
        registry=entries,
        tier=TIERS[-1],
        users=1_000_000,
        count=4,
        assumptions=Assumptions(),
        there={spec.name: 3 for spec in entries.plugins},
    )
    assert [bool(size.load.plugins) for size in sizes] == [False, False, False, True]


def test_what_the_largest_class_cannot_hold_is_said_with_the_users_at_which_it_ends() -> None:
    (problem,) = cpu_problems("registry.yaml", 10_000_000, _sizes(10_000_000, registry(*_on(0, 6), *_on(1, 1))))
    text = str(problem)
    for part in (
        "database shard 0",
        "750.0 vCPU",
        "192 vCPU",
        "about 2,500,000 users",
        "naap plugin move",
        "naap:shards",
    ):
        assert part in text
    assert not cpu_problems("registry.yaml", 2_500_000, _sizes(2_500_000, registry(*_on(0, 6))))


def test_a_plugin_that_is_alone_is_told_another_way_out() -> None:
    (problem,) = cpu_problems("registry.yaml", 10_000_000, _sizes(10_000_000, registry(*_on(0, 1)), per_pod_m=50))
    assert "spread its users" in str(problem)
    assert "naap plugin move" not in str(problem)


def test_ten_million_users_fit_where_each_plugin_has_a_shard_of_its_own() -> None:
    spread = registry(*(spec for shard in range(4) for spec in _on(shard, 1)))
    assert not cpu_problems("registry.yaml", 10_000_000, _sizes(10_000_000, spread))
