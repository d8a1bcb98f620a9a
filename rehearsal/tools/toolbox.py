"""Getting the tools: found on PATH in a good version, else the official release, else built from the Go module.

NAAP_TOOLS=build skips PATH and downloads: what continuous integration uses, to try exactly the pinned versions.
"""

import os
import re
import subprocess
from collections.abc import Mapping, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from shutil import which

from rehearsal import RehearsalError
from rehearsal.progress import Progress, duration
from rehearsal.tools.cache import Cache
from rehearsal.tools.download import Downloader, NotDownloadedError
from rehearsal.tools.go_build import Builder
from rehearsal.tools.tool_table import Tool

ON_PATH = "on PATH"
RELEASE = "official release"
BUILT = "built from its Go module"
WORKERS = 2  # builds use every core by themselves; a second one fills the time in which the first links


@dataclass(frozen=True, kw_only=True)
class Found:
    """A tool that works. origin: one of ON_PATH, RELEASE, BUILT."""

    name: str
    path: Path
    version: str
    origin: str


class Toolbox:
    """Finds, downloads and builds. get() may be called for the CLI first and for the rest later."""

    def __init__(self, progress: Progress, cache: Cache | None = None, mode: str | None = None) -> None:
        mode = os.environ.get("NAAP_TOOLS", "") if mode is None else mode
        if mode not in ("", "build"):
            raise RehearsalError(f"NAAP_TOOLS is {mode!r}; it may be 'build' (always build) or unset.")
        self.cache = cache or Cache()
        self._progress = progress
        self._only_build = mode == "build"
        self._downloader = Downloader(self.cache.here, enabled=not self._only_build)
        self.builder = Builder(self.cache, progress)

    def get(self, tools: Sequence[Tool]) -> Mapping[str, Found]:
        """All of these tools, at once, in the order given. Raises RehearsalError; Ctrl-C leaves nothing half-made."""
        found = {tool.name: here for tool in tools if (here := self._at_hand(tool)) is not None}
        missing = [tool for tool in tools if tool.name not in found]
        if not missing:
            return found
        self._progress.say(f"Getting {', '.join(tool.name for tool in missing)} (kept in {self.cache.root})")
        modules = list(dict.fromkeys(tool.build.module for tool in missing))
        with ThreadPoolExecutor(max_workers=WORKERS) as pool:
            # One job a module: its tools share most packages, which so are compiled once.
            jobs = [pool.submit(self._get_all, [t for t in missing if t.build.module == m]) for m in modules]
            self._await(jobs)
        for job in jobs:
            found |= {tool.name: tool for tool in job.result()}
        return found

    def stop(self) -> None:
        """End whatever is under way in any thread."""
        self.cache.stopping.set()
        self._downloader.stop()
        self.builder.stop()

    def _await(self, jobs: list[Future[list[Found]]]) -> None:
        try:
            done, _ = wait(jobs, return_when=FIRST_EXCEPTION)
            for job in done:
                job.result()
        except BaseException:
            self.stop()
            for job in jobs:
                job.cancel()
            raise

    def _at_hand(self, tool: Tool) -> Found | None:
        kept = self.cache.path(tool.name, tool.version)
        if (kept / tool.name).is_file():
            origin = (kept / "origin").read_text().strip()
            if not (self._only_build and origin != BUILT):
                return Found(name=tool.name, path=kept / tool.name, version=tool.version, origin=origin)
        on_path = None if self._only_build else which(tool.name)
        version = installed_version(tool, Path(on_path)) if on_path else None
        if on_path is None or version is None:
            return None
        return Found(name=tool.name, path=Path(on_path), version=version, origin=ON_PATH)

    def _get_all(self, tools: list[Tool]) -> list[Found]:
        return [self._get(tool) for tool in tools]

    def _get(self, tool: Tool) -> Found:
        with self.cache.entry(tool.name, tool.version) as entry:
            again = self._at_hand(tool)  # another run may have made it while we waited for the lock
            if again is not None:
                return again
            origin = self._make(tool, entry.staging)
            if installed_version(tool, entry.staging / tool.name) is None:
                raise RehearsalError(f"{tool.name} was got ({origin}) but does not say that it is {tool.version}.")
            (entry.staging / "origin").write_text(origin + "\n")
            entry.keep()
        return Found(name=tool.name, path=entry.path / tool.name, version=tool.version, origin=origin)

    def _make(self, tool: Tool, target: Path) -> str:
        if not self._only_build:
            try:
                with self._progress.task(f"{tool.name} {tool.version}: download"):
                    self._downloader.fetch(tool, target)
            except NotDownloadedError as error:
                self._progress.say(f"  {tool.name}: not downloaded ({error}); building it")
            else:
                return RELEASE
        expected = f"built once; about {duration(tool.build.seconds)} on two cores"
        with self._progress.task(f"{tool.name} {tool.version}: build", expected):
            self.builder.build(tool, target)
        return BUILT


def installed_version(tool: Tool, path: Path) -> str | None:
    """The version that a program says it has, if it is a good one; None for any other and for what doesn't run."""
    try:
        answer = subprocess.run([str(path), *tool.ask], capture_output=True, text=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    stated = re.search(r"(\d+)\.(\d+)\.(\d+)", answer.stdout + answer.stderr)
    if answer.returncode or stated is None:
        return None
    version = (int(stated[1]), int(stated[2]), int(stated[3]))
    return stated[0] if tool.at_least <= version < tool.below else None
