"""The sizing table and what is read off it."""

import itertools
from collections.abc import Callable

import pytest

from planning.inputs.tiers import TIERS, Tier, TierName, growth, node_limit, pod_range, tier_for

GROWING_COLUMNS: dict[str, Callable[[Tier], float]] = {
    "pods_max": lambda tier: tier.pods_max,
    "node vCPU": lambda tier: tier.nodes.limit * tier.nodes.vcpu_each,
    "node memory": lambda tier: tier.nodes.limit * tier.nodes.memory_gib_each,
    "database vCPU of all shards": lambda tier: tier.database.vcpu * tier.database.shards,
    "database memory of all shards": lambda tier: tier.database.memory_gib * tier.database.shards,
    "database storage ceiling": lambda tier: tier.database.max_storage_gib * tier.database.shards,
    "database instances": lambda tier: (1 + tier.database.replicas) * tier.database.shards,
    "backups kept": lambda tier: tier.database.backup_days,
    "application cache memory": lambda tier: tier.app_cache.nodes * tier.app_cache.memory_gib_each,
    "snapshots kept": lambda tier: tier.app_cache.snapshot_days,
    "gateway pods": lambda tier: tier.gateway_pods_max,
    "WAF rate": lambda tier: tier.waf_rate_per_5_minutes,
    "logs kept": lambda tier: tier.log_days,
    "cost": lambda tier: tier.approx_usd_month,
}
COLUMNS_THAT_NEVER_SHRINK: dict[str, Callable[[Tier], float]] = {
    "floor": lambda tier: tier.floor,
    "pods_min": lambda tier: tier.pods_min,
    "regions": lambda tier: tier.regions,
    "pooler pods": lambda tier: tier.pooler_pods,
    "gateway floor": lambda tier: tier.gateway_pods_min,
    "limiter CPU": lambda tier: tier.limiter_cpu_m,
    "limits per user": lambda tier: tier.user_per_minute,
    "limits per client": lambda tier: tier.client_per_minute,
    "high availability": lambda tier: tier.database.multi_az,
    "limit cache memory": lambda tier: tier.limit_cache.memory_gib_each if tier.limit_cache else 0,
    "interface endpoints": lambda tier: len(tier.interface_endpoints),
    "signals": lambda tier: sum((tier.apm, tier.metrics, tier.tracing)),
}


@pytest.mark.parametrize("column", GROWING_COLUMNS)
def test_sizes_grow_strictly_with_the_tier(column: str) -> None:
    values = [GROWING_COLUMNS[column](tier) for tier in TIERS]
    assert all(low < high for low, high in itertools.pairwise(values)), values


@pytest.mark.parametrize("column", COLUMNS_THAT_NEVER_SHRINK)
def test_no_size_shrinks_with_the_tier(column: str) -> None:
    values = [COLUMNS_THAT_NEVER_SHRINK[column](tier) for tier in TIERS]
    assert all(low <= high for low, high in itertools.pairwise(values)), values


@pytest.mark.parametrize(
    ("users", "name"),
    [
        (1, "1k"),
        (1_000, "1k"),
        (1_001, "10k"),
        (10_000, "10k"),
        (10_001, "50k"),
        (50_000, "50k"),
        (50_001, "100k"),
        (9_999_999, "100k"),
    ],
)
def test_the_smallest_tier_that_covers_the_users_is_used(users: int, name: str) -> None:
    assert tier_for(users).name is TierName(name)


def test_only_the_first_tier_uses_burstable_instances_for_data() -> None:
    for tier in TIERS[1:]:
        assert ".t" not in tier.database.instance_class
        assert ".t" not in tier.app_cache.node_type


@pytest.mark.parametrize("tier", TIERS, ids=lambda tier: tier.name.value)
def test_a_plugin_with_a_tiny_share_keeps_the_floor(tier: Tier) -> None:
    assert pod_range(tier, 1, 0.001).min == tier.floor


@pytest.mark.parametrize(
    ("tier", "expected"),
    list(zip(TIERS, ["1-2", "2-3", "5-10", "20-50"], strict=True)),
    ids=lambda value: str(getattr(value, "name", value)),
)
def test_a_full_share_gets_the_pods_of_the_table(tier: Tier, expected: str) -> None:
    assert str(pod_range(tier, tier.max_users or 100_000, 1.0)) == expected


def test_a_singleton_is_exactly_one_at_every_tier() -> None:
    assert {str(pod_range(tier, 5_000_000, 1.0, singleton=True)) for tier in TIERS} == {"1-1"}


def test_above_100k_nodes_and_pod_maxima_grow_with_the_users() -> None:
    top = TIERS[-1]
    assert growth(100_000) == 1.0
    assert node_limit(top, 1_000_000) == 200
    assert pod_range(top, 1_000_000, 1.0).max == 500


def test_more_users_never_mean_less_of_anything() -> None:
    steps = [1, 900, 1_001, 9_000, 10_001, 50_000, 50_001, 100_000, 150_000, 1_000_000, 10_000_000]
    seen = [
        (
            node_limit(tier_for(n), n) * tier_for(n).nodes.vcpu_each,
            pod_range(tier_for(n), n, 0.3).max,
            pod_range(tier_for(n), n, 0.3).min,
        )
        for n in steps
    ]
    assert all(all(a <= b for a, b in zip(low, high, strict=True)) for low, high in itertools.pairwise(seen)), seen
