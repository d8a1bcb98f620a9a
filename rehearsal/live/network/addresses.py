"""Where nodes and their pods stand in the network: in the ranges of the plan's own VPC, which its policies name."""

import ipaddress
from dataclasses import dataclass

from planning.network.addresses import region_addresses

_HUB = 5
_FIRST_NODE = 10
_FIRST_PODS = 16


@dataclass(frozen=True, kw_only=True)
class Place:
    """Of one node. letter: of its zone; address: its own; pods: the range of its pods."""

    letter: str
    address: str
    pods: str


def vpc(region: str) -> str:
    """The whole range of a region."""
    return region_addresses(region).cidr


def hub(region: str) -> str:
    """Where the API server and everything outside of the nodes is. EKS too has its interfaces in private subnets."""
    return str(_private(region, 0)[_HUB])


def place(region: str, number: int) -> Place:
    """Of the node with this number, from 0 on: zones take turns. Pods have a /24 in the private subnet of the zone."""
    subnets = region_addresses(region).subnets
    zone = number % len(subnets)
    private = _private(region, zone)
    pods = list(private.subnets(new_prefix=24))[_FIRST_PODS + number]
    return Place(letter=subnets[zone].letter, address=str(private[_FIRST_NODE + number]), pods=str(pods))


def _private(region: str, zone: int) -> ipaddress.IPv4Network:
    return ipaddress.IPv4Network(region_addresses(region).subnets[zone].private)
