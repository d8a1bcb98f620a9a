"""Nodes of a rehearsal: those that the stack's own node pool may have."""

from pathlib import Path

import pytest

from rehearsal.control_plane.nodes import machines, nodes, zones
from stack.plan import load_plan

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("users", "count", "size", "cpu"),
    [(1_000, 4, "large", "1630m"), (10_000, 4, "xlarge", "3620m"), (100_000, 21, "2xlarge", "7610m")],
)
def test_they_are_as_many_and_as_large_as_the_pool_may_have(users: int, count: int, size: str, cpu: str) -> None:
    plan = load_plan("prod", ROOT, users=users)
    found = nodes("us-east-1", machines(plan.home, plan.tier))

    assert len(found) == count
    assert {node["metadata"]["labels"]["node.kubernetes.io/instance-type"] for node in found} == {f"m7g.{size}"}
    assert {node["status"]["allocatable"]["cpu"] for node in found} == {cpu}
    assert {node["metadata"]["labels"]["topology.kubernetes.io/zone"] for node in found} == set(zones("us-east-1"))
    assert len({node["metadata"]["name"] for node in found}) == count
