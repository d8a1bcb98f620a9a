"""Programs kept between runs and shared by all checkouts: one folder each, whole or absent."""

import fcntl
import os
import platform
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from rehearsal import RehearsalError

_KEPT_SECONDS = 3 * 24 * 3600
MACHINES = {"x86_64": "amd64", "amd64": "amd64", "aarch64": "arm64", "arm64": "arm64"}


@dataclass(frozen=True, kw_only=True)
class Platform:
    """system: linux or darwin; arch: amd64 or arm64."""

    system: str
    arch: str

    @classmethod
    def here(cls) -> "Platform":
        """This machine. Raises RehearsalError where no rehearsal can run."""
        system, machine = platform.system().lower(), platform.machine().lower()
        if system not in ("linux", "darwin") or machine not in MACHINES:
            raise RehearsalError(
                f"A rehearsal runs on Linux or macOS, on amd64 or arm64; this is {system} on {machine}. "
                "Use a container or a virtual machine, or plain Pulumi against AWS."
            )
        return cls(system=system, arch=MACHINES[machine])


@dataclass(kw_only=True)
class Entry:
    """A folder of the cache, locked. staging: fill this one, then keep() it."""

    path: Path
    staging: Path

    @property
    def ready(self) -> bool:
        """Whether it is already there, whole."""
        return self.path.is_dir()

    def keep(self) -> None:
        """Move what was staged to its place in one step: no run ever sees half of it."""
        if self.path.exists():
            remove(self.path)
        self.staging.rename(self.path)


class Cache:
    """The cache folder. Entries are locked against other runs while they are made.

    stopping: set it to end every wait for another run's lock.
    """

    def __init__(self, root: Path | None = None, here: Platform | None = None) -> None:
        self.root = root or _caches() / "naap-tools"
        self.here = here or Platform.here()
        self.stopping = threading.Event()

    def path(self, name: str, version: str) -> Path:
        """Where an entry is, or will be."""
        return self.root / f"{name}-{version}-{self.here.system}-{self.here.arch}"

    def get(self, name: str, version: str, make: Callable[[Path], None]) -> Path:
        """The entry's folder, filled by `make` if it isn't there; one that is there is only read."""
        path = self.path(name, version)
        if not path.is_dir():
            with self.entry(name, version) as entry:
                if not entry.ready:
                    make(entry.staging)
                    entry.keep()
        return path

    def forget_older(self, name: str, kept: Path) -> None:
        """Entries of a name that nobody has made for three days, where each change of something makes another."""
        for other in self.root.glob(f"{name}-{'[0-9a-f]' * 12}-*"):
            if other != kept and other.stat().st_mtime < time.time() - _KEPT_SECONDS:
                remove(other)

    @contextmanager
    def entry(self, name: str, version: str) -> Generator[Entry]:
        """The entry, locked. What an interrupted run left unfinished is removed first, and what this one leaves."""
        self.root.mkdir(parents=True, exist_ok=True)
        path = self.path(name, version)
        with (self.root / f".{path.name}.lock").open("w") as lock:
            self._lock(lock, name)
            prefix = f".{path.name}.part-"
            for left in self.root.glob(f"{prefix}*"):
                remove(left)
            staging = Path(tempfile.mkdtemp(prefix=prefix, dir=self.root))
            staging.chmod(0o755)
            try:
                yield Entry(path=path, staging=staging)
            finally:
                remove(staging)

    def _lock(self, file: TextIO, name: str) -> None:
        # The system releases it when the process ends in any way: no lock outlives its owner.
        while not self.stopping.is_set():
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                time.sleep(0.2)
            else:
                return
        raise RehearsalError(f"Stopped while another run was getting {name}.")


def _caches() -> Path:
    """Where this user's caches are. A relative XDG_CACHE_HOME counts for nothing, as its specification demands."""
    stated = Path(os.environ.get("XDG_CACHE_HOME", ""))
    if stated.is_absolute():
        return stated
    try:
        return Path.home() / ".cache"
    except RuntimeError:
        raise RehearsalError("This user has no home folder: set HOME, or XDG_CACHE_HOME, and run again.") from None


def remove(folder: Path) -> None:
    """Delete a folder, also one with read-only parts (as the Go module cache makes them)."""
    if not folder.exists():
        return
    for sub, _, _ in os.walk(folder):
        Path(sub).chmod(0o755)
    shutil.rmtree(folder)
