"""Where everything of one region is: from the load balancer at the top down to what lies outside of its network."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from analysis.diagram.geometry import GAP, Box, Card, Frame, cells, columns, height_of, place
from analysis.diagram.graph import EdgeKind, Graph, Node, NodeKind, ZoneKind

CARD = 172
"""Width of a plugin's card."""

HEADER = 30
PAD = 14
BAND = 34
"""Between rows, where arrows pass."""

EDGE = 12
"""Beside a network: for the way to the assets on its left, and for the way out on its right."""

LEFT, RIGHT = 30, 46
"""Beside a cluster, within its network: for lanes around it."""

TRUNK = 20
LANE = 7
LANES = 6
"""Callees whose lines are drawn; calls to others are in the graph only."""

SHOWN = 4
"""Shards that have room; more are one card together."""

_SHARD = 84
_STORE = 108
"""Least widths of cards."""


def callees(graph: Graph, region: str) -> tuple[str, ...]:
    """Whom plugins of a region call, the most called first, as far as lines are drawn."""
    targets = [edge.target for edge in graph.of(EdgeKind.CALL) if edge.source.startswith(f"{region}/")]
    order = sorted(dict.fromkeys(targets), key=lambda target: (-targets.count(target), target))
    return tuple(order[:LANES])


def grid_columns(count: int, regions: int) -> int:
    """Columns of the plugins: wide where one region has the page, narrow where regions share it."""
    return max(2, round((count * 0.6) ** 0.5)) if regions > 1 else max(3, round(count**0.5))


def some(nodes: Sequence[Node]) -> tuple[Node, ...]:
    """As many as have room; the last then stands for all others."""
    if len(nodes) <= SHOWN:
        return tuple(nodes)
    last = replace(nodes[-1], title=f"+ {len(nodes) - SHOWN + 1} more")
    return (*nodes[: SHOWN - 1], last)


@dataclass
class RegionLayout:
    """Fills itself from the top. Afterwards: cards by id, frames by kind.

    lanes: the callees whose lines are drawn; trunk: room for them beside the plugins; inner: x and width of most rows.
    """

    graph: Graph
    region: str
    x: float
    y: float
    regions: int
    cards: dict[str, Card] = field(default_factory=dict[str, Card])
    frames: dict[ZoneKind, Frame] = field(default_factory=dict[ZoneKind, Frame])

    def __post_init__(self) -> None:
        self.lanes = callees(self.graph, self.region)
        self.trunk = TRUNK + LANE * len(self.lanes)
        self._row_gap = GAP + LANE * len(self.lanes)
        self._per_row = grid_columns(len(self._within("services", NodeKind.PLUGIN)), self.regions)
        grid = self._per_row * CARD + (self._per_row - 1) * GAP
        x = self.x + PAD + EDGE + LEFT + PAD
        self.inner = Box(x=x, y=self.y, width=self.trunk + grid + PAD, height=0)
        self._fill()

    @property
    def box(self) -> Box:
        """The region's frame."""
        return self.frames[ZoneKind.REGION].box

    def _within(self, zone: str, *kinds: NodeKind) -> tuple[Node, ...]:
        return self.graph.within(f"{self.region}/{zone}" if zone else self.region, *kinds)

    def _fill(self) -> None:
        y = self._row(self._within("network", NodeKind.BALANCER), self._wider(PAD, PAD), self.y + HEADER * 2 + 4)
        top = y + BAND
        gateway = self._within("cluster", NodeKind.TELEMETRY, NodeKind.LIMITER, NodeKind.GATEWAY)
        y = self._row(gateway, self.inner, top + HEADER)
        y = self._services(y + BAND)
        y = self._row(some(self._within("cluster", NodeKind.POOLER)), self.inner, y + BAND, least=_SHARD)
        self._frame(ZoneKind.CLUSTER, "cluster", self._wider(PAD, PAD), top, y)
        top = y + PAD + BAND
        y = self._row(some(self._within("data", NodeKind.DATABASE)), self.inner, top + HEADER, least=_SHARD)
        y = self._row(self._within("data", NodeKind.CACHE), self.inner, y + BAND - PAD)
        self._frame(ZoneKind.DATA, "data", self._wider(PAD, PAD), top, y)
        y = self._row(self._within("network", NodeKind.NAT), self._wider(PAD, PAD), y + 2 * PAD + 4)
        network = self._wider(PAD + LEFT, PAD + RIGHT)
        self._frame(ZoneKind.NETWORK, "network", network, self.y + HEADER, y)
        around = self._within("", NodeKind.BUCKET, NodeKind.WATCH, NodeKind.OUTSIDE)
        y = self._row(around, network, y + PAD + BAND)
        whole = self._wider(PAD + LEFT + PAD + EDGE, PAD + RIGHT + PAD + EDGE)
        self._frame(ZoneKind.REGION, "", whole, self.y, y)

    def _services(self, top: float) -> float:
        """Core services first, then a grid of all others; above each row there is room for the lines of calls."""
        y = top + HEADER - GAP
        inner = self._wider(-self.trunk, -PAD)
        core, plugins = self._within("services", NodeKind.CORE), self._within("services", NodeKind.PLUGIN)
        for nodes, per_row in ((core, min(self._per_row, len(core))), (plugins, self._per_row)):
            if nodes:
                box = replace(inner, y=y + self._row_gap)
                height = height_of(nodes)
                y = self._keep(nodes, cells(len(nodes), box, per_row=per_row, height=height, gap=self._row_gap))
        self._frame(ZoneKind.SERVICES, "services", self.inner, top, y)
        return y + PAD

    def _wider(self, left: float, right: float) -> Box:
        """x and width of the rows, with so much more on the sides."""
        return replace(self.inner, x=self.inner.x - left, width=self.inner.width + left + right)

    def _row(self, nodes: Sequence[Node], box: Box, y: float, *, least: float = _STORE) -> float:
        """Places nodes in even rows of a box; gives the y below them."""
        per_row = columns(len(nodes), box.width, least)
        return self._keep(nodes, cells(len(nodes), replace(box, y=y), per_row=per_row, height=height_of(nodes)))

    def _keep(self, nodes: Sequence[Node], boxes: Iterable[Box]) -> float:
        placed = place(nodes, boxes)
        self.cards |= placed
        return max(card.box.bottom for card in placed.values())

    def _frame(self, kind: ZoneKind, zone: str, sides: Box, top: float, bottom: float) -> None:
        name = f"{self.region}/{zone}" if zone else self.region
        found = next(found for found in self.graph.zones if found.id == name)
        self.frames[kind] = Frame(zone=found, box=replace(sides, y=top, height=bottom + PAD - top))
