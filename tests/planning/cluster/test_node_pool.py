"""The architectures of nodes: arm64, and amd64 where an entry's images know no other."""

from analysis.capacity.service_quotas import quotas
from analysis.cost.estimate import cost_of
from planning.cluster.node_pool import SPARE_NODES, NodePoolPlan, plan_node_pool
from planning.inputs.registry.registry_entry import Registry
from planning.inputs.tiers import TIERS
from planning.platform import PlatformPlan, plan_platform
from tests.planning.samples import altered, plugin, registry, settings

ARM = registry(plugin("base-svc"), plugin("wallet"))
MIXED = registry(plugin("base-svc"), altered(plugin("wallet"), arch="amd64"))


def _plan(entries: Registry) -> PlatformPlan:
    return plan_platform(stack="dev", settings=settings(), registry=entries, secret_names={})


def _pool(entries: Registry) -> NodePoolPlan:
    return _plan(entries).home.cluster.node_pool


def _vcpus(entries: Registry) -> int:
    found = quotas(registry=entries, users=1_000, regions=("us-east-1",))
    return next(quota.needed for quota in found if "vCPU" in quota.name)


def test_without_an_entry_that_asks_for_it_no_node_is_amd64() -> None:
    pool = _pool(ARM)

    assert (pool.architectures, pool.amd64_nodes) == (("arm64",), 0)
    assert (pool.families, pool.amd64_families) == (TIERS[0].nodes.families, ())


def test_an_entry_for_amd64_alone_has_nodes_of_it_and_the_others_keep_theirs() -> None:
    arm, mixed = _pool(ARM), _pool(MIXED)

    assert mixed.architectures == ("arm64", "amd64")
    assert mixed.amd64_nodes == 1
    assert (mixed.families, mixed.amd64_families) == (arm.families, TIERS[0].nodes.amd64_families)
    assert mixed.nodes == arm.nodes + 1


def test_a_pool_s_limits_are_of_nodes_of_both_kinds() -> None:
    tier = TIERS[0]
    pool = plan_node_pool(tier=tier, users=1_000, least=9, amd64=4)

    assert (pool.nodes, pool.amd64_nodes) == (9, 4)
    assert pool.cpu_limit == (9 + SPARE_NODES) * tier.nodes.vcpu_each


def test_amd64_nodes_cost_what_they_cost_and_count_for_the_quota_of_vcpus() -> None:
    cheap, dear = (cost_of(_plan(entries)) for entries in (ARM, MIXED))

    assert dear.usd > cheap.usd
    assert any("m7i" in line.price for line in dear.lines)
    assert _vcpus(MIXED) - _vcpus(ARM) == TIERS[0].nodes.vcpu_each
