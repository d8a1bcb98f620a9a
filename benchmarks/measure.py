"""Wall time and peak memory of a command with everything that it starts."""

import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

SAMPLE_SECONDS = 0.1
PAGE = 4096


@dataclass(frozen=True, kw_only=True)
class Measured:
    """seconds: wall time. peak_mib: the most that the command and its descendants held at once (resident)."""

    seconds: float
    peak_mib: float


class CommandFailedError(Exception):
    """A measured command failed; its last lines are the text."""


def measure(command: Sequence[str], *, folder: Path, environment: Mapping[str, str]) -> Measured:
    """Runs the command to its end. Raises CommandFailedError where it fails: a failure is no measurement."""
    begin = time.monotonic()
    with subprocess.Popen(  # noqa: S603  # the benchmark's own command
        command, cwd=folder, env=dict(environment), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        sampler = _Sampler(process.pid)
        sampler.start()
        output, _ = process.communicate()
        sampler.stopped.set()
        sampler.join()
    if process.returncode:
        raise CommandFailedError("\n".join(output.strip().splitlines()[-15:]))
    return Measured(seconds=time.monotonic() - begin, peak_mib=sampler.peak / 2**20)


class _Sampler(threading.Thread):
    def __init__(self, root: int) -> None:
        super().__init__(daemon=True)
        self.stopped = threading.Event()
        self.peak = 0
        self._root = root

    def run(self) -> None:
        while not self.stopped.wait(SAMPLE_SECONDS):
            self.peak = max(self.peak, sum(_resident(pid) for pid in _family(self._root)))


def _family(root: int) -> list[int]:
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (parent := _parent(entry)) is not None:
            children.setdefault(parent, []).append(int(entry.name))
    found: list[int] = []
    waiting = [root]
    while waiting:
        pid = waiting.pop()
        found.append(pid)
        waiting += children.get(pid, [])
    return found


def _parent(entry: Path) -> int | None:
    try:
        return int((entry / "stat").read_text().rpartition(")")[2].split()[1])
    except (OSError, IndexError):
        return None  # it has ended meanwhile


def _resident(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE
    except (OSError, IndexError):
        return 0
