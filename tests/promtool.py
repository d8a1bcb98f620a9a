"""The real promtool, got once: rules are checked and tested by what Prometheus itself is made of."""

import functools
import subprocess
import sys
from pathlib import Path

from rehearsal.progress import Progress
from rehearsal.tools.toolbox import Toolbox
from tests.tools import PROMTOOL


@functools.cache
def promtool() -> Path:
    """The program; built at its first use where it can't be downloaded."""
    return Toolbox(Progress(sys.stderr)).get([PROMTOOL])[PROMTOOL.name].path


def run(*arguments: str, folder: Path) -> str:
    """What it says; fails with that when it finds something wrong."""
    done = subprocess.run([str(promtool()), *arguments], cwd=folder, capture_output=True, text=True, check=False)
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    return said
