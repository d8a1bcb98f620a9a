"""Programs that are started again when they end, in a process that is the first one of its PID namespace."""

import os
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path

_PAUSE_SECONDS = 0.3


class Supervisor:
    """folder: of their logs. ended: what else is done when a child ends that is none of the programs."""

    def __init__(self, folder: Path, ended: Callable[[int], None] | None = None) -> None:
        self._folder = folder
        self._ended = ended
        self._commands: dict[str, Sequence[str]] = {}
        # With the objects: one that is let go of takes note of its end by itself, at any later start of another.
        self._running: dict[int, tuple[str, subprocess.Popen[bytes]]] = {}

    def start(self, name: str, command: Sequence[str | Path]) -> subprocess.Popen[bytes]:
        """Start a program, and from then on again whenever it ends."""
        self._commands[name] = [str(word) for word in command]
        return self._start(name)

    def serve(self) -> None:
        """Take note of every end, orphans' too; never returns."""
        while True:
            try:
                pid, status = os.wait()
            except ChildProcessError:
                time.sleep(_PAUSE_SECONDS)
                continue
            found = self._running.pop(pid, None)
            if found is not None:
                name, _ = found
                print(f"{time.strftime('%T')} {name} ended: {os.waitstatus_to_exitcode(status)}", flush=True)
                time.sleep(_PAUSE_SECONDS)
                self._start(name)
            elif self._ended is not None:
                self._ended(pid)

    def _start(self, name: str) -> subprocess.Popen[bytes]:
        with (self._folder / f"{name}.log").open("ab") as log:
            process = subprocess.Popen(
                self._commands[name], stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self._folder
            )
        self._running[process.pid] = (name, process)
        return process
