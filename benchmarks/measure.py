"""Wall time, CPU time and peak memory of a command with everything that it starts."""

import os
import resource
import statistics
import subprocess
import threading
import time
from collections.abc import Collection, Generator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

SAMPLE_SECONDS = 0.1
PAGE = 4096


@dataclass(frozen=True, kw_only=True)
class Measured:
    """seconds: wall time. peak_mib: the most that the command and its descendants held at once (resident).

    cpu_seconds: of it and of all that it started and waited for.
    """

    seconds: float
    peak_mib: float
    cpu_seconds: float


class CommandFailedError(Exception):
    """A measured command failed; its last lines are the text."""


def measure(command: Sequence[str], *, folder: Path, environment: Mapping[str, str]) -> Measured:
    """Runs the command to its end. Raises CommandFailedError where it fails: a failure is no measurement."""
    begin, used = time.monotonic(), _children_seconds()
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
    return Measured(
        seconds=time.monotonic() - begin,
        peak_mib=sampler.peak / 2**20,
        cpu_seconds=_children_seconds() - used,
    )


def middle(rounds: Sequence[Measured]) -> Measured:
    """Of several rounds the middle one's times, and the highest peak."""
    return Measured(
        seconds=statistics.median(one.seconds for one in rounds),
        peak_mib=max(one.peak_mib for one in rounds),
        cpu_seconds=statistics.median(one.cpu_seconds for one in rounds),
    )


def cpu_seconds(programs: Collection[str]) -> dict[int, float]:
    """So far, of each process that runs one of these programs, by its id."""
    found: dict[int, float] = {}
    for pid in _running(programs):
        with suppress(OSError):  # it has ended meanwhile
            user, system = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
            found[pid] = (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")
    return found


def resident_mib(program: str) -> float:
    """Of the largest process that runs this program now."""
    return max(_resident(pid) for pid in _running({program})) / 2**20


def wait_idle(program: str, seconds: float = 3.0) -> None:
    """Until what runs this program has nothing to do: less than 5 % of a core for so long."""
    while True:
        before = sum(cpu_seconds({program}).values())
        time.sleep(seconds)
        if sum(cpu_seconds({program}).values()) - before < 0.05 * seconds:
            return


def _children_seconds() -> float:
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return ended.ru_utime + ended.ru_stime


def _running(programs: Collection[str]) -> Generator[int]:
    for entry in Path("/proc").iterdir():
        with suppress(OSError):
            if entry.name.isdigit():
                words = (entry / "cmdline").read_text(errors="replace").split("\0")
                if any(Path(word).name in programs for word in words):
                    yield int(entry.name)


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
