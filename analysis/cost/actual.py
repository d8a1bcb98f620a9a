"""Measured against planned: a report of AWS beside the estimate of the same stack, by component and by plugin."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from analysis.cost.bill import Basis, Cost
from analysis.cost.meters import METERS, Meter
from analysis.cost.usage_report import Row
from planning.inputs.assumptions import HOURS, Assumptions
from planning.shared.naming import namespace

COUNTED = frozenset(
    {"Usage", "DiscountedUsage", "SavingsPlanCoveredUsage", "SavingsPlanNegation", "SavingsPlanRecurringFee", "RIFee"}
)
"""Kinds of rows that are use of something. Taxes, credits, refunds and support are no matter of a plan."""
ENVIRONMENT = "user_environment"
"""The tag by which a row is a stack's."""
OFF = 1.25
"""How many times what was planned, or less than what part, is worth a word."""

_COMPONENTS = (
    ("cluster", "AmazonEKS", "perCluster"),
    ("nodes", "AmazonEKS", ""),
    ("nodes", "AmazonEC2", "BoxUsage|SpotUsage|EBS:"),
    ("network", "AmazonEC2|AmazonVPC|AWSDataTransfer", ""),
    ("load balancer", "AWSELB", ""),
    ("database", "AmazonRDS", ""),
    ("cache", "AmazonElastiCache", ""),
    ("storage", "AmazonS3", ""),
    ("CDN", "AmazonCloudFront", ""),
    ("firewall", "awswaf|AWSShield", ""),
    ("names", "AmazonRoute53", ""),
    ("keys and secrets", "awskms|AWSSecretsManager", ""),
    ("observability", "AmazonCloudWatch|AmazonPrometheus|AWSXRay", ""),
)
"""Component of the estimate, the product's code, and what is within its usage type; the first that matches."""
OTHER = "other"


@dataclass(frozen=True, kw_only=True)
class Pair:
    """planned: for the hours of the report."""

    planned: float
    measured: float

    @property
    def off(self) -> bool:
        """Whether they are far apart."""
        low, high = sorted((self.planned, self.measured))
        return high > low * OFF


@dataclass(frozen=True, kw_only=True)
class Quantity:
    """What was planned by assumptions, and what was measured."""

    meter: Meter
    pair: Pair


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """USD of the hours of a report, planned and measured.

    split: whether nodes were split by their pods; else they are shared as planned, as databases, caches and traffic are
    in any case. untagged: rows of nobody's, by product. left_out: what is no use of anything, by its kind.
    """

    stack: str
    begin: datetime
    end: datetime
    components: Mapping[str, Pair]
    plugins: Mapping[str, Pair]
    quantities: tuple[Quantity, ...]
    split: bool
    untagged: Mapping[str, float]
    left_out: Mapping[str, float]

    @property
    def hours(self) -> float:
        """That the report covers."""
        return (self.end - self.begin).total_seconds() / 3_600


def _tally() -> defaultdict[str, float]:
    return defaultdict(float)


@dataclass(kw_only=True)
class _Sums:
    begin: datetime | None = None
    end: datetime | None = None
    components: defaultdict[str, float] = field(default_factory=_tally)
    plugins: defaultdict[str, float] = field(default_factory=_tally)
    meters: defaultdict[str, float] = field(default_factory=_tally)
    untagged: defaultdict[str, float] = field(default_factory=_tally)
    left_out: defaultdict[str, float] = field(default_factory=_tally)


def compare(found: Iterable[Row], cost: Cost, clusters: Sequence[str]) -> Comparison | None:
    """clusters: names of the stack's. None: no row is the stack's."""
    sums = _summed(found, cost, clusters)
    if sums.begin is None or sums.end is None:
        return None
    part = (sums.end - sums.begin).total_seconds() / 3_600 / HOURS
    expected = cost.components
    components = {
        name: Pair(planned=expected.get(name, 0) * part, measured=sums.components.get(name, 0))
        for name in dict.fromkeys((*expected, *sums.components))
    }
    return Comparison(
        stack=cost.stack,
        begin=sums.begin,
        end=sums.end,
        components=components,
        plugins=_plugins(cost, part, components, sums.plugins),
        quantities=tuple(
            Quantity(meter=meter, pair=Pair(planned=_planned(cost, meter) * part, measured=sums.meters[meter.what]))
            for meter in METERS
        ),
        split=bool(sums.plugins),
        untagged=dict(sums.untagged),
        left_out=dict(sums.left_out),
    )


def if_alone(name: str, pair: Pair, stated: Assumptions) -> float:
    """What an assumption would have to be, were it the only one of a quantity's that is off."""
    return getattr(stated, name) * pair.measured / pair.planned


def _summed(found: Iterable[Row], cost: Cost, clusters: Sequence[str]) -> _Sums:
    sums = _Sums()
    names = {namespace(plugin.plugin): plugin.plugin for plugin in cost.plugins}
    for row in found:
        if row.pod:
            if row.pod.cluster in clusters and row.pod.namespace in names:
                sums.plugins[names[row.pod.namespace]] += row.usd
            continue
        environment = row.tags.get(ENVIRONMENT)
        if environment not in (None, cost.stack):
            continue
        if row.kind not in COUNTED:
            sums.left_out[row.kind] += row.usd
        elif environment is None:
            sums.untagged[row.product] += row.usd
        else:
            _count(sums, row)
    return sums


def _count(sums: _Sums, row: Row) -> None:
    sums.begin = min(sums.begin or row.begin, row.begin)
    sums.end = max(sums.end or row.end, row.end)
    sums.components[_component(row)] += row.usd
    for meter in METERS:
        if row.product == meter.product and re.search(meter.usage, row.usage):
            sums.meters[meter.what] += row.amount / meter.unit


def _component(row: Row) -> str:
    return next(
        (
            name
            for name, product, usage in _COMPONENTS
            if re.fullmatch(product, row.product) and re.search(usage, row.usage)
        ),
        OTHER,
    )


def _planned(cost: Cost, meter: Meter) -> float:
    return sum(line.quantity for line in cost.lines if line.price.startswith(meter.prices))


def _plugins(cost: Cost, part: float, components: Mapping[str, Pair], nodes: Mapping[str, float]) -> Mapping[str, Pair]:
    """Nodes as AWS splits them; of the rest each plugin's part as planned, of what was measured."""
    grown = {basis: _grown(cost, basis, components) for basis in Basis}
    found: dict[str, Pair] = {}
    for plugin in cost.plugins:
        shared = (
            plugin.database * grown[Basis.DATABASE]
            + plugin.cache * grown[Basis.CACHE]
            + plugin.traffic * grown[Basis.TRAFFIC]
        )
        of_nodes = nodes.get(plugin.plugin, 0) if nodes else plugin.nodes * grown[Basis.NODES] * part
        found[plugin.plugin] = Pair(planned=plugin.usd * part, measured=shared * part + of_nodes)
    return found


def _grown(cost: Cost, basis: Basis, components: Mapping[str, Pair]) -> float:
    """How many times what was planned the components cost that plugins share in this way."""
    pairs = [components[name] for name in {line.component for line in cost.lines if line.basis is basis}]
    planned = sum(pair.planned for pair in pairs)
    return sum(pair.measured for pair in pairs) / planned if planned else 0.0
