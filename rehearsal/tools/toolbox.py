"""Getting the tools: found on PATH in a good version, else the official release, else built from the Go module.

NAAP_TOOLS=build skips PATH and downloads: what continuous integration uses, to try exactly the pinned versions.
"""

import os
import re
import subprocess
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from shutil import which

from rehearsal import RehearsalError
from rehearsal.progress import Progress, duration
from rehearsal.tools.cache import Cache, Entry
from rehearsal.tools.download import Downloader, NotDownloadedError
from rehearsal.tools.go_build import Builder
from rehearsal.tools.tool_table import Tool

ON_PATH = "on PATH"
RELEASE = "official release"
BUILT = "built from its Go module"
HINT = "Make a Go module proxy reachable (GOPROXY), or put {names} on PATH, and run again."
DOWNLOADS = 4  # at once


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
        try:
            found |= self._make(missing)
        except BaseException:
            self.stop()
            raise
        return {tool.name: found[tool.name] for tool in tools}

    def stop(self) -> None:
        """End whatever is under way in any thread."""
        self.cache.stopping.set()
        self._downloader.stop()
        self.builder.stop()

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

    def _make(self, tools: Sequence[Tool]) -> Mapping[str, Found]:
        with ExitStack() as locks:
            # Always in the same order: two runs that each held what the other waits for would wait for ever.
            entries = {
                tool.name: locks.enter_context(self.cache.entry(tool.name, tool.version))
                for tool in sorted(tools, key=lambda tool: tool.name)
            }
            # Another run may have made one while we waited for its lock.
            found = {tool.name: here for tool in tools if (here := self._at_hand(tool)) is not None}
            missing = [(tool, entries[tool.name]) for tool in tools if tool.name not in found]
            downloaded = self._download_all(missing)
            rest = [each for each, done in zip(missing, downloaded, strict=True) if not done]
            said = self._build(rest) if rest else ""
            made = [
                (tool, entry, RELEASE if done else BUILT)
                for (tool, entry), done in zip(missing, downloaded, strict=True)
                if (entry.staging / tool.name).is_file()
            ]
            found |= {tool.name: _keep(tool, entry, origin) for tool, entry, origin in made}
        failed = [tool for tool in tools if tool.name not in found]
        if failed:
            names = ", ".join(f"{tool.name} {tool.version}" for tool in failed)
            lines = [line for line in said.strip().splitlines() if not line.startswith("go: downloading ")]
            tail = "\n".join(lines[-15:])
            raise RehearsalError(f"{names} could not be built:\n{tail}\n{HINT.format(names=names)}")
        return found

    def _download_all(self, wanted: Sequence[tuple[Tool, Entry]]) -> Sequence[bool]:
        """Whether each could be had."""
        with ThreadPoolExecutor(max_workers=DOWNLOADS) as pool:
            try:
                return list(pool.map(self._download, wanted))
            except BaseException:
                self.stop()  # or the pool would wait for what is under way
                raise

    def _download(self, wanted: tuple[Tool, Entry]) -> bool:
        tool, entry = wanted
        if self._only_build:
            return False
        try:
            with self._progress.task(f"{tool.name} {tool.version}: download"):
                self._downloader.fetch(tool, entry.staging)
        except NotDownloadedError as error:
            self._progress.say(f"  {tool.name}: not downloaded ({error}); building it")
            return False
        return True

    def _build(self, wanted: Sequence[tuple[Tool, Entry]]) -> str:
        names = ", ".join(f"{tool.name} {tool.version}" for tool, _ in wanted)
        seconds = sum(tool.build.seconds for tool, _ in wanted)
        with self._progress.task(f"Building {names}", f"once; about {duration(seconds)} on two cores"):
            return self.builder.build([(tool, entry.staging) for tool, entry in wanted])


def _keep(tool: Tool, entry: Entry, origin: str) -> Found:
    if installed_version(tool, entry.staging / tool.name) is None:
        raise RehearsalError(f"{tool.name} was got ({origin}) but does not say that it is {tool.version}.")
    (entry.staging / "origin").write_text(origin + "\n")
    entry.keep()
    return Found(name=tool.name, path=entry.path / tool.name, version=tool.version, origin=origin)


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
