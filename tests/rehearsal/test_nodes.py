"""Nodes of a rehearsal: those that the stack's own node pool may have."""

from dataclasses import replace
from pathlib import Path

import pytest

from planning.region_pods import least_pods
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


def test_nodes_of_a_second_architecture_are_of_a_family_of_it() -> None:
    plan = load_plan("dev", ROOT)
    pool = replace(plan.home.cluster.node_pool, amd64_nodes=2)
    home = replace(plan.home, cluster=replace(plan.home.cluster, node_pool=pool))
    labels = [node["metadata"]["labels"] for node in nodes("us-east-1", machines(home, plan.tier))]

    assert [each["kubernetes.io/arch"] for each in labels].count("amd64") == 2
    assert {each["kubernetes.io/arch"]: each["node.kubernetes.io/instance-type"] for each in labels} == {
        "amd64": "m7i.large",
        "arm64": "m7g.large",
    }


def test_what_no_program_of_ours_makes_takes_its_place_on_them() -> None:
    plan = load_plan("dev", ROOT)
    beside = machines(plan.home, plan.tier).beside
    counted = least_pods(
        plugins=(), poolers=(), gateway=plan.home.gateway, seen=replace(plan.home.observability, collectors=0)
    )

    asked = {item["metadata"]["name"]: item["spec"] for item in beside}
    assert asked.keys() == {f"played-{pods.name.replace(' ', '-')}" for pods in counted if pods.name != "a Job"}
    assert asked["played-metrics-server"]["replicas"] == 2
    (proxy,) = asked["played-proxies"]["template"]["spec"]["containers"]
    assert proxy["resources"]["requests"] == {"cpu": "100m", "memory": f"{plan.home.gateway.proxy.memory_mib}Mi"}
