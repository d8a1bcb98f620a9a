"""Programs built from the pinned Go modules of rehearsal/go."""

import os
import signal
import subprocess
import threading
from pathlib import Path

from rehearsal import RehearsalError
from rehearsal.progress import Progress
from rehearsal.tools import go_toolchain
from rehearsal.tools.cache import Cache
from rehearsal.tools.tool_table import GoBuild, Tool

HINT = "Make a Go module proxy reachable (GOPROXY), or put {name} {version} on PATH, and run again."


class Builder:
    """Runs `go`; stop() ends whatever is running, with its children."""

    def __init__(self, cache: Cache, progress: Progress) -> None:
        self._cache = cache
        self._progress = progress
        self._lock = threading.Lock()
        self._running: set[subprocess.Popen[str]] = set()
        self._stopped = False

    def build(self, tool: Tool, target: Path) -> None:
        """Put the built tool into the folder `target`. Raises RehearsalError with the compiler's last lines."""
        go = go_toolchain.find(go_toolchain.needed(tool.build.module), self._cache, self._progress)
        output = self.run(build_command(go, tool.build, target / tool.name), go_toolchain.MODULES / tool.build.module)
        if not (target / tool.name).is_file():
            raise RehearsalError(f"{tool.name} could not be built:\n{_tail(output)}\n{_hint(tool)}")

    def run(self, command: list[str], folder: Path, extra: dict[str, str] | None = None) -> str:
        """Output of one `go` command, also of a failed one. Raises RehearsalError when stopped."""
        with self._lock:
            if self._stopped:
                raise RehearsalError("Stopped.")
            # A session of its own: Ctrl-C reaches us alone, and we end the compiler with all its children.
            process = subprocess.Popen(
                command,
                cwd=folder,
                env=go_toolchain.environment() | (extra or {}),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                start_new_session=True,
            )
            self._running.add(process)
        output, _ = process.communicate()
        with self._lock:
            self._running.discard(process)
            if self._stopped:
                raise RehearsalError("Stopped.")
        return output

    def stop(self) -> None:
        """End every build under way, and let none begin."""
        with self._lock:
            self._stopped = True
            for process in self._running:
                if process.poll() is None:
                    os.killpg(process.pid, signal.SIGKILL)


def build_command(go: Path, build: GoBuild, output: Path) -> list[str]:
    """The command line of one build, with its version linked in and without debugging tables."""
    flags = " ".join(["-s", "-w", *(f"-X {name}={value}" for name, value in build.ldflags.items())])
    tags = ["-tags", ",".join(build.tags)] if build.tags else []
    return [str(go), "build", *tags, "-ldflags", flags, "-o", str(output), build.package]


def _tail(output: str) -> str:
    return "\n".join(output.strip().splitlines()[-15:])


def _hint(tool: Tool) -> str:
    return HINT.format(name=tool.name, version=tool.version)
