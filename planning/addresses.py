"""Address ranges: a /16 a region, cut into three zones of public, private (pods) and data subnets."""

import ipaddress
from dataclasses import dataclass

from planning.naming import REGION_CODES

ZONES = ("a", "b", "c")
_REGION_ORDER = tuple(REGION_CODES)
AWS_RESERVED = 5
"""Addresses of each subnet that AWS keeps for itself."""


@dataclass(frozen=True, kw_only=True)
class SubnetRanges:
    """The ranges of one zone."""

    zone: str
    public: str
    private: str
    data: str


@dataclass(frozen=True, kw_only=True)
class Addresses:
    """Ranges of one region; pod_capacity: addresses that pods and nodes can take in all private subnets."""

    cidr: str
    subnets: tuple[SubnetRanges, ...]
    pod_capacity: int


def region_addresses(region: str) -> Addresses:
    """Ranges of a region: 10.<64 + its number>.0.0/16, so that no two regions overlap and peering stays possible.

    Private subnets are /18 (16,379 addresses each, 49,137 in all), public /24, data /24.
    """
    index = _REGION_ORDER.index(region)
    whole = ipaddress.ip_network(f"10.{64 + index}.0.0/16")
    quarters = list(whole.subnets(new_prefix=18))
    small = list(quarters[3].subnets(new_prefix=24))
    subnets = tuple(
        SubnetRanges(zone=f"{region}{zone}", public=str(small[i]), private=str(quarters[i]), data=str(small[16 + i]))
        for i, zone in enumerate(ZONES)
    )
    capacity = sum(quarters[i].num_addresses - AWS_RESERVED for i in range(len(ZONES)))
    return Addresses(cidr=str(whole), subnets=subnets, pod_capacity=capacity)
