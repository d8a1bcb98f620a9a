"""A program that serves: kept in a folder of its own, ended with its parent."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from rehearsal import RehearsalError

NOBODY = 65_534
START_SECONDS = 30.0
STOP_SECONDS = 10.0


def _command(words: Sequence[str]) -> list[str]:
    """As whom servers run: nobody, where we are root. Where the one who watches them is killed, nothing is left."""
    dropped = [f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"] if os.geteuid() == 0 else []
    return ["setpriv", *dropped, "--pdeathsig=KILL", "--", *words]


class Server:
    """One program with its folder, which whom it runs as owns."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        folder.mkdir(parents=True, exist_ok=True)
        _give(folder)
        folder.chmod(0o700)

    @property
    def runs(self) -> bool:
        """Whether it does."""
        return self._process is not None and self._process.poll() is None

    def start(self, command: Sequence[str]) -> None:
        """Starts it; wait() says whether it serves."""
        with (self.folder / "log").open("ab") as log:
            _give(self.folder / "log")
            self._process = subprocess.Popen(
                _command(command),
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=self._environment(),
                start_new_session=True,
            )

    def run(self, command: Sequence[str], text: str = "", environment: Mapping[str, str] | None = None) -> str:
        """Output of a program that ends by itself. Raises RehearsalError with what it said."""
        done = subprocess.run(
            _command(command),
            cwd=self.folder,
            env={**self._environment(), **(environment or {})},
            input=text,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RehearsalError(f"{Path(command[0]).name} in {self.folder.name}: {done.stderr.strip()[-500:]}")
        return done.stdout

    def wait(self, serves: Sequence[str], environment: Mapping[str, str] | None = None) -> None:
        """Until a command of its client succeeds. Raises RehearsalError with the end of its log."""
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                self.run(serves, environment=environment)
            except RehearsalError:
                if not self.runs or time.monotonic() > deadline:
                    self.stop()
                    raise RehearsalError(f"{self.folder.name} does not start:\n{self.last_lines()}") from None
                time.sleep(0.05)
            else:
                return

    def send(self, number: signal.Signals) -> None:
        """To it and all that it started."""
        if self._process and self.runs:
            os.killpg(self._process.pid, number)

    def stop(self, ask: signal.Signals = signal.SIGINT) -> None:
        """Ends it: asked first, made to after a while."""
        if self._process is None:
            return
        self.send(ask)
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.send(signal.SIGKILL)
            self._process.wait(STOP_SECONDS)
        self._process = None

    def write(self, name: str, text: str) -> Path:
        """A file of the server's own, which nobody else reads."""
        path = self.folder / name
        path.unlink(missing_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
            out.write(text)
        _give(path)
        return path

    def last_lines(self, count: int = 12) -> str:
        """End of its log."""
        log = self.folder / "log"
        return "\n".join(log.read_text(errors="replace").splitlines()[-count:]) if log.exists() else "(no log)"

    def _environment(self) -> dict[str, str]:
        return {"PATH": os.environ["PATH"], "HOME": str(self.folder), "LC_ALL": "C.UTF-8"}


def _give(path: Path) -> None:
    if os.geteuid() == 0:
        os.chown(path, NOBODY, NOBODY)


def listening(address: str, port: int) -> socket.socket:
    """A socket that listens, also where a connection of the one before it isn't quite gone."""
    return socket.create_server((address, port), backlog=256)
