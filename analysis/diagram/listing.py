"""A graph as a person reads it: a tree of zones within zones, and below each node whom it turns to."""

from collections.abc import Iterator

from rich.console import Group
from rich.text import Text
from rich.tree import Tree

from analysis.diagram.geometry import MARKED
from analysis.diagram.graph import Graph, Node


def as_text(graph: Graph) -> Group:
    """All zones, nodes and edges of the graph."""
    root = Tree("", hide_root=True, guide_style="dim")
    _fill(root, graph, None)
    return Group(Text(graph.title, "bold"), graph.detail, "", root)


def _fill(tree: Tree, graph: Graph, zone: str | None) -> None:
    """Adds what lies in a zone (None: in none)."""
    for node in graph.nodes:
        if node.zone == zone:
            shard = [f"shard {node.shard}"] if node.shard is not None and node.kind in MARKED else []
            branch = tree.add(Text(f"{node.title}  {', '.join((*node.lines, *shard, *node.badges))}"))
            for line in _edges(graph, node):
                branch.add(Text(line, "dim"))
    for inner in graph.zones:
        if inner.parent == zone:
            _fill(tree.add(Text.assemble((inner.title, "bold"), f"  {inner.detail}")), graph, inner.id)


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
