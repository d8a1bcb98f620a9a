"""Workflows run pinned actions with stated permissions only."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

FILES = sorted((Path(__file__).resolve().parent.parent / ".github" / "workflows").glob("*.yml"))
PINNED = re.compile(r"^(\./\.github/workflows/[\w.-]+|[\w./-]+@[0-9a-f]{40})$")


def _read(file: Path) -> dict[str, Any]:
    return yaml.safe_load(file.read_text())


def _uses(job: dict[str, Any]) -> list[str]:
    return [item["uses"] for item in [job, *job.get("steps", [])] if "uses" in item]


def test_there_are_workflows_for_tests_previews_updates_and_drift() -> None:
    assert {file.stem for file in FILES} == {"tests", "preview", "deploy", "up", "drift"}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_action_is_pinned_by_the_hash_of_a_commit(file: Path) -> None:
    used = [name for job in _read(file)["jobs"].values() for name in _uses(job)]
    assert used
    assert [name for name in used if not PINNED.match(name)] == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_nothing_is_permitted_that_is_not_stated(file: Path) -> None:
    workflow = _read(file)
    assert workflow["permissions"] in ({}, {"contents": "read"})
    for job in workflow["jobs"].values():
        written = {name for name, level in job.get("permissions", {}).items() if level == "write"}
        assert written <= {"id-token", "pull-requests"}


def test_production_waits_for_dev_and_for_its_reviewers() -> None:
    jobs = _read(next(file for file in FILES if file.stem == "deploy"))["jobs"]
    assert jobs["prod"]["needs"] == "dev"
    (up,) = _read(next(file for file in FILES if file.stem == "up"))["jobs"].values()
    assert up["environment"] == "${{ inputs.environment }}"
    assert up["concurrency"]["cancel-in-progress"] is False
