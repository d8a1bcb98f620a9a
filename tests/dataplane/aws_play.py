"""AWS as the Jobs see it: the real client, and a server that plays S3 and Secrets Manager on loopback."""

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from rehearsal import RehearsalError
from rehearsal.tools.aws_play import aws_packages
from tests.dataplane.servers import ADMIN_PASSWORD, Server

REGION = "us-east-1"


def _packages() -> Path:
    """Where the client and the server are; skips the test where no package index can be reached."""
    try:
        return aws_packages()
    except RehearsalError as error:
        pytest.skip(str(error))


class AwsPlay(Server):
    """One account without a network: buckets, and one secret for each shard's administrator."""

    def __init__(self) -> None:
        super().__init__("aws")
        self._packages = _packages()
        environment = {**self.environment, "PYTHONPATH": str(self._packages)}
        self.start(
            [sys.executable, "-m", "moto.server", "--host", "127.0.0.1", "--port", str(self.port)],
            environment=environment,
            as_ourselves=True,
        )

    @property
    def environment(self) -> dict[str, str]:
        """What points any AWS client at it."""
        return {
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{self.port}",
            "AWS_ACCESS_KEY_ID": "loopback",
            "AWS_SECRET_ACCESS_KEY": "loopback",
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def program(self, folder: Path) -> None:
        """Puts `aws` into a folder of programs."""
        path = folder / "aws"
        path.write_text(f'#!/bin/sh\nPYTHONPATH={self._packages} exec {sys.executable} -m awscli "$@"\n')
        path.chmod(path.stat().st_mode | stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH)

    def ask(self, *words: str) -> str:
        """An AWS command's answer."""
        command = [sys.executable, "-m", "awscli", *words]
        environment = {**os.environ, **self.environment, "PYTHONPATH": str(self._packages)}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def keep_administrator(self, name: str, host: str) -> str:
        """A secret as Database writes it; gives its ARN."""
        content = json.dumps({"host": host, "username": "naap_admin", "password": ADMIN_PASSWORD})
        made = self.ask("secretsmanager", "create-secret", "--name", name, "--secret-string", content)
        return str(json.loads(made)["ARN"])
