"""What a gateway is run from: programs, a chart, and the images of its pods."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from rehearsal import RehearsalError
from rehearsal.control_plane import crds
from rehearsal.control_plane.kube_api import Object
from rehearsal.live import gateway, machine
from rehearsal.live.images import npm, recipes
from rehearsal.live.images.archive import Layer
from rehearsal.live.images.images import Images
from rehearsal.live.images.recipes import Recipe, config, node_application
from rehearsal.live.images.roots import PYTHON, debian_root
from rehearsal.progress import Progress
from rehearsal.tools import tool_table
from rehearsal.tools.debian import VALKEY
from rehearsal.tools.toolbox import Found, Toolbox
from tests.dataplane.packages import unpacked

BACKEND_IMAGE, EXPRESS_IMAGE = "registry.example/tests/backend:1", "registry.example/tests/express:1"
_HERE = Path(__file__).parent
_NOBODY = "65534:65534"


@dataclass(frozen=True, kw_only=True)
class Parts:
    """tools: of the control plane and of live nodes. programs: paths of others, by name. chart: its folder. images:
    archives by reference."""

    tools: Mapping[str, Found]
    definitions: list[Object]
    programs: dict[str, str]
    chart: str
    images: Mapping[str, Path]


def gather() -> Parts:
    """Gets everything. Raises RehearsalError, or skips the test where nodes can't run or a package can't be had."""
    try:
        machine.check(Path("/x"))
    except RehearsalError as error:
        pytest.skip(str(error))
    progress = Progress(sys.stderr)
    toolbox = Toolbox(progress)
    programs = {name: str(tool.path) for name, tool in toolbox.get([*gateway.TOOLS]).items()}
    images = {**gateway.recipes(toolbox, progress), **_stand_ins(toolbox, progress)}
    return Parts(
        tools=toolbox.get([*tool_table.CONTROL_PLANE, *tool_table.LIVE]),
        definitions=crds.get(toolbox, progress),
        programs={**programs, "valkey-server": str(unpacked(VALKEY) / "valkey-server")},
        chart=str(gateway.chart(toolbox, progress)),
        images=Images(images, toolbox.cache, progress).known(images),
    )


def _stand_ins(toolbox: Toolbox, progress: Progress) -> dict[str, Recipe]:
    """Of plugins' pods."""
    node = npm.node(toolbox.cache, progress)
    express = _HERE / "express"
    program = {f"{recipes.APPLICATION}/server.cjs": express / "server.cjs"}
    scripts = {f"app/{name}": _HERE / name for name in ("backend.py", "base_service.py")}
    return {
        BACKEND_IMAGE: Recipe(
            layers=lambda: [debian_root(PYTHON), Layer(files=scripts)],
            config=config(Entrypoint=["python3", "-u"], WorkingDir="/app", User=_NOBODY),
        ),
        EXPRESS_IMAGE: node_application(
            lambda: program,
            lambda: npm.packages(express, node, toolbox.cache, progress),
            lambda: node,
            ["node", "server.cjs"],
            {},
            "",
        ),
    }
