"""The edge of one stack: started at the end of a live rehearsal, found again by its folder, ended before all else."""

import json
import socket
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rehearsal import RehearsalError
from rehearsal.control_plane.control_plane import Access
from rehearsal.control_plane.pki import write_private
from rehearsal.control_plane.programs import free_port
from rehearsal.live.command import python
from rehearsal.live.data.authority import Authority
from rehearsal.live.edge import load_balancer
from rehearsal.live.edge.cloudfront import distribution, forwarding, response_headers
from rehearsal.live.edge.server import Settings
from rehearsal.processes import Program, stop

_KINDS = frozenset(
    (
        *(distribution.DISTRIBUTION, distribution.FUNCTION, distribution.STORE_KEY, distribution.VPC_ORIGIN),
        *(load_balancer.BALANCER, load_balancer.LISTENER, load_balancer.TARGET_GROUP),
        *(forwarding.CACHE_POLICY, response_headers.POLICY),
    )
)
_START_SECONDS = 20.0
_PORT_TRIES = 20


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """What the edge stands between. node: the program; network: file of the nodes' network namespace; address: of the
    edge in it; clusters: of the stack; store: address and port of what serves buckets, None: nothing does."""

    node: Path
    network: str | None
    address: str
    clusters: Sequence[Access]
    store: tuple[str, int] | None


class Edge:
    """In a folder of the rehearsal's state. Its port stays the same from one start to the next."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._settings = folder / "settings.json"

    @property
    def url(self) -> str:
        """Where browsers of this machine find the site. Raises RehearsalError when it was never started."""
        return f"https://localhost:{self._stated()['port']}"

    @property
    def domain(self) -> str:
        """The site's own name."""
        return str(self._stated()["domain"])

    @property
    def authority(self) -> Path:
        """Whom a client has to trust."""
        return Path(self._stated()["authority"])

    def start(self, resources: Sequence[Mapping[str, Any]], authority: Authority, around: Surroundings) -> None:
        """Starts it anew, as the stack is now; returns once it takes connections. Raises RehearsalError.

        resources: of the stack's state.
        """
        self.stop()
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        kept = [_resource(one) for one in resources if one["type"] in _KINDS]
        sites = [one for one in kept if one["type"] == distribution.DISTRIBUTION]
        if not sites:
            raise RehearsalError("The stack has no CDN yet, so there is nothing that an edge could play.")
        domain = str(sites[0]["inputs"]["aliases"][0])
        certificate, key = self._folder / "site.pem", self._folder / "site.key"
        made = authority.server([domain, "localhost"])
        certificate.write_text(made.chain)
        write_private(key, made.key.encode())
        Settings(
            port=self._port(),
            domain=domain,
            certificate=str(certificate),
            key=str(key),
            authority=str(authority.file),
            node=str(around.node),
            network=around.network,
            address=around.address,
            resources=kept,
            clusters=[
                {"endpoint": one.endpoint, "authority": str(one.authority), "token": one.token}
                for one in around.clusters
            ],
            store=around.store,
        ).write(self._settings)
        program = self._program()
        program.log.unlink(missing_ok=True)
        program.start()
        self._wait(program)

    def stop(self) -> None:
        """Ends it, if it runs."""
        if self._folder.exists():
            stop([self._program()])

    def pid(self) -> int | None:
        """Number of its process; None when it doesn't run."""
        return self._program().pid()

    def _program(self) -> Program:
        command = python("edge.server", str(self._settings.absolute()))
        return Program(name="edge", command=command, state=self._folder)

    def _wait(self, program: Program) -> None:
        port, deadline = self._stated()["port"], time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline:
            with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                return
            if program.pid() is None:
                break
            time.sleep(0.05)
        self.stop()
        raise RehearsalError(f"The edge did not start:\n{program.last_lines()}")

    def _port(self) -> int:
        """The last one, if nobody has taken it; a process that was ended just now may hold it for a moment."""
        kept = int(self._stated()["port"]) if self._settings.exists() else 0
        for _ in range(_PORT_TRIES if kept else 0):
            with suppress(OSError), socket.create_server(("127.0.0.1", kept)):
                return kept
            time.sleep(0.1)
        return free_port()

    def _stated(self) -> Mapping[str, Any]:
        try:
            return json.loads(self._settings.read_text())
        except OSError:
            raise RehearsalError("The edge was never started: `naap live` first.") from None


def _resource(one: Mapping[str, Any]) -> dict[str, Any]:
    """The identity is an output to who compares outputs."""
    outputs: dict[str, Any] = {"id": one.get("id"), **(one.get("outputs") or {})}
    return {"type": one["type"], "inputs": one.get("inputs") or {}, "outputs": outputs}
