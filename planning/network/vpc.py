"""The network of a region.

plan_network(*, stack, region, tier) -> NetworkPlan
plan_peerings(*, stack, regions) -> tuple[PeeringPlan, ...]
"""

from collections.abc import Sequence
from dataclasses import dataclass

from planning.inputs.tiers import Tier
from planning.network.addresses import ZONES, Addresses, region_addresses
from planning.shared.iam import policy_document, trust_policy
from planning.shared.naming import regional, stack_prefix
from planning.shared.regions import region_code

FLOW_LOG_SECONDS = 600
"""Of one flow record: the longest that AWS offers, a tenth of the records of the shortest."""


@dataclass(frozen=True, kw_only=True)
class PeerPlan:
    """Another region of the platform, whose network is reached through a peering."""

    region: str
    cidr: str


@dataclass(frozen=True, kw_only=True)
class NetworkPlan:
    """A VPC over three zones.

    nat_zones: letters of the zones with a NAT gateway of their own; the others use the first one's.
    interface_endpoints: AWS services reached without leaving the network, in every zone.
    """

    name: str
    region: str
    addresses: Addresses
    nat_zones: tuple[str, ...]
    interface_endpoints: tuple[str, ...]
    log_days: int

    @property
    def cidr(self) -> str:
        """The range of the whole network."""
        return self.addresses.cidr

    def nat_zone(self, letter: str) -> str:
        """The zone whose NAT gateway carries this zone's traffic."""
        return letter if letter in self.nat_zones else self.nat_zones[0]


@dataclass(frozen=True, kw_only=True)
class PeeringPlan:
    """A peering of two regions' networks: pods of the second region reach the home region's database writers."""

    name: str
    requester: PeerPlan
    accepter: PeerPlan


def plan_network(*, stack: str, region: str, tier: Tier) -> NetworkPlan:
    """The network of a region."""
    return NetworkPlan(
        name=regional(stack, region),
        region=region,
        addresses=region_addresses(region),
        nat_zones=ZONES if tier.nat_per_zone else ZONES[:1],
        interface_endpoints=tier.interface_endpoints,
        log_days=tier.log_days,
    )


def plan_peerings(*, stack: str, regions: Sequence[str]) -> tuple[PeeringPlan, ...]:
    """A peering from the home region, where the writers are, to every other one: those don't reach one another.

    regions: home first.
    """
    home = regions[0]
    return tuple(
        PeeringPlan(
            name=f"{stack_prefix(stack)}-{region_code(home)}-{region_code(other)}",
            requester=PeerPlan(region=home, cidr=region_addresses(home).cidr),
            accepter=PeerPlan(region=other, cidr=region_addresses(other).cidr),
        )
        for other in regions[1:]
    )


def flow_logs_trust(account: str) -> str:
    """The service of flow logs takes the role on, for this account only."""
    return trust_policy("vpc-flow-logs.amazonaws.com", condition={"StringEquals": {"aws:SourceAccount": account}})


def flow_logs_policy(group: str) -> str:
    """What that role may do: write to its group.

    The service looks for the group before it writes, and groups are listed under no ARN of their own.
    """
    return policy_document(
        {
            "Effect": "Allow",
            "Action": ["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"],
            "Resource": [group, f"{group}:*"],
        },
        {"Effect": "Allow", "Action": "logs:DescribeLogGroups", "Resource": "*"},
    )
