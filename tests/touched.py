"""What an engine does to resources, in the words of analysis.change, so that both can be compared."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from analysis.change.compare import Change, Risk
from analysis.change.part import Kind
from planning.shared.regions import REGIONS

Key = tuple[str, str, str]
IN_PLACE = "in place"
"""An engine doesn't tell what grows from what shrinks."""

UNCOMPARED = (Kind.REGION, Kind.SCHEMA, Kind.BUNDLE, Kind.TELEMETRY)
"""A region is its parts, a schema is inside a database, bundles are lines of one object, and telemetry is many
resources of many kinds."""

SEPARATE = (Kind.BUCKET,)
"""Whose traits are resources of their own: only their coming and going is compared."""

RESTARTING = {
    "aws:rds/instance:Instance": r"instanceClass",
    "aws:elasticache/replicationGroup:ReplicationGroup": r"nodeType",
    "kubernetes:apps/v1:Deployment": r"spec\.template",
    "kubernetes:karpenter.sh/v1:NodePool": r"spec\.template",
    "kubernetes:gateway.envoyproxy.io/v1alpha1:EnvoyProxy": r"spec\.provider\.kubernetes\.envoyDeployment",
}
_ORDER = (Risk.REPLACED.value, Risk.REMOVED.value, Risk.RESTARTED.value, IN_PLACE, Risk.ADDED.value)
_REGIONS = {record.code: region for region, record in REGIONS.items()}
_CODE = f"(?P<code>{'|'.join(_REGIONS)})"
_NAMES: tuple[tuple[str, str, Kind, str], ...] = (
    ("aws:rds/instance:Instance", r"database-(?P<n>\d+)-primary", Kind.DATABASE, "shard {n}"),
    ("aws:rds/instance:Instance", r"database-(?P<n>\d+)-(?P<r>r\d+)", Kind.REPLICA, "shard {n} {r}"),
    ("aws:rds/instance:Instance", r"database-(?P<n>\d+)-standby-replica", Kind.REPLICA, "shard {n} standby"),
    ("aws:elasticache/replicationGroup:ReplicationGroup", rf"{_CODE}-caches-(?P<n>\w+)", Kind.CACHE, "{n}"),
    ("aws:eks/cluster:Cluster", rf"{_CODE}-cluster.*", Kind.CLUSTER, ""),
    ("aws:ec2/vpc:Vpc", rf"{_CODE}-network-vpc", Kind.NETWORK, ""),
    ("aws:ec2/natGateway:NatGateway", rf"{_CODE}-network-nat-(?P<n>\w)", Kind.NAT, "zone {n}"),
    ("aws:ec2/vpcEndpoint:VpcEndpoint", rf"{_CODE}-network-endpoint-(?!s3)(?P<n>.+)", Kind.ENDPOINT, "{n}"),
    ("aws:s3/bucket:Bucket", rf"naap-.+-{_CODE}-(?P<n>\w+)", Kind.BUCKET, "{n}"),
    ("aws:cloudfront/distribution:Distribution", r".*", Kind.CDN, ""),
    ("aws:wafv2/webAcl:WebAcl", r".*", Kind.FIREWALL, ""),
    ("kubernetes:karpenter.sh/v1:NodePool", rf"{_CODE}-cluster.*", Kind.NODES, ""),
    ("kubernetes:gateway.envoyproxy.io/v1alpha1:EnvoyProxy", rf"{_CODE}-gateway-proxies", Kind.GATEWAY, ""),
    ("kubernetes:apps/v1:Deployment", rf"{_CODE}-(?P<n>pooler-\d+)-deployment", Kind.POOLER, "{n}"),
)
_SINGLE = (Kind.CLUSTER, Kind.NETWORK, Kind.CDN, Kind.FIREWALL, Kind.NODES, Kind.GATEWAY)
_NAMED = (Kind.DATABASE, Kind.REPLICA)
"""Their names are their own in all regions, and resources' names don't tell the region."""

_PLUGIN = ("naap:platform:Plugin$", "naap:platform:PluginRoutes$")
"""Recorded names tell the nearest parent only."""


@dataclass(frozen=True, kw_only=True)
class Touched:
    """One resource that an engine creates, updates, replaces or deletes. paths: of the properties that differ."""

    operation: str
    urn: str
    paths: frozenset[str] = frozenset()

    @property
    def type(self) -> str:
        """Without those of its parents."""
        return self.urn.split("::")[2].rpartition("$")[2]

    @property
    def name(self) -> str:
        """Its logical name."""
        return self.urn.rpartition("::")[2]

    def risk(self) -> str:
        """What it comes to."""
        if "replace" in self.operation:
            return Risk.REPLACED.value
        if self.operation in ("create", "delete"):
            return Risk.ADDED.value if self.operation == "create" else Risk.REMOVED.value
        pattern = RESTARTING.get(self.type)
        restarts = pattern is not None and any(re.match(pattern, path) for path in self.paths)
        return Risk.RESTARTED.value if restarts else IN_PLACE


def engine_says(touched: Iterable[Touched], plugins: set[str]) -> dict[Key, str]:
    """The worst that happens to each part. plugins: names of those that are there before or after."""
    found: dict[Key, str] = {}
    for one in touched:
        key, risk = _key(one, plugins), one.risk()
        if key is None or (key[0] in SEPARATE and risk == IN_PLACE):
            continue
        if key[0] == Kind.PLUGIN and one.type != "kubernetes:core/v1:Namespace" and risk != Risk.RESTARTED:
            # Parts of a plugin come and go with what it uses; it comes and goes with its namespace.
            risk = IN_PLACE
        found[key] = min(found.get(key, risk), risk, key=_rank)
    return found


def _rank(risk: str) -> int:
    # What is made anew has no former self that its parts could change.
    return -1 if risk == Risk.ADDED.value else _ORDER.index(risk)


def plan_says(changes: Iterable[Change] | Iterable[Mapping[str, Any]]) -> dict[Key, str]:
    """The same of planning's own answer, as objects or as JSON."""
    told = [_plain(change) for change in changes]
    return {
        (kind, "" if kind in _SINGLE else name.replace(".", "-"), "" if kind in _NAMED else region): risk
        for kind, name, region, risk in told
        if kind not in UNCOMPARED and not (kind in SEPARATE and risk == IN_PLACE)
    }


def _plain(change: Change | Mapping[str, Any]) -> tuple[str, str, str, str]:
    named = change if isinstance(change, Mapping) else vars(change)
    risk = str(named["risk"])
    moves = risk in (Risk.STOPPED, Risk.GROWN, Risk.SHRUNK, Risk.CHANGED)
    return str(named["kind"]), str(named["name"]), str(named["region"]), IN_PLACE if moves else risk


def _key(one: Touched, plugins: set[str]) -> Key | None:
    for token, pattern, kind, template in _NAMES:
        match = re.fullmatch(pattern, one.name) if token == one.type else None
        if match:
            groups = match.groupdict()
            return kind.value, template.format(**groups), _REGIONS.get(groups.get("code", ""), "")
    if not any(parent in one.urn for parent in _PLUGIN):
        return None
    code, _, rest = one.name.partition("-")
    name = max((name for name in plugins if rest.startswith(f"{name}-")), key=len, default=None)
    return (Kind.PLUGIN.value, name, _REGIONS[code]) if name else None


def differing(before: object, after: object, path: str = "") -> Iterable[str]:
    """Paths at which two values differ."""
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        old, new = cast("Mapping[str, object]", before), cast("Mapping[str, object]", after)
        for key in sorted({*old, *new}):
            yield from differing(old.get(key), new.get(key), f"{path}.{key}" if path else key)
    elif before != after:
        yield path
