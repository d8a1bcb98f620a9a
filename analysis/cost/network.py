"""Networks of a region: NAT, endpoints, addresses, and bytes between zones and regions."""

from collections.abc import Iterator

from analysis.cost.bill import Basis, Line
from analysis.cost.load import GB, RegionLoad
from analysis.cost.prices import line
from planning.database.shard import ShardPlan
from planning.inputs.assumptions import HOURS, Assumptions
from planning.network.addresses import ZONES
from planning.region import RegionPlan

OTHER_ZONE = 2 / 3
"""Of bytes between pods that are spread evenly over three zones; they are billed on both sides."""
BOTH_SIDES = 2
GIB = 2**30


def network_lines(
    region: RegionPlan, load: RegionLoad, shards: tuple[ShardPlan, ...], assumptions: Assumptions
) -> Iterator[Line]:
    """What a network costs, used or not, and by the byte."""
    where, network = region.region, region.network
    nats = len(network.nat_zones)
    images = load.nodes * assumptions.image_gib_per_node * GIB / GB
    through = load.requests * assumptions.egress_bytes_per_request / GB

    def of(what: str, price: str, quantity: float, basis: Basis = Basis.SHARED) -> Line:
        return line("network", where, what, price, quantity, basis=basis)

    yield of("NAT gateways", "nat-hour", nats * HOURS)
    yield of("public addresses", "ipv4-hour", nats * HOURS)
    yield of("NAT bytes of nodes", "nat-gb", images)
    yield of("NAT bytes of requests", "nat-gb", through, Basis.TRAFFIC)
    endpoints = len(network.interface_endpoints) * len(ZONES)
    if endpoints:
        yield of("interface endpoints", "endpoint-hour", endpoints * HOURS)
    moved = load.requests * (assumptions.bytes_per_request * 2 + assumptions.database_bytes_per_request) / GB
    yield of("bytes between zones", "zone-gb", moved * OTHER_ZONE * BOTH_SIDES if spread(region) else 0, Basis.TRAFFIC)
    if region.home and any(shard.remote for shard in shards):
        written = load.requests * assumptions.written_bytes_per_request / GB
        # To the replica there, and once more as a copy of the backups.
        yield of("database changes to the other region", "region-gb", written * 2, Basis.TRAFFIC)


def spread(region: RegionPlan) -> bool:
    """Whether pods stand in several zones: a single node has all of them in one."""
    return region.cluster.node_pool.nodes > 1
