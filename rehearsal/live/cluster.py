"""The live parts of one cluster, seen from outside: started, looked at, and ended, with nothing left."""

import hashlib
import json
import os
import shutil
import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from rehearsal import RehearsalError
from rehearsal.control_plane import egress
from rehearsal.control_plane.pki import Pair, Pki
from rehearsal.live.command import python
from rehearsal.live.network import hub
from rehearsal.live.node import cgroups, namespaces
from rehearsal.live.site import NodeSite, Site, write_whole
from rehearsal.processes import Program
from rehearsal.waiting import wait

START_SECONDS = 120.0
END_SECONDS = 30.0
_COMMAND = "hub.json"
_USERS = {"kube-proxy": ("system:kube-proxy", None), "network-policies": ("network-policies", None)}


class LiveCluster:
    """In the folder of its control plane. All of it ends with one process."""

    def __init__(self, cluster: Path) -> None:
        self.cluster = cluster.absolute()
        self.folder = self.cluster / "live"
        self.egress = egress.socket(self.cluster)
        self.hosts = self.folder / "hosts" / "hosts"
        """Names of the VPC, as /etc/hosts has them: the cluster's DNS answers with what is in it."""
        digest = hashlib.sha256(str(self.cluster).encode()).hexdigest()[:8]
        self.group = f"/naap-live-{digest}"

    def start(self, site: Site, pki: Pki) -> None:
        """Start all of it, or leave it alone where exactly that runs. Raises RehearsalError with the end of the log."""
        if self.runs(site):
            return
        self.stop()
        self.hosts.parent.mkdir(parents=True, exist_ok=True)
        self.hosts.touch()
        for node in site.nodes:
            self._certify(site, node, pki)
        site.write()
        write_whole(self.folder / _COMMAND, json.dumps(python("network.hub", str(self.folder))))
        program = self._program()
        program.start()
        deadline = time.monotonic() + START_SECONDS
        while not (self.folder / hub.READY).exists():
            if program.pid() is None or time.monotonic() > deadline:
                said = program.last_lines()
                self.stop()
                raise RehearsalError(f"The nodes' network did not start:\n{said}")
            time.sleep(0.02)

    def runs(self, site: Site) -> bool:
        """Whether exactly this runs."""
        return self.pid() is not None and (self.folder / hub.READY).exists() and site.is_kept()

    def stop(self) -> None:
        """End every process of it and remove its control groups, whatever a kill has left."""
        if not self.folder.exists():  # of a rehearsal whose nodes are played
            return
        for pid in (self.pid(), self.first_process("hub")):
            if pid is not None:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        # The first process inside has ended only once all others have.
        wait("the nodes to end", lambda: not self._lives(), END_SECONDS, lambda: f"Its processes: {self.group}.")
        self._program().pid_file.unlink(missing_ok=True)
        left = cgroups.remove(self.group)
        if left:
            raise RehearsalError(f"Control groups could not be removed: {', '.join(map(str, left))}: see their tasks.")
        self.egress.unlink(missing_ok=True)
        (self.folder / hub.READY).unlink(missing_ok=True)
        for kept in (*self.folder.glob("*/log"), *self.folder.glob("*/kubelet")):
            shutil.rmtree(kept)

    def pid(self) -> int | None:
        """Of the process on which all hangs; None when it doesn't run."""
        return self._program().pid()

    def site(self) -> Site | None:
        """What runs, or ran last."""
        return Site.read(self.folder) if (self.folder / "site.json").exists() else None

    def states(self) -> dict[str, int | None]:
        """Process number of the hub and of each node."""
        site = self.site()
        if site is None:
            return {}
        return {"hub": self.pid(), **{node.name: self.first_process(node.name) for node in site.nodes}}

    def first_process(self, name: str) -> int | None:
        """Number, as this machine sees it, of the first process of a node, or of `hub`."""
        if name == "hub":
            return hub.first(self.folder)
        ends = f"\0{self.folder}\0{name}\0".encode()
        inside = (pid for pid, line in _command_lines() if line.endswith(ends) and not line.startswith(b"unshare"))
        return next(inside, None)

    def entering(self, name: str, *, mounts: bool = True) -> list[str]:
        """Before a command that runs in a node, or in `hub`. mounts: with its files, else with this machine's."""
        pid = self.first_process(name)
        if pid is None:
            raise RehearsalError(f"{name} does not run: naap status")
        kinds = ("--net", "--pid", "--uts", *(("--mount",) if mounts else ()))
        return ["nsenter", "--target", str(pid), *kinds, "--"]

    def network(self) -> Path:
        """Of the hub: a file for setns(2)."""
        return Path(f"/proc/{self.first_process('hub')}/ns/net")

    def enforces(self, node: NodeSite) -> bool:
        """Whether the node's network policy controller has made its rules."""
        said = namespaces.run([*self.entering(node.name), "iptables-save", "-t", "filter"], check=False)
        return "KUBE-ROUTER-FORWARD" in said

    def lose(self, name: str) -> None:
        """End a node, as a machine ends: all at once. It stays away until bring_back()."""
        (self.folder / name / hub.STOPPED).touch()
        pid = self.first_process(name)
        if pid is not None:
            os.kill(pid, signal.SIGKILL)

    def bring_back(self, name: str) -> None:
        """Start a lost node again."""
        (self.folder / name / hub.STOPPED).unlink(missing_ok=True)

    def _program(self) -> Program:
        """As it was last started: another checkout's command line is another one."""
        file = self.folder / _COMMAND
        command = tuple(json.loads(file.read_text())) if file.exists() else ("never started",)
        return Program(name="hub", command=command, state=self.folder)

    def _lives(self) -> bool:
        return self.pid() is not None or hub.first(self.folder) is not None

    def _certify(self, site: Site, node: NodeSite, pki: Pki) -> None:
        folder = site.pki(node)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        shutil.copy(pki.authority.certificate, folder / "ca.crt")
        users = {"kubelet": (f"system:node:{node.name}", "system:nodes"), **_USERS}
        for name, (user, group) in users.items():
            pki.issue(Pair(certificate=folder / f"{name}.crt", key=folder / f"{name}.key"), user, group)


def _command_lines() -> Iterator[tuple[int, bytes]]:
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):  # one that has just ended
            yield int(file.parent.name), file.read_bytes()


def shown(paths: Sequence[Path]) -> list[str]:
    """The folders of these files: what nodes must see of this machine, each once."""
    folders = {str(path.parent) for path in paths}
    return sorted(folders)
