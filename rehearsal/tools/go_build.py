"""Programs built from the pinned Go modules of rehearsal/go."""

import os
import re
import shutil
import signal
import subprocess
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path

from rehearsal import RehearsalError
from rehearsal.progress import Progress
from rehearsal.tools import go_toolchain, go_workspace
from rehearsal.tools.cache import Cache
from rehearsal.tools.tool_table import GoBuild, Tool


class Builder:
    """Runs `go`; stop() ends whatever is running, with its children."""

    def __init__(self, cache: Cache, progress: Progress) -> None:
        self._cache = cache
        self._progress = progress
        self._lock = threading.Lock()
        self._running: set[subprocess.Popen[str]] = set()
        self._stopped = False

    def build(self, targets: Sequence[tuple[Tool, Path]]) -> str:
        """Put each built tool into its folder. Of one that isn't there afterwards, the compiler's output says why.

        All that may share packages is built in one run: each is compiled once, and one program linked meanwhile.
        """
        shared = go_workspace.modules()
        runs: dict[tuple[str, tuple[str, ...]], list[tuple[Tool, Path]]] = {}
        for tool, target in targets:
            module = "" if tool.build.module in shared else tool.build.module
            runs.setdefault((module, tool.build.tags), []).append((tool, target))
        return "".join(self._build(module, together) for (module, _), together in runs.items())

    def _build(self, module: str, targets: Sequence[tuple[Tool, Path]]) -> str:
        """module: one that is no part of the workspace; empty for all that are."""
        stated = go_toolchain.MODULES / module / "go.mod" if module else go_workspace.FILE
        go = go_toolchain.find(go_toolchain.needed(stated), self._cache, self._progress)
        with tempfile.TemporaryDirectory() as scratch:
            built = Path(scratch) / "built"
            built.mkdir()
            workspace = "off" if module else str(go_workspace.make(go, self.run, Path(scratch)))
            command = build_command(go, [tool.build for tool, _ in targets], built)
            output = self.run(command, stated.parent, {"GOWORK": workspace})
            for tool, target in targets:
                if (built / tool.name).is_file():
                    shutil.move(built / tool.name, target / tool.name)
        return output

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


def build_command(go: Path, builds: Sequence[GoBuild], output: Path) -> list[str]:
    """The command line of builds with the same tags: their versions linked in, and without debugging tables.

    output: the folder of the programs, each named as the last part of its package.
    """
    names = [package(build) for build in builds]
    tags = ["-tags", ",".join(builds[0].tags)] if builds[0].tags else []
    flags = ["-gcflags=all=-dwarf=false"]
    for name, build in zip(names, builds, strict=True):
        values = (f"-X {variable}={value}" for variable, value in build.ldflags.items())
        flags.append(f"-ldflags={name}={' '.join(['-s', '-w', *values])}")
    return [str(go), "build", *tags, *flags, "-o", str(output), *names]


def package(build: GoBuild) -> str:
    """Its full path; those of rehearsal/go may be stated from their module on, as . or ./folder."""
    return re.sub(r"^\.", f"naap/rehearsal/{build.module}", build.package)
