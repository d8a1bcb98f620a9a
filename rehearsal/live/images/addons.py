"""Images of what a cluster brings itself: the pause container, DNS and metrics."""

from collections.abc import Callable, Mapping
from pathlib import Path

from rehearsal.live.images.archive import Layer, write
from rehearsal.live.node.configuration import PAUSE
from rehearsal.tools import tool_table
from rehearsal.tools.cache import Cache
from rehearsal.tools.toolbox import Found

COREDNS = f"registry.k8s.io/coredns/coredns:v{tool_table.COREDNS}"
METRICS_SERVER = f"registry.k8s.io/metrics-server/metrics-server:v{tool_table.METRICS_SERVER}"


def archives(cache: Cache, root: Path, tools: Mapping[str, Found]) -> dict[str, Path]:
    """Reference -> archive, made once. root: of a node, which has what stands in for pause: catatonit, as Podman's."""
    programs = {
        PAUSE: (root / "usr/bin/catatonit", ["/program", "-P"]),
        COREDNS: (tools["coredns"].path, ["/program"]),
        METRICS_SERVER: (tools["metrics-server"].path, ["/program"]),
    }
    return {name: _archive(cache, name, *program) for name, program in programs.items()}


def _archive(cache: Cache, name: str, program: Path, entrypoint: list[str]) -> Path:
    short, _, version = name.rsplit("/", 1)[-1].partition(":")
    return cache.get(f"image-{short}", version, _writing(name, program, entrypoint)) / "image.tar"


def _writing(name: str, program: Path, entrypoint: list[str]) -> Callable[[Path], None]:
    def make(target: Path) -> None:
        layer = Layer(files={"program": program}, folders={"tmp": 0o1777})
        write(target / "image.tar", name, [layer], {"Entrypoint": entrypoint})

    return make
