import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

PROGRAM = Path(__file__).resolve().parents[2] / "rehearsal" / "standins" / "aws_cli.py"


STATUS = {"token": "made-up"}


@pytest.fixture
def clusters(tmp_path: Path) -> str:
    path = tmp_path / "clusters.json"
    path.write_text(json.dumps({"naap": STATUS}))
    return str(path)


def aws(*arguments: str, clusters: str | None) -> subprocess.CompletedProcess[str]:
    environment = {key: value for key, value in os.environ.items() if key != "NAAP_CLUSTERS"}
    if clusters:
        environment["NAAP_CLUSTERS"] = clusters
    command = [sys.executable, str(PROGRAM), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment)


@pytest.mark.parametrize(
    "arguments",
    [
        ("eks", "get-token", "--cluster-name", "naap"),
        ("--region", "us-east-1", "eks", "get-token", "--cluster-name", "naap", "--output", "json"),
        ("eks", "get-token", "--cluster-name=naap", "--role-arn", "arn:r", "--profile", "dev"),
    ],
)
def test_a_token_is_given_as_kubernetes_clients_expect_it(clusters: str, arguments: tuple[str, ...]) -> None:
    done = aws(*arguments, clusters=clusters)
    assert done.returncode == 0, done.stderr
    credential = json.loads(done.stdout)
    assert (credential["kind"], credential["apiVersion"]) == (
        "ExecCredential",
        "client.authentication.k8s.io/v1beta1",
    )
    assert credential["status"].items() >= STATUS.items()
    assert datetime.fromisoformat(credential["status"]["expirationTimestamp"]) > datetime.now(UTC)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("s3", "ls"), "only `aws eks get-token` is played"),
        (("eks", "get-token"), "needs --cluster-name"),
        (("eks", "get-token", "--cluster-name"), "needs a value"),
        (("eks", "get-token", "--cluster-name", "other"), "no cluster is named 'other'; there are: naap"),
        (("eks", "get-token", "--cluster-name", "naap", "--output", "text"), "only json"),
        (("eks", "get-token", "--cluster-name", "naap", "--debug"), "option --debug is not one of"),
    ],
)
def test_anything_else_is_refused_and_says_what_this_is(
    clusters: str, arguments: tuple[str, ...], message: str
) -> None:
    done = aws(*arguments, clusters=clusters)
    assert done.returncode == 2
    assert message in done.stderr and "the rehearsal's stand-in" in done.stderr
    assert done.stdout == ""


def test_without_a_rehearsal_there_is_no_token() -> None:
    done = aws("eks", "get-token", "--cluster-name", "naap", clusters=None)
    assert done.returncode == 2 and "NAAP_CLUSTERS is not set" in done.stderr
