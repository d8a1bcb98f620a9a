"""What a picture of a stack shows: zones within zones, nodes in them, and who turns to whom."""

from dataclasses import dataclass
from enum import StrEnum


class ZoneKind(StrEnum):
    """What encloses others."""

    EDGE = "edge"
    REGION = "region"
    NETWORK = "network"
    CLUSTER = "cluster"
    SERVICES = "services"
    DATA = "data"


class NodeKind(StrEnum):
    """What a node is."""

    BROWSER = "browser"
    DNS = "dns"
    CDN = "cdn"
    FIREWALL = "firewall"
    BUNDLE = "bundle"
    BALANCER = "load balancer"
    GATEWAY = "gateway"
    LIMITER = "rate limits"
    TELEMETRY = "telemetry"
    CORE = "core service"
    PLUGIN = "plugin"
    POOLER = "pooler"
    DATABASE = "database"
    CACHE = "cache"
    NAT = "nat"
    BUCKET = "bucket"
    WATCH = "monitoring"
    OUTSIDE = "outside"


class EdgeKind(StrEnum):
    """Why one node turns to another."""

    LOOKUP = "lookup"
    FILTER = "filter"
    REQUEST = "request"
    STANDBY = "standby"
    BUNDLE = "bundle"
    ROUTE = "route"
    SESSION = "session"
    COUNT = "count"
    CALL = "call"
    SQL = "sql"
    CACHE = "cache"
    UPLOAD = "upload"
    EGRESS = "egress"
    TRACE = "trace"
    REPLICATION = "replication"


@dataclass(frozen=True, kw_only=True)
class Zone:
    """A frame. parent: the zone around it; None: the outermost."""

    id: str
    kind: ZoneKind
    title: str
    detail: str
    parent: str | None


@dataclass(frozen=True, kw_only=True)
class Node:
    """One thing that runs or stores. badges: short marks; shard: of the database that it uses or is."""

    id: str
    kind: NodeKind
    zone: str | None
    title: str
    lines: tuple[str, ...] = ()
    badges: tuple[str, ...] = ()
    shard: int | None = None


@dataclass(frozen=True, kw_only=True)
class Edge:
    """The source turns to the target."""

    source: str
    target: str
    kind: EdgeKind
    label: str = ""


@dataclass(frozen=True, kw_only=True)
class Graph:
    """In a stable order: outer zones first, nodes as a request meets them."""

    title: str
    detail: str
    zones: tuple[Zone, ...]
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]

    def within(self, zone: str, *kinds: NodeKind) -> tuple[Node, ...]:
        """Nodes directly in a zone, of these kinds."""
        return tuple(node for node in self.nodes if node.zone == zone and node.kind in kinds)

    def of(self, *kinds: EdgeKind) -> tuple[Edge, ...]:
        """Edges of these kinds."""
        return tuple(edge for edge in self.edges if edge.kind in kinds)
