"""Clusters: version, access, support, and the limits of their nodes."""

import re

import pytest

from planning.cluster.cluster import plan_cluster
from planning.cluster.node_pool import GRACE_HOURS, plan_node_pool
from planning.database.jobs import administrator_job, archive_job
from planning.database.jobs.shard_move import COPY_SECONDS
from planning.inputs.tiers import TIERS, tier_for
from planning.network.addresses import SERVICE_CIDR, region_addresses
from planning.shared.naming import MAX_STACK_NAME
from planning.shared.regions import REGIONS
from tests.planning.samples import settings

MAX_CLUSTER_NAME = 100


def test_a_cluster_without_stated_networks_is_private() -> None:
    stated = settings(1_000)
    plan = plan_cluster(stack="dev", region="us-east-1", settings=stated, tier=TIERS[0], users=1_000)
    assert plan.public_cidrs == ()


@pytest.mark.parametrize("production", [True, False])
def test_only_production_is_protected(production: bool) -> None:
    stated = settings(1_000, production=production)
    plan = plan_cluster(stack="dev", region="us-east-1", settings=stated, tier=TIERS[0], users=1_000)
    assert plan.protect is production


@pytest.mark.parametrize("extended", [True, False])
def test_a_stack_that_is_no_production_any_more_asks_for_the_same_support_as_before(extended: bool) -> None:
    stated = [settings(production=production, stated={"extended_support": extended}) for production in (True, False)]
    plans = [
        plan_cluster(stack="prod", region="us-east-1", settings=each, tier=TIERS[0], users=1_000) for each in stated
    ]
    assert [plan.extended_support for plan in plans] == [extended, extended]


def test_a_cluster_stays_on_its_version_where_nothing_else_is_said() -> None:
    plan = plan_cluster(stack="dev", region="us-east-1", settings=settings(1_000), tier=TIERS[0], users=1_000)
    assert plan.extended_support


def test_services_have_addresses_that_no_network_has() -> None:
    assert not any(region_addresses(region).cidr.startswith(SERVICE_CIDR[:6]) for region in REGIONS)


def test_the_longest_stack_makes_a_cluster_name_that_aws_takes() -> None:
    name = "s" * MAX_STACK_NAME
    for region in REGIONS:
        plan = plan_cluster(stack=name, region=region, settings=settings(1), tier=TIERS[0], users=1)
        assert len(plan.name) <= MAX_CLUSTER_NAME


def test_node_limits_grow_with_every_tier_and_with_users_above_the_last() -> None:
    users = (1_000, 10_000, 50_000, 100_000, 1_000_000)
    pools = [plan_node_pool(tier=tier_for(count), users=count) for count in users]
    assert [pool.nodes for pool in pools] == [3, 3, 8, 20, 200]
    limits = [(pool.cpu_limit, pool.memory_gib_limit) for pool in pools]
    assert limits == sorted(limits)


def test_a_node_that_goes_waits_for_the_longest_job() -> None:
    assert max(COPY_SECONDS, archive_job.DEADLINE_SECONDS, administrator_job.DEADLINE_SECONDS) < GRACE_HOURS * 3600


def test_small_pools_lose_one_node_at_a_time_and_large_ones_a_tenth() -> None:
    users = (1_000, 10_000, 50_000, 100_000)
    pools = [plan_node_pool(tier=tier_for(count), users=count) for count in users]
    assert [pool.disruption for pool in pools] == ["1", "1", "1", "10%"]


def test_instances_of_every_tier_are_of_the_architecture_that_the_pool_asks_for() -> None:
    """AWS marks Graviton with a `g` behind the generation, and Intel with an `i`: m8g, c8gd, m7i."""
    for tier in TIERS:
        assert all(re.fullmatch(r"[a-z]+\d+g[a-z]*", family) for family in tier.nodes.families)
        assert all(re.fullmatch(r"[a-z]+\d+i[a-z]*", family) for family in tier.nodes.amd64_families)
