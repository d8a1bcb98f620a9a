"""AWS quotas at any number of users."""

from itertools import pairwise
from pathlib import Path

from analysis.capacity.more_plugins import with_plugins
from analysis.capacity.service_quotas import quotas
from components.gateway.rate_limits import rate_limits
from planning.gateway.gateway import LISTENER
from planning.inputs.tiers import tier_for
from plugins.registry.parse import load_registry
from stack.configuration import load_stack_config
from stack.plan import plan_of

ROOT = Path(__file__).resolve().parents[3]
REGISTRY = load_registry(ROOT / "plugins" / "registry.yaml", production=True)
REGIONS = ("us-east-1", "us-west-2")
STEPS = [1_000, 10_000, 50_000, 100_000, 1_000_000, 10_000_000]


def _needed(users: int) -> dict[str, int]:
    return {quota.name: quota.needed for quota in quotas(registry=REGISTRY, users=users, regions=REGIONS)}


def test_more_users_never_need_less_of_a_quota() -> None:
    for low, high in pairwise(STEPS):
        assert all(_needed(low)[name] <= needed for name, needed in _needed(high).items()), (low, high)


def test_shards_that_hold_data_are_counted_where_fewer_users_need_fewer() -> None:
    few, many = (
        {each.name: each.needed for each in quotas(registry=REGISTRY, users=1_000, regions=REGIONS, least_shards=least)}
        for least in (1, 3)
    )
    assert (few["RDS: instances a region"], many["RDS: instances a region"]) == (1, 3)


def test_forty_instances_a_region_are_fourteen_shards_with_their_replicas() -> None:
    def passed(shards: int) -> set[str]:
        found = quotas(registry=REGISTRY, users=1_000_000, regions=REGIONS, least_shards=shards)
        return {quota.name for quota in found if quota.passed}

    assert "RDS: instances a region" in passed(14)
    assert "RDS: instances a region" not in passed(13)


def test_rules_are_counted_as_they_are_planned() -> None:
    config = load_stack_config(ROOT, "prod") | {"users": 50_000, "monthlyBudgetUsd": 1_000_000}
    (region,) = plan_of("prod", ROOT, config, {}).regions
    of_plugins = sum(len(plugin.monitoring.rules.rules) for plugin in region.plugins if plugin.monitoring)
    of_all = sum(len(group.rules) for group in region.observability.rules)
    assert _needed(50_000)["AMP: rules of a workspace"] == of_plugins + of_all


def test_the_addresses_of_a_region_hold_a_million_users_and_not_ten() -> None:
    for users, fits in ((1_000_000, True), (10_000_000, True), (10_000_000 * 13, False)):
        found = {quota.name: quota for quota in quotas(registry=REGISTRY, users=users, regions=REGIONS)}
        assert found["VPC: addresses for pods, nodes (our own /16)"].passed is not fits


def test_rules_of_the_gateway_s_limits_are_counted_as_they_are_built() -> None:
    gateway = plan_of("prod", ROOT, load_stack_config(ROOT, "prod"), {}).home.gateway
    built = rate_limits(LISTENER, gateway.limits)["rateLimit"]["global"]["rules"]
    users = load_stack_config(ROOT, "prod")["users"]
    assert _needed(users)["Envoy Gateway: rules of the gateway's limits"] == len(built)


def test_a_cluster_holds_the_objects_of_a_thousand_plugins() -> None:
    many = with_plugins(REGISTRY, 1_000, tier_for(1_000))
    found = {quota.name: quota for quota in quotas(registry=many, users=1_000, regions=REGIONS)}
    for name in ("EKS: MiB of a cluster's objects", "Envoy Gateway: rules of the gateway's limits"):
        assert not found[name].passed
