"""What a gateway is run from: got out here, where there is a network, and handed over to inside the namespaces."""

import json
import os
import shutil
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

from rehearsal.control_plane import crds
from rehearsal.control_plane.kube_api import Object
from rehearsal.progress import Progress
from rehearsal.tools import tool_table
from rehearsal.tools.toolbox import Found, Toolbox
from rehearsal.tools.wheel import install_wheel
from tests.dataplane import npm
from tests.dataplane.cluster.namespaces import INSIDE
from tests.dataplane.packages import VALKEY, unpacked
from tests.tools import GATEWAY

_ENVOY = Path(__file__).with_name("envoy.txt")
_EXPRESS = Path(__file__).with_name("express")


@dataclass(frozen=True, kw_only=True)
class Parts:
    """Paths of programs, by name, the chart's folder, and that of npm's packages."""

    tools: dict[str, str]
    chart: str
    packages: str

    def definitions(self) -> list[Object]:
        """Of all custom resources; in the cache since they were gathered."""
        progress = Progress(sys.stderr)
        return crds.get(Toolbox(progress), progress)

    def found(self) -> dict[str, Found]:
        """As a control plane wants its tools."""
        return {k: Found(name=k, path=Path(v), version="", origin="") for k, v in self.tools.items()}

    def shown(self) -> list[Path]:
        """Folders that pods must see to run any of the programs."""
        folders = {Path(path).parent for path in self.tools.values()}
        packages = {folder.parents[1] for folder in folders if folder.parts[-2:] == ("usr", "bin")}
        python = {Path(sys.base_prefix), Path(sys.prefix)}
        return sorted(
            path for path in folders | packages | python | {Path(self.packages)} if not path.is_relative_to("/usr")
        )


def gather(progress: Progress) -> Parts:
    """Gets everything. Raises RehearsalError, or skips the test where a package can't be had."""
    toolbox = Toolbox(progress)
    found = toolbox.get([*tool_table.CONTROL_PLANE, *GATEWAY])
    tools = {name: str(tool.path) for name, tool in found.items()}
    tools["valkey-server"] = str(unpacked(VALKEY) / "valkey-server")
    tools["envoy"] = str(envoy(toolbox, progress) / "envoy" / "_bin" / "envoy")
    with toolbox.cache.entry("envoy-gateway-chart", tool_table.ENVOY_GATEWAY) as entry:
        if not entry.ready:
            source = crds.download(crds.ENVOY_GATEWAY, toolbox, progress)
            shutil.copytree(source / "charts" / "gateway-helm", entry.staging, dirs_exist_ok=True)
            entry.keep()
        chart = entry.path
    crds.get(toolbox, progress)
    tools["node"] = str(npm.NODE)
    return Parts(tools=tools, chart=str(chart), packages=str(npm.packages(_EXPRESS)))


def handed_over() -> Parts:
    """What gather() found, read inside the namespaces."""
    return Parts(**json.loads(os.environ[INSIDE]))


def variable(parts: Parts) -> str:
    """For the environment of who goes in."""
    return json.dumps(asdict(parts))


def envoy(toolbox: Toolbox, progress: Progress) -> Path:
    """The folder with the package of the wheel that brings it."""
    version = _ENVOY.read_text().partition("==")[2].split()[0]
    with toolbox.cache.entry("envoy", version) as entry:
        if not entry.ready:
            with progress.task("Envoy from its Python wheel", "about 36 MB"):
                install_wheel(_ENVOY, entry.staging)
            entry.keep()
        return entry.path
