"""A Kubernetes control plane on this machine: real, but for the nodes, which KWOK plays."""

import base64
import hashlib
import json
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rehearsal import RehearsalError
from rehearsal.control_plane import crds, egress, nodes, programs
from rehearsal.control_plane.kube_api import KubeApi, Object, has_condition
from rehearsal.control_plane.pki import Pki, write_private
from rehearsal.control_plane.programs import Ports
from rehearsal.processes import Program, stop
from rehearsal.tools.toolbox import Found

START_SECONDS = 90.0
SERVICE_ADDRESS = "172.20.0.1"  # first of the range that programs.py gives to Services, as EKS does
PORT_TRIES = 3
TAKEN = "address already in use"


@dataclass(frozen=True, kw_only=True)
class Access:
    """How to reach a running control plane as its administrator. token is a secret, of this machine only."""

    endpoint: str
    authority: Path
    token: str
    kubeconfig: Path

    def entry(self) -> Object:
        """Its entry in clusters.json."""
        return {
            "endpoint": self.endpoint,
            "certificateAuthority": base64.b64encode(self.authority.read_bytes()).decode(),
            "token": self.token,
            "kubeconfig": str(self.kubeconfig),
            "recordedKinds": [placeholder.label for placeholder in crds.PLACEHOLDERS],
        }

    def api(self) -> KubeApi:
        """Requests to it."""
        return KubeApi(self.endpoint, self.authority, self.token)


class ControlPlane:
    """One cluster in a folder of its own. Any number can run at once; each finds free ports and keeps them.

    machines: its nodes; None: those that it had when it was last started.
    """

    def __init__(self, folder: Path, region: str, machines: nodes.Machines | None = None) -> None:
        self.folder = folder.absolute()
        self.region = region
        self._pki = Pki(self.folder / "pki", SERVICE_ADDRESS)
        self._prepared = self.folder / "prepared"
        self._machines = machines

    def start(self, tools: Mapping[str, Found], definitions: Sequence[Object]) -> Access:
        """Bring it up, or what of it doesn't run; return when nodes are ready and all definitions are served.

        A healthy one is left alone. Raises RehearsalError with the end of the log of what failed: none runs then.
        """
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        (self.folder / "region").write_text(self.region)
        self._pki.make()
        try:
            return self._start_somewhere(tools, definitions)
        except RehearsalError:
            self.stop()  # an API server that has given up on its etcd would end in the middle of the next try
            raise

    def stop(self) -> None:
        """End every process of it. Its data stays until the folder is deleted."""
        running = programs.running(self.folder)
        stop([program for program in running if program.name != "etcd"])
        stop([program for program in running if program.name == "etcd"])

    def states(self) -> dict[str, int | None]:
        """Process number of each member that was ever started; None when it doesn't run."""
        return {program.name: program.pid() for program in programs.running(self.folder)}

    def access(self) -> Access:
        """How to reach it. Raises RehearsalError when it was never started."""
        try:
            ports = self._ports()
            token = (self.folder / "tokens.csv").read_text().split(",", 1)[0]
        except OSError:
            raise RehearsalError(f"The control plane in {self.folder} was never started: make up.") from None
        return self._access(ports, token)

    def _start_somewhere(self, tools: Mapping[str, Found], definitions: Sequence[Object]) -> Access:
        for _ in range(PORT_TRIES):
            try:
                return self._start(tools, definitions)
            except _PortTakenError:
                time.sleep(0.5)  # a member that was killed just now may not have let go of its port yet
        self.stop()  # another program has a port of ours: with nothing running, others are taken
        return self._start(tools, definitions)

    def _start(self, tools: Mapping[str, Found], definitions: Sequence[Object]) -> Access:
        paths = {name: tool.path for name, tool in tools.items()}
        if not any(self.states().values()):
            self._choose_ports()
        ports, token = self._ports(), self._token()
        access = self._access(ports, token)
        self._write_kubeconfigs(access)
        layout = programs.Layout(folder=self.folder, pki=self._pki, ports=ports, paths=paths)
        write_private(self.folder / "kwok.yaml", programs.stages(self.region).encode())
        write_private(self.folder / "egress.yaml", egress.selection(self.folder))
        etcd, server, *others = programs.programs(layout)
        if any(known.pid() for known in programs.running(self.folder) if known not in (etcd, server, *others)):
            # By the command line that it would get now, nothing finds what runs with another. The rest ends with it:
            # a controller manager whose API server goes may end at any moment after.
            self.stop()
        programs.record([etcd, server, *others], self.folder)
        etcd.start()
        server.start()
        api = access.api()
        self._wait("the API server to be ready", api.ready, [etcd, server])
        for program in others:
            program.start()
        self._prepare(api, definitions, [etcd, server, *others])
        return access

    def _prepare(self, api: KubeApi, definitions: Sequence[Object], programs: Sequence[Program]) -> None:
        """Put in what AWS would have put in, unless exactly that is there already.

        Nodes are never taken away: those that a smaller pool needs no more may still have pods.
        """
        alike = self._alike()
        objects = [*definitions, *nodes.nodes(self.region, alike), *alike.beside, nodes.storage_class()]
        digest = hashlib.sha256(json.dumps(objects, sort_keys=True).encode()).hexdigest()
        mark = self._prepared
        if not (mark.exists() and mark.read_text() == digest):
            api.apply(objects)
        self._wait("its custom resources to be served", lambda: crds.established(api, definitions), programs)
        self._wait("its nodes to be ready", lambda: all(has_condition(n, "Ready") for n in api.items("Node")), programs)
        # Before anything of the stack looks for room.
        self._wait("its add-ons to have room", lambda: all(map(api.available, alike.beside)), programs)
        mark.write_text(digest)

    def _alike(self) -> nodes.Machines:
        file = self.folder / "nodes.json"
        if self._machines is None:
            return nodes.Machines(**json.loads(file.read_text())) if file.exists() else nodes.ROOMY
        file.write_text(json.dumps(self._machines.as_dict()))
        return self._machines

    def _wait(self, what: str, done: Callable[[], bool], programs: Sequence[Program]) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not done():
            dead = [program for program in programs if program.pid() is None]
            late = time.monotonic() > deadline
            if any(TAKEN in program.last_lines() for program in dead):
                raise _PortTakenError(f"{dead[0].name}: {TAKEN}")
            if dead or late:
                shown = dead or programs
                logs = "\n".join(f"--- {program.log}\n{program.last_lines()}" for program in shown)
                why = f"{dead[0].name} ended" if dead else f"not within {START_SECONDS:.0f} s"
                raise RehearsalError(f"Waited for {what} ({self.folder.name}): {why}.\n{logs}")
            time.sleep(0.05)

    def _choose_ports(self) -> None:
        """Keep the ports if they are free. A stack may know the API server's from then on when it was ready once."""
        file = self.folder / "ports.json"
        if file.exists() and self._ports().free():
            return
        server = self._ports().server if file.exists() and self._prepared.exists() else None
        if server and not programs.free(server):
            raise RehearsalError(
                f"Another program has port {server} of this machine, by which the stack knows {self.folder.name}.\n"
                f"See which one it is (lsof -nP -iTCP:{server}), end it, and run again."
            )
        file.write_text(json.dumps(Ports.choose(server).as_dict()))

    def _ports(self) -> Ports:
        return Ports(**json.loads((self.folder / "ports.json").read_text()))

    def _token(self) -> str:
        file = self.folder / "tokens.csv"
        if not file.exists():
            write_private(
                file, f"{secrets.token_urlsafe(32)},rehearsal-admin,rehearsal-admin,system:masters\n".encode()
            )
        return file.read_text().split(",", 1)[0]

    def _access(self, ports: Ports, token: str) -> Access:
        return Access(
            endpoint=f"https://127.0.0.1:{ports.server}",
            authority=self._pki.authority.certificate,
            token=token,
            kubeconfig=self.folder / "kubeconfig",
        )

    def _write_kubeconfigs(self, access: Access) -> None:
        content = programs.kubeconfig(access.endpoint, access.authority, {"token": access.token})
        write_private(access.kubeconfig, content)
        for name in programs.CLIENTS:
            pair = self._pki.client(name)
            user = {"client-certificate": str(pair.certificate), "client-key": str(pair.key)}
            write_private(
                self.folder / f"{name}.kubeconfig", programs.kubeconfig(access.endpoint, access.authority, user)
            )


class _PortTakenError(RehearsalError):
    """A port that was free a moment ago is not any more."""
