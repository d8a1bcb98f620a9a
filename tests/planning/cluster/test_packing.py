"""Pods and nodes: what a node has for pods, and how many nodes they fill."""

import dataclasses

import pytest

from planning.cluster.packing import DAEMONS, Pods, allocatable, nodes_for, room, too_large
from planning.inputs.tiers import TIERS, NodeSize
from planning.shared.pods import PodSize

LARGE = TIERS[0].nodes


def pods(cpu_m: int, count: int, *, memory_mib: int = 100, surge: int = 0) -> Pods:
    return Pods(name="any", size=PodSize(cpu_m=cpu_m, memory_mib=memory_mib), count=count, surge=surge)


@pytest.mark.parametrize(("size", "cpu_m", "most"), [("large", 1930, 27), ("xlarge", 3920, 56), ("2xlarge", 7910, 56)])
def test_the_kubelet_keeps_its_part(size: str, cpu_m: int, most: int) -> None:
    """Of CPU: 60 + 10 + 5 + 5 + 2.5 of each further one, in thousandths."""
    node = next(tier.nodes for tier in TIERS if tier.nodes.size == size)
    found = allocatable(node)

    assert (found.cpu_m, found.pods) == (cpu_m, most)
    assert 0.8 < found.memory_mib / (node.memory_gib_each * 1024) < 0.93


def test_what_runs_on_each_node_leaves_less_for_pods() -> None:
    assert room(LARGE).cpu_m == allocatable(LARGE).cpu_m - 300
    assert room(LARGE).pods == allocatable(LARGE).pods - len(DAEMONS)


@pytest.mark.parametrize(
    ("groups", "nodes"),
    [
        ([], 0),
        ([pods(500, 3)], 1),
        ([pods(500, 4)], 2),
        ([pods(900, 3)], 3),
        ([pods(900, 2), pods(700, 2)], 2),
        ([pods(10, 25)], 1),
        ([pods(10, 26)], 2),
        ([pods(10, 2, memory_mib=4_000)], 2),
    ],
)
def test_pods_fill_nodes_by_cpu_by_memory_and_by_number(groups: list[Pods], nodes: int) -> None:
    assert nodes_for(groups, LARGE) == nodes


def test_the_largest_roll_out_has_room_but_not_all_at_once() -> None:
    still = [pods(500, 1), pods(500, 1), pods(400, 1)]
    rolled = [dataclasses.replace(group, surge=1) for group in still]

    assert (nodes_for(still, LARGE), nodes_for(rolled, LARGE)) == (1, 2)


def test_a_pod_that_no_node_takes_is_named() -> None:
    small, large = pods(100, 1), pods(1_700, 1)

    assert too_large([small, large], LARGE) == (large,)


def test_a_size_of_node_that_nobody_described_is_no_silent_zero() -> None:
    unknown = NodeSize(
        families=("m7g",), amd64_families=("m7i",), size="16xlarge", limit=1, vcpu_each=64, memory_gib_each=256
    )
    with pytest.raises(KeyError, match="16xlarge"):
        allocatable(unknown)
