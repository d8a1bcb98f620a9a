"""Lines within a region: the way of a request down its spine, and what goes around the cluster in lanes."""

from collections.abc import Iterator

from analysis.diagram.geometry import Box, Line, width_of
from analysis.diagram.graph import EdgeKind, NodeKind, ZoneKind
from analysis.diagram.region import LANE, RegionLayout


def region_lines(layout: RegionLayout) -> Iterator[Line]:
    """All lines that stay in one region."""
    yield from _spine(layout)
    yield from call_lines(layout)
    yield from _databases(layout)
    yield from _counters(layout)
    yield from _around(layout)


def spine(layout: RegionLayout) -> float:
    """x of the way of requests: down the middle of the gateway."""
    return _box(layout, "gateway").middle


def _box(layout: RegionLayout, name: str) -> Box:
    return layout.cards[f"{layout.region}/{name}"].box


def _spine(layout: RegionLayout) -> Iterator[Line]:
    balancer, gateway = _box(layout, "balancer"), _box(layout, "gateway")
    x, services = spine(layout), layout.frames[ZoneKind.SERVICES].box
    yield Line(kind=EdgeKind.REQUEST, points=((x, balancer.bottom), (x, gateway.y)))
    label = "a route for each"
    at = (x - 8 - width_of(label, 11), (gateway.bottom + services.y) / 2 + 4)
    yield Line(kind=EdgeKind.ROUTE, points=((x, gateway.bottom), (x, services.y)), label=label, at=at)


def _databases(layout: RegionLayout) -> Iterator[Line]:
    services = layout.frames[ZoneKind.SERVICES].box
    poolers = [card.box for card in layout.cards.values() if card.node.kind is NodeKind.POOLER]
    stores = [card.box for card in layout.cards.values() if card.node.kind is NodeKind.DATABASE]
    for pooler in poolers:
        yield Line(kind=EdgeKind.SQL, points=((pooler.middle, services.bottom), (pooler.middle, pooler.y)))
    for pooler, store in zip(poolers, stores, strict=False):
        yield Line(kind=EdgeKind.SQL, points=((pooler.middle, pooler.bottom), (pooler.middle, store.y)))


def _counters(layout: RegionLayout) -> Iterator[Line]:
    """From the gateway to the service that counts, and from there down the left side to its cache."""
    gateway, limiter = _box(layout, "gateway"), _box(layout, "limiter")
    yield Line(kind=EdgeKind.COUNT, points=((gateway.x, gateway.centre), (limiter.right, limiter.centre)))
    target = next(edge.target for edge in layout.graph.of(EdgeKind.COUNT) if edge.source == f"{layout.region}/limiter")
    cache, lane = layout.cards[target].box, layout.frames[ZoneKind.CLUSTER].box.x - 14
    turn, x = limiter.bottom + 12, limiter.x + 24
    points = ((x, limiter.bottom), (x, turn), (lane, turn), (lane, cache.centre), (cache.x, cache.centre))
    yield Line(kind=EdgeKind.COUNT, points=points)


def _around(layout: RegionLayout) -> Iterator[Line]:
    """Down the right side: the innermost lane starts lowest, so that none crosses another."""
    services, lane = layout.frames[ZoneKind.SERVICES].box, layout.frames[ZoneKind.CLUSTER].box.right
    cache, nat, uploads = _box(layout, "cache/app"), _box(layout, "nat"), _box(layout, "bucket/uploads")
    kinds = {edge.kind for edge in layout.graph.edges if edge.source.startswith(f"{layout.region}/plugin/")}
    start = services.bottom - 20
    first, second, third = lane + 12, lane + 22, lane + 32
    if EdgeKind.CACHE in kinds:
        points = ((services.right, start), (first, start), (first, cache.centre), (cache.right, cache.centre))
        yield Line(kind=EdgeKind.CACHE, points=points)
    if EdgeKind.EGRESS in kinds:
        y = start - 14
        points = ((services.right, y), (second, y), (second, nat.centre), (nat.right, nat.centre))
        yield Line(kind=EdgeKind.EGRESS, points=points)
        yield _outside(layout, nat)
    y, gap = start - 28, uploads.y - 12
    points = ((services.right, y), (third, y), (third, gap), (uploads.middle, gap), (uploads.middle, uploads.y))
    yield Line(kind=EdgeKind.UPLOAD, points=points)


def _outside(layout: RegionLayout, nat: Box) -> Line:
    outside, uploads = _box(layout, "outside"), _box(layout, "bucket/uploads")
    x, gap = nat.right - 12, uploads.y - 22
    if outside.y == uploads.y:
        below = min(outside.middle, x)
        points = ((below, nat.bottom), (below, gap), (outside.middle, gap), (outside.middle, outside.y))
    else:
        side = layout.box.right - 11
        points = ((x, nat.bottom), (x, gap), (side, gap), (side, outside.centre), (outside.right, outside.centre))
    return Line(kind=EdgeKind.EGRESS, points=points)


_ABOVE = 7
"""From a card's top to the first lane above it."""


def call_lines(layout: RegionLayout) -> Iterator[Line]:
    """A trunk for each callee beside the grid, with a branch above each row in which somebody calls it."""
    for hue, callee in enumerate(layout.lanes):
        target = layout.cards[callee].box
        callers = [
            layout.cards[edge.source].box
            for edge in layout.graph.of(EdgeKind.CALL)
            if edge.target == callee and edge.source in layout.cards
        ]
        yield from _comb(layout, hue, target, callers)


def _comb(layout: RegionLayout, hue: int, target: Box, callers: list[Box]) -> Iterator[Line]:
    trunk = layout.inner.x + layout.trunk - 10 - LANE * hue
    rows: dict[float, list[Box]] = {}
    for caller in callers:
        rows.setdefault(caller.y, []).append(caller)
    entry = _pin(target, hue, called=True)
    lane = target.y - _ABOVE - LANE * hue
    for y, boxes in rows.items():
        own = y - _ABOVE - LANE * hue
        # The farthest caller's line goes all the way; the nearer ones join it.
        farthest, *nearer = sorted((_pin(box, hue, called=False) for box in boxes), reverse=True)
        yield Line(
            kind=EdgeKind.CALL,
            hue=hue,
            points=((farthest, y), (farthest, own), (trunk, own), (trunk, lane), (entry, lane), (entry, target.y)),
        )
        for pin in nearer:
            yield Line(kind=EdgeKind.CALL, hue=hue, points=((pin, y), (pin, own)), head=False)


def _pin(box: Box, hue: int, *, called: bool) -> float:
    """Where a line meets the top of a card: callers on the left half, the callee on the right."""
    return box.x + box.width * (0.62 if called else 0.3) + LANE * hue
