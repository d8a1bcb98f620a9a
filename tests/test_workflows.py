"""Workflows run pinned actions with stated permissions only."""

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from rehearsal.progress import Progress
from rehearsal.tool_table import ACTIONLINT
from rehearsal.tools import Toolbox

FILES = sorted((Path(__file__).resolve().parent.parent / ".github" / "workflows").glob("*.yml"))
SHELLCHECK = shutil.which("shellcheck", path=Path(sys.executable).parent) or shutil.which("shellcheck")
PINNED = re.compile(r"^(\./\.github/workflows/[\w.-]+|[\w./-]+@[0-9a-f]{40})$")


def _read(file: Path) -> dict[str, Any]:
    return yaml.safe_load(file.read_text())


def _uses(job: dict[str, Any]) -> list[str]:
    return [item["uses"] for item in [job, *job.get("steps", [])] if "uses" in item]


def _lint(*files: Path, shellcheck: str = "") -> str:
    """What actionlint says of expressions, contexts, inputs, and of shell commands where it is given shellcheck."""
    program = Toolbox(Progress(sys.stderr)).get([ACTIONLINT])[ACTIONLINT.name].path
    command = [str(program), "-no-color", "-oneline", "-shellcheck", shellcheck, "-pyflakes", "", *map(str, files)]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout


@pytest.mark.timeout(300)
def test_actionlint_finds_nothing_wrong() -> None:
    assert not _lint(*FILES)


@pytest.mark.timeout(300)
def test_shellcheck_finds_nothing_wrong_in_the_commands() -> None:
    if SHELLCHECK is None:
        pytest.skip("commands were not checked: shellcheck is not on this machine; make venv-dev installs it")
    assert not _lint(*FILES, shellcheck=SHELLCHECK)


@pytest.mark.timeout(300)
def test_actionlint_refuses_a_permission_that_does_not_exist(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.yml"
    workflow = FILES[0].read_text()
    assert "id-token" in workflow
    wrong.write_text(workflow.replace("id-token", "identity-token"))
    assert "identity-token" in _lint(wrong)


def test_there_are_workflows_for_tests_previews_updates_drift_and_support() -> None:
    assert {file.stem for file in FILES} == {"tests", "preview", "deploy", "up", "drift", "support"}


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
