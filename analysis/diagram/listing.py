"""A graph as a person reads it in 80 columns: zones within zones, and below each node whom it turns to."""

import textwrap
from collections.abc import Iterator

from analysis.diagram.geometry import MARKED
from analysis.diagram.graph import Graph, Node
from console.style import Style
from console.text import WIDTH

_STEP = "  "


def as_text(graph: Graph, style: Style) -> str:
    """All zones, nodes and edges of the graph."""
    outer = [line for node in graph.nodes if node.zone is None for line in _node(graph, node, 0, style)]
    zones = [line for zone in graph.zones if zone.parent is None for line in _zone(graph, zone.id, 0, style)]
    return "\n".join([style.strong(graph.title), graph.detail, "", *outer, *zones])


def _zone(graph: Graph, name: str, level: int, style: Style) -> Iterator[str]:
    zone = next(zone for zone in graph.zones if zone.id == name)
    yield f"{_STEP * level}{style.strong(zone.title)}  {zone.detail}"
    for node in graph.nodes:
        if node.zone == name:
            yield from _node(graph, node, level + 1, style)
    for inner in graph.zones:
        if inner.parent == name:
            yield from _zone(graph, inner.id, level + 1, style)


def _node(graph: Graph, node: Node, level: int, style: Style) -> Iterator[str]:
    shard = [f"shard {node.shard}"] if node.shard is not None and node.kind in MARKED else []
    words = ", ".join((*node.lines, *shard, *node.badges))
    yield from _wrapped(f"{node.title}  {words}", level)
    for line in _edges(graph, node):
        yield from (style.faint(part) for part in _wrapped(line, level + 1))


def _edges(graph: Graph, node: Node) -> Iterator[str]:
    """One line for each kind, in the order of the graph. Targets elsewhere bear their zone's first part."""
    titles = {other.id: other.title for other in graph.nodes}
    own = node.id.partition("/")[0]
    by_kind: dict[str, list[str]] = {}
    for edge in graph.edges:
        if edge.source == node.id:
            region, _, rest = edge.target.partition("/")
            place = f" ({region})" if rest and region not in (own, "plugin") else ""
            by_kind.setdefault(edge.kind.value, []).append(f"{titles[edge.target]}{place}")
    yield from (f"→ {kind}: {', '.join(targets)}" for kind, targets in by_kind.items())


def _wrapped(text: str, level: int) -> list[str]:
    indent = _STEP * level
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=indent,
        subsequent_indent=indent + _STEP * 2,
        break_on_hyphens=False,
        drop_whitespace=True,
    )
