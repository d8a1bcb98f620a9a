"""Networks: zones, ways out, endpoints and peerings by tier."""

from itertools import pairwise

import pytest

from planning.inputs.tiers import TIERS, Tier, TierName
from planning.network.vpc import plan_network, plan_peerings
from planning.shared.regions import REGIONS, region_code

K1, K10, K50, K100 = TIERS


@pytest.mark.parametrize("tier", TIERS, ids=lambda tier: tier.name.value)
def test_only_the_smallest_tier_shares_one_nat_gateway(tier: Tier) -> None:
    plan = plan_network(stack="dev", region="us-east-1", tier=tier)
    assert len(plan.nat_zones) == (1 if tier.name is TierName.K1 else 3)
    assert {plan.nat_zone(zone.letter) for zone in plan.addresses.subnets} == set(plan.nat_zones)


def test_interface_endpoints_come_where_they_pay_and_never_go() -> None:
    by_tier = [set(plan_network(stack="dev", region="us-east-1", tier=tier).interface_endpoints) for tier in TIERS]
    assert by_tier[0] == set()
    assert {"ecr.api", "ecr.dkr", "sts", "logs"} <= by_tier[1]
    assert "secretsmanager" in by_tier[2]
    assert all(small <= large for small, large in pairwise(by_tier))


def test_every_region_is_a_peer_of_home_and_of_nobody_else() -> None:
    found = plan_peerings(stack="prod", regions=("us-east-1", "us-west-2", "eu-west-1"))
    assert {(peering.requester.region, peering.accepter.region) for peering in found} == {
        ("us-east-1", "us-west-2"),
        ("us-east-1", "eu-west-1"),
    }


def test_one_region_has_no_peering() -> None:
    assert plan_peerings(stack="dev", regions=("us-east-1",)) == ()


def test_a_peering_joins_the_home_region_with_the_other() -> None:
    (peering,) = plan_peerings(stack="prod", regions=("us-east-1", "us-west-2"))
    assert (peering.requester.region, peering.accepter.region) == ("us-east-1", "us-west-2")
    assert peering.name == "naap-prod-use1-usw2"


@pytest.mark.parametrize("region", REGIONS)
def test_every_region_names_three_zones_of_its_own_that_take_a_cluster(region: str) -> None:
    zones = REGIONS[region].zones
    assert len(set(zones)) == 3
    assert all(zone.startswith(f"{region_code(region)}-az") for zone in zones)
    assert not {"use1-az3", "cac1-az3", "apne1-az3"} & set(zones)


def test_every_tier_keeps_the_same_addresses() -> None:
    plans = {plan_network(stack="dev", region="us-east-1", tier=tier).addresses for tier in (K1, K10, K50, K100)}
    assert len(plans) == 1


def test_no_two_regions_share_a_range_or_a_code() -> None:
    assert len({region.number for region in REGIONS.values()}) == len(REGIONS)
    assert len({region.code for region in REGIONS.values()}) == len(REGIONS)
