"""Lines of calls between plugins: from each caller up into its callee's lane, along it, and down into the callee."""

from collections.abc import Iterator

from planning.diagram.geometry import Box, Line
from planning.diagram.graph import EdgeKind
from planning.diagram.region import LANE, RegionLayout

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
