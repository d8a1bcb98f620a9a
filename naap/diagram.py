"""`naap diagram`: the architecture of a stack as a picture, as text, or as nodes and edges."""

import importlib
from pathlib import Path

from analysis.diagram.architecture import graph_of
from analysis.diagram.graph import Graph
from analysis.diagram.listing import as_text
from console.files import write_text
from console.terminal import Answer
from naap.source import Source


def answer(source: Source, out: Path | None) -> Answer:
    """out: the picture is drawn into this file. Raises InvalidInputError."""
    graph = graph_of(source.plan())
    if out is None:
        return Answer(data=graph, text=as_text(graph))
    write_text(out, _picture(graph))
    return Answer(data=graph, text=f"{out.name}: {graph.title}, {graph.detail}")


def _picture(graph: Graph) -> str:
    # Imported late: no other command draws.
    paint = importlib.import_module("analysis.diagram.paint")
    return paint.picture(graph)
