"""The connection budget of a shard."""

import pytest

from planning.database.connection_budget import (
    Demand,
    check_budget,
    client_capacity,
    max_connections,
    most_servers,
    pool_for,
    spendable_connections,
)


@pytest.mark.parametrize(
    ("memory_gib", "most", "spendable"),
    [(4, 450, 324), (8, 901, 648), (16, 1802, 1297), (32, 3604, 2595), (64, 5000, 4000)],
)
def test_what_an_instance_takes_and_what_is_spent_of_it(memory_gib: int, most: int, spendable: int) -> None:
    assert (max_connections(memory_gib), spendable_connections(memory_gib)) == (most, spendable)


def test_twenty_servers_for_a_hundred_clients_shared_by_the_poolers() -> None:
    assert pool_for(100, 1, 500).size == 20
    assert pool_for(100, 4, 500).size == 5
    assert pool_for(1, 6, 500).size == 1


@pytest.mark.parametrize("clients", [3_000, 50_000, 5_000_000])
@pytest.mark.parametrize("poolers", [1, 3, 24, 96, 250])
def test_however_many_clients_wait_a_plugins_servers_stay_within_its_part(clients: int, poolers: int) -> None:
    pool = pool_for(clients, poolers, most_servers(64))
    assert poolers * pool.total <= most_servers(64) == 500
    assert pool.size >= 1


def test_a_part_is_used_but_for_what_does_not_divide() -> None:
    assert [poolers * pool_for(50_000, poolers, 500).total for poolers in (1, 2, 4, 10)] == [500, 500, 500, 500]


def test_a_lost_pooler_is_planned_for_where_there_are_several() -> None:
    assert client_capacity(1) == client_capacity(2) == 4_500
    assert client_capacity(3) == 9_000


def _check(*demands: Demand) -> list[str]:
    found = check_budget(
        file="registry.yaml", shard=2, instance_class="db.m7g.xlarge", memory_gib=16, poolers=2, demands=demands
    )
    return [str(problem) for problem in found]


def test_a_budget_that_holds_to_the_last_connection_is_no_problem() -> None:
    assert not _check(Demand(plugin="a", clients=4_500, servers=1_297 - 25))


def test_a_broken_budget_says_by_how_much_and_the_three_ways_out() -> None:
    (text,) = _check(Demand(plugin="a", clients=10, servers=1_000), Demand(plugin="b", clients=10, servers=300))
    assert "database shard 2" in text
    assert "1,325 connections to the database, 28 more than the budget of 1,297 (most: a 1,000, b 300)" in text
    for way in ("lower database.poolSize or share", "naap plugin move", "larger database"):
        assert way in text


def test_too_many_clients_are_a_problem_of_their_own() -> None:
    (text,) = _check(Demand(plugin="a", clients=4_501, servers=10))
    assert "4,501 connections of pods to the poolers, 1 more than the budget of 4,500" in text
