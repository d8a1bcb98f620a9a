"""The whole picture: browsers and the edge on top, the regions beside each other below.

draw(graph) -> Drawing
"""

from collections.abc import Iterator, Sequence

from analysis.diagram.geometry import GAP, Box, Card, Drawing, Frame, Line, cells, height_of, place
from analysis.diagram.graph import EdgeKind, Graph, Node, NodeKind, ZoneKind
from analysis.diagram.lines import region_lines, spine
from analysis.diagram.region import BAND, HEADER, PAD, RegionLayout

MARGIN = 24
TITLE = 64
BETWEEN = 48
LEGEND = 64
_BUNDLE = 190
"""Least width of a plugin without a backend; their columns are even, so that the CDN's lines pass between them."""


def draw(graph: Graph) -> Drawing:
    """Where everything of a graph is."""
    names = [zone.id for zone in graph.zones if zone.kind is ZoneKind.REGION]
    measured = RegionLayout(graph=graph, region=names[0], x=0, y=0, regions=len(names)).box.width
    width = len(names) * (measured + BETWEEN) - BETWEEN + 2 * MARGIN
    edge = _Edge(graph, width)
    regions: list[RegionLayout] = []
    top = edge.frame.box.bottom + BAND + GAP
    for number, name in enumerate(names):
        x = MARGIN + number * (measured + BETWEEN)
        regions.append(RegionLayout(graph=graph, region=name, x=x, y=top, regions=len(names)))
    frames = [edge.frame]
    for kind in (ZoneKind.REGION, ZoneKind.NETWORK, ZoneKind.CLUSTER, ZoneKind.SERVICES, ZoneKind.DATA):
        frames += [region.frames[kind] for region in regions]
    lines = [*edge.lines(), *_entries(graph, edge, regions), *_between(regions)]
    for region in regions:
        lines += region_lines(region)
    cards = [*edge.cards.values(), *(card for region in regions for card in region.cards.values())]
    return Drawing(
        width=width,
        height=max(region.box.bottom for region in regions) + LEGEND,
        title=graph.title,
        detail=graph.detail,
        frames=tuple(frames),
        lines=tuple(lines),
        cards=tuple(cards),
    )


class _Edge:
    """Browsers, and below them names, CDN and firewall; then what is a bundle only."""

    def __init__(self, graph: Graph, width: float) -> None:
        self.cards: dict[str, Card] = {}
        browser = next(node for node in graph.nodes if node.kind is NodeKind.BROWSER)
        wide = 190
        box = Box(x=width / 2 - wide / 2, y=TITLE, width=wide, height=height_of([browser]))
        self.cards[browser.id] = Card(node=browser, box=box)
        whole = min(width - 2 * MARGIN, 860)
        inner = Box(x=width / 2 - whole / 2 + PAD, y=0, width=whole - 2 * PAD, height=0)
        top = box.bottom + BAND
        row = [node for kind in (NodeKind.DNS, NodeKind.CDN, NodeKind.FIREWALL) for node in graph.within("edge", kind)]
        y = self._place(row, inner, top + HEADER, per_row=3)
        bundles = graph.within("edge", NodeKind.BUNDLE)
        if bundles:
            y = self._place(bundles, inner, y + GAP, per_row=max(1, int(inner.width // (2 * _BUNDLE))) * 2)
        zone = next(zone for zone in graph.zones if zone.kind is ZoneKind.EDGE)
        frame = Box(x=inner.x - PAD, y=top, width=whole, height=y + PAD - top)
        self.frame = Frame(zone=zone, box=frame)

    def _place(self, nodes: Sequence[Node], inner: Box, y: float, *, per_row: int) -> float:
        box = Box(x=inner.x, y=y, width=inner.width, height=0)
        placed = place(nodes, cells(len(nodes), box, per_row=per_row, height=height_of(nodes)))
        self.cards |= placed
        return max(card.box.bottom for card in placed.values())

    def lines(self) -> Iterator[Line]:
        """From the browsers, and from the firewall."""
        browser, cdn = self.cards["browser"].box, self.cards["cdn"].box
        dns, firewall = self.cards["dns"].box, self.cards["firewall"].box
        yield Line(kind=EdgeKind.REQUEST, points=((cdn.middle, browser.bottom), (cdn.middle, cdn.y)))
        y = browser.centre
        yield Line(kind=EdgeKind.LOOKUP, points=((browser.x, y), (dns.middle, y), (dns.middle, dns.y)))
        yield Line(kind=EdgeKind.FILTER, points=((firewall.x, firewall.centre), (cdn.right, cdn.centre)))


def _entries(graph: Graph, edge: _Edge, regions: Sequence[RegionLayout]) -> Iterator[Line]:
    """From the CDN to the assets, down the left side of a region, and to its load balancer."""
    cdn, low = edge.cards["cdn"].box, edge.frame.box.bottom
    for region in regions:
        kinds = {found.target: found.kind for found in graph.edges if found.source == "cdn"}
        balancer = region.cards[f"{region.region}/balancer"].box
        x, lane = spine(region), low + BAND - 6
        kind = kinds[f"{region.region}/balancer"]
        points = ((cdn.middle + 3, cdn.bottom), (cdn.middle + 3, lane), (x, lane), (x, balancer.y))
        yield Line(kind=kind, points=points)
        target = f"{region.region}/bucket/assets"
        if target in kinds:
            assets, side, lane = region.cards[target].box, region.box.x + 11, low + BAND - 18
            points = (
                (cdn.middle - 3, cdn.bottom),
                (cdn.middle - 3, lane),
                (side, lane),
                (side, assets.centre),
                (assets.x, assets.centre),
            )
            yield Line(kind=kinds[target], points=points)


def _between(regions: Sequence[RegionLayout]) -> Iterator[Line]:
    """Copies of data to the other regions, and writes of their poolers to the home region's databases."""
    home, *others = regions
    data = home.frames[ZoneKind.DATA].box
    for other in others:
        copy = other.frames[ZoneKind.DATA].box
        y = data.y + HEADER + 24
        yield Line(kind=EdgeKind.REPLICATION, points=((data.right, y), (copy.x, y)))
        pooler = other.cards[f"{other.region}/pooler/0"].box
        side, y = other.box.x - BETWEEN / 2, data.y + 16
        points = ((pooler.x, pooler.centre), (side, pooler.centre), (side, y), (data.right, y))
        yield Line(kind=EdgeKind.SQL, points=points)
        y = home.cards[f"{home.region}/bucket/assets"].box.centre
        points = ((home.box.right, y), (other.box.x, y))
        at = (home.box.right + 14, y - 8)
        yield Line(kind=EdgeKind.REPLICATION, points=points, label="S3", at=at)
