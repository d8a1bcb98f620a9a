"""What plays AWS's APIs, and the client of Jobs: packages of their own, as both pin old ones."""

import hashlib
import subprocess
import sys
from pathlib import Path

from rehearsal import RehearsalError
from rehearsal.tools.cache import Cache

REQUIREMENTS = Path(__file__).resolve().parents[2] / "requirements-aws-play.txt"


def aws_packages() -> Path:
    """The folder of moto and awscli. Raises RehearsalError where no package index can be reached."""
    digest = hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest()[:12]
    return Cache().get("aws-play", digest, _install)


def _install(folder: Path) -> None:
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"]
    command += ["--require-hashes", "--no-deps", "--target", str(folder), "-r", str(REQUIREMENTS)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RehearsalError(f"no package index to get moto and the AWS client from: {done.stderr.strip()[-300:]}")
