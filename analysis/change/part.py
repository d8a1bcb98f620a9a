"""A plan as the parts that a person knows by name, each with what distinguishes it: what plans are compared by."""

from dataclasses import dataclass, field
from enum import StrEnum

Value = str | int | None


VARIABLE = "$"
"""Begins the trait of an environment variable."""


class Kind(StrEnum):
    """Kinds of parts."""

    REGION = "region"
    DATABASE = "database"
    REPLICA = "read replica"
    SCHEMA = "schema"
    CACHE = "cache"
    CLUSTER = "cluster"
    NODES = "node pool"
    NETWORK = "network"
    NAT = "NAT gateway"
    ENDPOINT = "endpoint"
    BUCKET = "bucket"
    CDN = "CDN"
    FIREWALL = "firewall"
    GATEWAY = "gateway"
    POOLER = "pooler"
    PLUGIN = "plugin"
    BUNDLE = "bundle"
    TELEMETRY = "telemetry"


@dataclass(frozen=True, kw_only=True)
class Part:
    """name: within its kind and region. identity: another one is another part in AWS or in the cluster.

    traits: what may change in place. restarting: what may change too, but ends processes that serve.
    """

    kind: Kind
    name: str
    region: str
    identity: str
    traits: dict[str, Value] = field(default_factory=dict[str, Value])
    restarting: dict[str, Value] = field(default_factory=dict[str, Value])

    @property
    def key(self) -> tuple[Kind, str, str]:
        """What it is known by, before and after a change."""
        return (self.kind, self.name, self.region)


def on_or_off(*, on: bool) -> str:
    """A trait that is there or isn't."""
    return "on" if on else "off"
