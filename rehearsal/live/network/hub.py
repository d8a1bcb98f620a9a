"""The first process of the live parts' namespaces: the bridge between nodes, and the ways in and out.

Everything hangs on it: when it ends, in whatever way, nothing of nodes, pods and programs of the hub is left.
"""

import os
import subprocess
import threading
import time
from pathlib import Path

from rehearsal.live.command import python
from rehearsal.live.network import links, switchboard
from rehearsal.live.node import namespaces
from rehearsal.live.node.supervisor import Supervisor
from rehearsal.live.site import NodeSite, Site

_LOOK_SECONDS = 0.2
STOPPED = "stopped"
"""File in a node's home that keeps it from running: a node that is lost, for as long as it is there."""
READY = "ready"
_FIRST = "first"


def main(folder: str) -> None:
    """Returns when the first process in there has ended."""
    site = Site.read(Path(folder))
    outside = os.open("/proc/self/ns/net", os.O_RDONLY)
    if namespaces.enter_as_first(lambda pid: _remember(Path(folder), pid)):
        _Hub(site, outside).run()


def first(folder: Path) -> int | None:
    """Number, as this machine sees it, of the first process inside, until it has ended, and all others with it."""
    try:
        pid, started = (folder / _FIRST).read_text().split()
        state, now = _state(int(pid))
    except (OSError, ValueError):
        return None
    return int(pid) if now == started and state not in "ZX" else None


def _remember(folder: Path, pid: int) -> None:
    (folder / _FIRST).write_text(f"{pid} {_state(pid)[1]}")


def _state(pid: int) -> tuple[str, str]:
    """State of a process, and when it was started: a number is given away again. A command line says less, as one that
    is ending has none any more."""
    words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return words[0], words[19]


class _Hub:
    def __init__(self, site: Site, outside: int) -> None:
        self._site = site
        self._outside = outside
        self._nodes: dict[str, subprocess.Popen[bytes]] = {}
        self._networks: dict[str, switchboard.Network] = {}
        self._programs = Supervisor(Path(site.folder), self._ended)

    def run(self) -> None:
        links.make_hub(self._site)
        for node in self._site.nodes:
            self._start(node)
        for name, command in self._site.programs.items():
            self._programs.start(name, command)
        self._connect()
        threading.Thread(target=self._keep_nodes, daemon=True).start()
        Path(self._site.folder, READY).touch()
        self._programs.serve()

    def _connect(self) -> None:
        here = switchboard.Network(os.open("/proc/self/ns/net", os.O_RDONLY))
        outside = switchboard.Network(self._outside)
        server = ("127.0.0.1", self._site.server)
        switchboard.forward(here, (self._site.hub, 443), outside, server)
        switchboard.forward(here, server, outside, server)  # programs of the hub know it as those outside do
        for way in self._site.forwards:
            switchboard.forward(outside, ("127.0.0.1", way.port), here, (way.address, way.to))
        # From a node, not from here: only nodes know the addresses of Services.
        switchboard.proxy(Path(self._site.egress), lambda to: next(iter(self._networks.values())).connect(to))

    def _start(self, node: NodeSite) -> None:
        home = self._site.home(node)
        home.mkdir(exist_ok=True)
        wait, go = os.pipe()
        with (home / "node.log").open("ab") as log, os.fdopen(wait) as told:
            process = subprocess.Popen(
                [
                    *("unshare", "--net", "--mount", "--uts", "--ipc", "--pid", "--fork", "--kill-child"),
                    *("--mount-proc", "--", *python("node.node", self._site.folder, node.name)),
                ],
                stdin=told,
                stdout=log,
                stderr=log,
            )
        links.connect(self._site, node, process.pid)
        self._nodes[node.name] = process
        self._networks[node.name] = switchboard.Network(os.open(f"/proc/{process.pid}/ns/net", os.O_RDONLY))
        os.write(go, b"go\n")
        os.close(go)

    def _ended(self, pid: int) -> None:
        for name, known in [*self._nodes.items()]:
            if known.pid == pid:
                print(f"{time.strftime('%T')} {name} ended", flush=True)
                del self._nodes[name]
                self._networks.pop(name).close()

    def _keep_nodes(self) -> None:
        while True:
            time.sleep(_LOOK_SECONDS)
            for node in self._site.nodes:
                if node.name not in self._nodes and not (self._site.home(node) / STOPPED).exists():
                    self._start(node)
