"""The cache with the rate limits' counters: a Valkey with TLS and the plan's own user, as ElastiCache gives it."""

import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path

from planning.data.caches import DISABLED_ACCESS, LIMITER, LIMITER_ACCESS
from planning.shared.derived_secrets import derive
from planning.shared.internal_ca import server_certificate
from planning.shared.ports import CACHE_PORT
from tests.planning.samples import ROOT_SECRET
from tests.wait import wait_for

HOST = "limits.cache.example"
_READER = "reader"
"""A user of the tests' own, who sees keys."""


class Counters:
    """Runs at an address; may be stopped, held up, and started again, empty."""

    def __init__(self, entering: Sequence[str], program: str, address: str, folder: Path) -> None:
        """entering: the network of the address."""
        pair = server_certificate(ROOT_SECRET, owner="test-limits", names=(HOST,))
        (folder / "limits.crt").write_text(pair.certificate_pem)
        (folder / "limits.key").write_text(pair.key_pem)
        password = derive(ROOT_SECRET, owner=LIMITER, purpose="cache")
        users = f"user {LIMITER} {LIMITER_ACCESS} >{password}\nuser default {DISABLED_ACCESS} >nobodys\n"
        users += f"user {_READER} on ~* +scan >{_READER}\n"
        (folder / "users.acl").write_text(users)
        self._log = folder / "valkey.log"
        self._reading = [
            *entering,
            str(Path(program).with_name("valkey-cli")),
            "-h",
            address,
            "-p",
            str(CACHE_PORT),
            "--tls",
        ]
        self._reading += ["--insecure", "--no-auth-warning", "--user", _READER, "--pass", _READER, "--scan"]
        self._command = [
            *entering,
            program,
            "--port",
            "0",
            "--tls-port",
            str(CACHE_PORT),
            "--bind",
            address,
            "--save",
            "",
        ]
        self._command += ["--tls-cert-file", f"{folder}/limits.crt", "--tls-key-file", f"{folder}/limits.key"]
        self._command += ["--tls-ca-cert-file", f"{folder}/limits.crt", "--tls-auth-clients", "no"]
        self._command += ["--aclfile", f"{folder}/users.acl", "--dir", str(folder)]
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    def start(self) -> None:
        """Waits until it takes connections."""
        mark = "Ready to accept connections"
        with self._log.open("ab") as log:
            starts = self._log.read_text().count(mark)
            self._process = subprocess.Popen(self._command, stdout=log, stderr=log)
        wait_for("Valkey", lambda: self._log.read_text().count(mark) > starts, seconds=10)

    def keys(self) -> list[str]:
        """All that there are now."""
        return subprocess.run(self._reading, capture_output=True, text=True, check=True).stdout.splitlines()

    def stop(self) -> None:
        """At once, with its connections."""
        assert self._process
        self._process.kill()
        self._process.wait()

    def hold(self) -> None:
        """Connections stay open, and nothing is answered."""
        assert self._process
        self._process.send_signal(signal.SIGSTOP)

    def release(self) -> None:
        """Goes on."""
        assert self._process
        self._process.send_signal(signal.SIGCONT)
