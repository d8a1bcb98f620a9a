"""Long-running programs of a rehearsal: started detached, found again by pid file, ended without mistake.

A pid file alone can point at a stranger once the number was given away again. So a process counts as ours only when
its command line is, word for word, the one that was started; each names its own state folder.
"""

import os
import signal
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

# The shell writes its own number and then becomes the program: there is no moment without a pid file.
LAUNCH = ("/bin/sh", "-c", 'echo $$ >"$0" && exec "$@"')
GRACE_SECONDS = 4.0


@dataclass(frozen=True, kw_only=True)
class Program:
    """One program: pid and log files are named after it, in the folder `state`."""

    name: str
    command: tuple[str, ...]
    state: Path

    @property
    def _line(self) -> str:
        return " ".join(self.command)

    @property
    def log(self) -> Path:
        """Where its output goes; appended to by every start."""
        return self.state / f"{self.name}.log"

    @property
    def pid_file(self) -> Path:
        """Holds the process number while it runs."""
        return self.state / f"{self.name}.pid"

    def pid(self) -> int | None:
        """Number of the running process, None when it doesn't run."""
        try:
            pid = int(self.pid_file.read_text())
        except (OSError, ValueError):
            return None
        return pid if command_line(pid).endswith(self._line) else None

    def start(self) -> None:
        """Start it in a session of its own (a Ctrl-C here doesn't reach it), unless it runs."""
        if self.pid() is not None:
            return
        self.state.mkdir(parents=True, exist_ok=True)
        self.pid_file.unlink(missing_ok=True)
        with self.log.open("ab") as log:
            process = subprocess.Popen(
                [*LAUNCH, str(self.pid_file), *self.command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                cwd=self.state,
            )
        # Until the shell has become the program (or has failed to), its process is told from no other.
        deadline = time.monotonic() + GRACE_SECONDS
        while command_line(process.pid) != self._line and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.005)

    def last_lines(self, count: int = 12) -> str:
        """End of its log, for an error message."""
        if not self.log.is_file():
            return "(no log)"
        return "\n".join(line[:300] for line in self.log.read_text(errors="replace").splitlines()[-count:])


def command_line(pid: int) -> str:
    """A process's command line, words parted by spaces; empty when there is no such process (or only its remains)."""
    reap(pid)
    if Path("/proc/self/cmdline").exists():
        try:
            words = Path(f"/proc/{pid}/cmdline").read_bytes()
        except OSError:
            return ""
        return words.decode(errors="replace").removesuffix("\0").replace("\0", " ")
    shown = subprocess.run(
        ["/bin/ps", "-ww", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return shown.stdout.strip()


def reap(pid: int) -> None:
    """Take note of the end of a child of ours, so that it doesn't stay as a zombie."""
    try:
        os.waitpid(pid, os.WNOHANG)
    except OSError:
        return  # not a child of this process


def stop(programs: Sequence[Program], grace: float = GRACE_SECONDS) -> None:
    """End these programs: asked first, made to after `grace` seconds. Their pid files go."""
    _signal(programs, signal.SIGTERM)
    deadline = time.monotonic() + grace
    while any(program.pid() for program in programs) and time.monotonic() < deadline:
        time.sleep(0.02)
    _signal(programs, signal.SIGKILL)
    while any(program.pid() for program in programs):
        time.sleep(0.02)
    for program in programs:
        program.pid_file.unlink(missing_ok=True)


def _signal(programs: Sequence[Program], number: signal.Signals) -> None:
    for program in programs:
        pid = program.pid()
        if pid is not None:
            os.kill(pid, number)
