"""What a peer stands between: the same backend, a service that knows tokens, and a cache with TLS and a password."""

import subprocess
import tempfile
from collections.abc import Generator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from planning.shared.internal_ca import authority, server_certificate
from rehearsal.tools.debian import VALKEY, unpacked
from tests.planning.samples import ROOT_SECRET
from tests.wait import wait_for

CACHE = ("cache.peers.example", 6390)
PASSWORD = "of-this-run-only"  # noqa: S105  # of a cache that ends with the benchmark
PORT = 9443
"""Of each instance."""
USER_HEADER = "x-user-id"
OPEN, KNOWN, FEW = "/open", "/known", "/few"
"""Paths of every peer: limited by the client; by the user whose token it is; and, by the client, to FEW_PER_MINUTE."""
MANY_PER_MINUTE, FEW_PER_MINUTE = 1_000_000, 25


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """backend, tokens: URLs. folder: of files, with authority.pem, server.crt, server.key and hosts, which has the
    cache's address. running: of processes.
    """

    folder: Path
    backend: str
    tokens: str
    running: ExitStack

    def start_in(self, network: Sequence[str], name: str, command: Sequence[str]) -> None:
        """A process in a pod's network, with the cache's name. network: what goes before a command there."""
        named = f'mount --bind {self.folder / "hosts"} /etc/hosts && exec "$@"'
        self.start(name, [*network, "unshare", "--mount", "--", "sh", "-c", named, "sh", *command])

    def start(self, name: str, command: Sequence[str]) -> Path:
        """A process that ends with all of this. Gives the file of what it says."""
        file = self.folder / f"{name}.log"
        log = self.running.enter_context(file.open("w"))
        process = subprocess.Popen(command, stdout=log, stderr=log)  # noqa: S603  # a tool of the benchmark's own
        self.running.callback(process.wait)
        self.running.callback(process.kill)
        return file


@dataclass(frozen=True, kw_only=True)
class Instance:
    """One of a peer: its configuration as its program reads it (JSON is YAML), and how that is started."""

    command: list[str]
    files: dict[str, Any]


@contextmanager
def surroundings(*, address: str, backend: str, tokens: str) -> Generator[Surroundings]:
    """Certificates, and a cache that runs at this address of the nodes' network."""
    with tempfile.TemporaryDirectory(prefix="naap-peers-") as name, ExitStack() as running:
        folder = Path(name)
        pair = server_certificate(ROOT_SECRET, owner="peers", names=CACHE[:1])
        (folder / "authority.pem").write_text(authority(ROOT_SECRET).certificate_pem)
        (folder / "server.crt").write_text(pair.certificate_pem)
        (folder / "server.key").write_text(pair.key_pem)
        (folder / "hosts").write_text(f"127.0.0.1 localhost\n{address} {CACHE[0]}\n")
        around = Surroundings(folder=folder, backend=backend, tokens=tokens, running=running)
        command = [str(unpacked(VALKEY) / "valkey-server"), "--port", "0", "--tls-port", str(CACHE[1])]
        command += ["--bind", address, "--save", "", "--dir", name, "--requirepass", PASSWORD]
        command += ["--tls-cert-file", f"{name}/server.crt", "--tls-key-file", f"{name}/server.key"]
        command += ["--tls-ca-cert-file", f"{name}/authority.pem", "--tls-auth-clients", "no"]
        log = around.start("cache", command)
        wait_for("the cache", lambda: "Ready to accept connections" in log.read_text(), seconds=10)
        yield around
