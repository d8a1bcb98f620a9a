"""`python -m naap diagram`: the architecture of a stack as a picture, as text, or as nodes and edges."""

import importlib
from argparse import ArgumentParser, Namespace
from pathlib import Path

from analysis.diagram.architecture import graph_of
from analysis.diagram.graph import Graph
from analysis.diagram.listing import as_text
from console.files import write_text
from naap.command import Answer, Command, Source, stack_arguments


def _arguments(parser: ArgumentParser) -> None:
    stack_arguments(parser)
    parser.add_argument("--out", type=Path, metavar="FILE.svg", help="draw it into this file, instead of printing it")


def _run(options: Namespace, source: Source) -> Answer:
    graph = graph_of(source.plan(options.stack, users=options.users))
    if options.out is None:
        return Answer(data=graph, text=lambda style: as_text(graph, style))
    write_text(options.out, _picture(graph))
    said = f"{options.out.name}: {graph.title}, {graph.detail}"
    return Answer(data=graph, text=lambda _: said)


def _picture(graph: Graph) -> str:
    # Imported late: no other command draws.
    paint = importlib.import_module("analysis.diagram.paint")
    return paint.picture(graph)


COMMAND = Command(
    name="diagram",
    help="the architecture of a stack: regions, networks, components, plugins, who calls whom",
    arguments=_arguments,
    run=_run,
)
