"""Address ranges: a /16 a region, cut into three zones of public, private (pods) and data subnets."""

import functools
import ipaddress
from dataclasses import dataclass

from planning.shared.regions import REGIONS

ZONES = ("a", "b", "c")
"""What the three zones are called in names of resources."""

AWS_RESERVED = 5
"""Addresses of each subnet that AWS keeps for itself."""


@dataclass(frozen=True, kw_only=True)
class SubnetRanges:
    """The ranges of one zone: its id, and the letter that names its resources."""

    zone: str
    letter: str
    public: str
    private: str
    data: str


@dataclass(frozen=True, kw_only=True)
class Addresses:
    """Ranges of one region; pod_capacity: addresses that pods and nodes can take in all private subnets."""

    cidr: str
    subnets: tuple[SubnetRanges, ...]
    pod_capacity: int


@functools.cache
def region_addresses(region: str) -> Addresses:
    """Ranges of a region: 10.<64 + its number>.0.0/16, so that no two regions overlap and peering stays possible.

    Private subnets are /18 (16,379 addresses each, 49,137 in all), public /24, data /24.
    """
    record = REGIONS[region]
    whole = ipaddress.ip_network(f"10.{64 + record.number}.0.0/16")
    quarters = list(whole.subnets(new_prefix=18))
    small = list(quarters[3].subnets(new_prefix=24))
    subnets = tuple(
        SubnetRanges(
            zone=record.zones[i],
            letter=letter,
            public=str(small[i]),
            private=str(quarters[i]),
            data=str(small[16 + i]),
        )
        for i, letter in enumerate(ZONES)
    )
    capacity = sum(quarters[i].num_addresses - AWS_RESERVED for i in range(len(ZONES)))
    return Addresses(cidr=str(whole), subnets=subnets, pod_capacity=capacity)


SERVICE_CIDR = "172.20.0.0/16"
"""Of Services: outside of every region's own range. Can't be changed once the cluster exists."""

DNS_ADDRESS = str(ipaddress.ip_network(SERVICE_CIDR)[10])
"""The cluster's DNS Service. EKS Auto Mode answers it on the node itself, where no pod selector can match."""

POD_IDENTITY_AGENT = "169.254.170.23"
"""Hands the pod its role's credentials, on the node."""

CLOSED_RANGES = (
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.168.0.0/16",
)
"""Never part of "the internet": private networks (the VPC's databases and caches among them), and link-local, where
instance metadata is served."""

API_ADDRESS = f"{ipaddress.ip_network(SERVICE_CIDR)[1]}/32"
"""The API server's Service: the first address of the cluster's Service range."""
