"""S3 and Secrets Manager, asked by AWS's own client with pods' credentials: the recorded policies decide."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from rehearsal import RehearsalError
from rehearsal.live.data.config import ROOT
from rehearsal.standins.aws.account.inventory import Inventory, Item
from rehearsal.tools.aws_play import aws_packages


@pytest.fixture(scope="module")
def answers(items: list[Item], tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Any]:
    """What came of each call."""
    try:
        packages = aws_packages()
    except RehearsalError as error:
        pytest.skip(str(error))
    file = tmp_path_factory.mktemp("inventory") / "inventory.sqlite"
    inventory = Inventory(str(file))
    for item in items:
        inventory.put(item)
    done = subprocess.run(
        [sys.executable, "-P", "-m", "tests.live.data.client"],
        input=json.dumps({"inventory": str(file)}),
        env={**os.environ, "PYTHONPATH": f"{packages}:{ROOT}", "AWS_EC2_METADATA_DISABLED": "true"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_a_plugin_writes_reads_and_lists_below_its_own_prefix(answers: Mapping[str, Any]) -> None:
    assert [answers[name] for name in ("put own", "get own", "parts own")] == ["ok", "1", "ok"]
    assert answers["list own"] == "community/a b+ü.txt"
    assert answers["get missing"] == "NoSuchKey"
    assert answers["presigned"] == "1"


@pytest.mark.parametrize(
    "call", ["list all", "list another's", "put another's", "get another's", "get twin's", "get backup", "put in clear"]
)
def test_it_is_refused_everywhere_else(answers: Mapping[str, Any], call: str) -> None:
    assert answers[call] == "AccessDenied"


@pytest.mark.parametrize(
    ("call", "code"),
    [
        ("wrong secret", "SignatureDoesNotMatch"),
        ("stranger", "InvalidAccessKeyId"),
        ("presigned, another's", "403"),
        ("anonymous", "403"),
    ],
)
def test_who_has_no_right_signature_is_nobody(answers: Mapping[str, Any], call: str, code: str) -> None:
    assert answers[call] == code


def test_the_administrators_secret_is_read_by_schema_jobs_alone(answers: Mapping[str, Any]) -> None:
    assert answers["secret as schema"] == answers["secret"]
    assert answers["secret as community"] == "AccessDeniedException"


def test_bundles_are_read_by_the_stacks_own_distribution_alone(answers: Mapping[str, Any]) -> None:
    assert answers["cdn"] == Path(__file__).with_name("client.py").read_text()
    assert answers["another cdn"] == "403"
    assert answers["cdn unheard"] == answers["another cdn unheard"] == "403"


def test_what_is_released_later_is_there_at_once(answers: Mapping[str, Any]) -> None:
    assert [answers[f"released {word}"] for word in ("once", "again")] == ["once", "again"]
