"""The answer of an estimate: lines of a bill, and what of them is each plugin's."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from planning.inputs.assumptions import Assumptions

GLOBAL = "global"
"""Where what serves all regions is counted: the CDN and what belongs to it."""


class Basis(StrEnum):
    """By what plugins share a line: what their pods ask for, their part of a shard or cache, their requests."""

    NODES = "nodes"
    DATABASE = "database"
    CACHE = "cache"
    TRAFFIC = "traffic"
    SHARED = "shared"


@dataclass(frozen=True, kw_only=True)
class Line:
    """quantity: units of the price a month. shard: of the database, where the basis is that."""

    component: str
    region: str
    what: str
    price: str
    quantity: float
    usd: float
    basis: Basis
    shard: int | None = None


@dataclass(frozen=True, kw_only=True)
class PluginCost:
    """USD a month of one plugin in all regions."""

    plugin: str
    nodes: float
    database: float
    cache: float
    traffic: float

    @property
    def usd(self) -> float:
        """All of it."""
        return self.nodes + self.database + self.cache + self.traffic


@dataclass(frozen=True, kw_only=True)
class Cost:
    """USD a month of an environment. Sums of components, of regions, and of plugins with what is shared, are equal."""

    stack: str
    users: int
    tier: str
    lines: tuple[Line, ...]
    plugins: tuple[PluginCost, ...]
    assumptions: Assumptions

    @property
    def usd(self) -> float:
        """The whole bill."""
        return sum(line.usd for line in self.lines)

    @property
    def shared(self) -> float:
        """What is no plugin's."""
        return self.usd - sum(plugin.usd for plugin in self.plugins)

    @property
    def components(self) -> Mapping[str, float]:
        """By component, in the order of the bill."""
        return _sums(self, lambda line: line.component)

    @property
    def regions(self) -> Mapping[str, float]:
        """By region, home first; `global` for what serves all."""
        return _sums(self, lambda line: line.region)

    def largest(self, count: int) -> tuple[tuple[str, float], ...]:
        """The causes that cost most: what stands in a line, in all regions together."""
        found = _sums(self, lambda line: f"{line.component}: {line.what}")
        return tuple(sorted(found.items(), key=lambda item: (-item[1], item[0]))[:count])


def _sums(cost: Cost, key: Callable[[Line], str]) -> Mapping[str, float]:
    found: defaultdict[str, float] = defaultdict(float)
    for line in cost.lines:
        found[key(line)] += line.usd
    return found
