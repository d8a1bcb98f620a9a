"""The price table."""

import re
from datetime import date

import pytest

from analysis.cost.prices import PRICES
from planning.inputs.tiers import TIERS
from planning.shared.regions import REGIONS


@pytest.mark.parametrize("key", PRICES)
def test_every_price_says_where_and_when_it_was_read(key: str) -> None:
    price = PRICES[key]
    assert price.usd > 0
    assert price.unit
    assert re.search(r"\w+\.(com|ai|io|dev|org)\b|AWS Price List|AWS.s Bulk Pricing", price.source), (
        "a place that can be found"
    )
    assert date(2026, 1, 1) <= date.fromisoformat(price.date)


def test_prices_are_those_of_us_east_1_and_no_region_is_taken_for_free() -> None:
    assert REGIONS["us-east-1"].price == 1
    assert all(region.price >= 1 for region in REGIONS.values())


def test_every_size_of_every_tier_has_a_price() -> None:
    for tier in TIERS:
        caches = [cache for cache in (tier.app_cache, tier.cluster_cache, tier.limit_cache) if cache]
        kind = f"{tier.nodes.families[0]}.{tier.nodes.size}"
        keys = {f"ec2-{kind}", f"eks-auto-{kind}", f"rds-{tier.database.instance_class}"}
        keys |= {f"elasticache-{cache.node_type}" for cache in caches}
        assert keys <= PRICES.keys(), tier.name
