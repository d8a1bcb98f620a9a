"""Workflows run pinned actions with stated permissions only."""

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from components.database.instance_foundation import INSTANCE_TIMEOUTS
from rehearsal.progress import Progress
from rehearsal.tools.toolbox import Toolbox
from tests.tools import ACTIONLINT

FILES = sorted((Path(__file__).resolve().parent.parent / ".github" / "workflows").glob("*.yml"))
SHELLCHECK = shutil.which("shellcheck", path=Path(sys.executable).parent) or shutil.which("shellcheck")
CI_PAGE = (FILES[0].parents[2] / "docs" / "ci.md").read_text()
STACKS = ("dev", "prod")
WITH_A_SESSION = ("preview", "up", "drift")
"""Workflows that speak to AWS and to clusters."""
MOST_SESSION_SECONDS = 43_200
"""IAM: the longest session that a role may allow."""
HOSTED_JOB_MINUTES = 360
"""GitHub: after which its own runners end a job."""
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


def test_the_tests_of_a_change_have_the_commit_before_it() -> None:
    """actions/checkout fetches one commit unless told otherwise; .ci/run compares the registry with that before."""
    (job,) = _read(FILES[0].parent / "tests.yml")["jobs"].values()
    (checkout,) = [step for step in job["steps"] if "actions/checkout" in step.get("uses", "")]

    assert "HEAD^" in (FILES[0].parents[2] / ".ci" / "run").read_text()
    assert checkout["with"]["fetch-depth"] >= len(("this one", "the one before"))


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


def _job(stem: str) -> dict[str, Any]:
    """The only job of a workflow."""
    (job,) = _read(next(file for file in FILES if file.stem == stem))["jobs"].values()
    return job


def _runners(stem: str) -> dict[str, str]:
    """What a job runs on, by environment, as written where the variable is read."""
    if stem == "up":
        jobs = _read(next(file for file in FILES if file.stem == "deploy"))["jobs"]
        return {job["with"]["environment"]: job["with"]["runner"] for job in jobs.values()}
    return {one["environment"]: one["runner"] for one in _job(stem)["strategy"]["matrix"]["include"]}


@pytest.mark.parametrize("stem", WITH_A_SESSION)
def test_what_speaks_to_a_cluster_runs_where_a_variable_of_its_environment_says(stem: str) -> None:
    """Variables of a GitHub environment are not known yet where a runner is chosen: they are the repository's."""
    assert _runners(stem) == {
        environment: f"${{{{ vars.RUNNER_{environment.upper()} || 'ubuntu-24.04' }}}}" for environment in STACKS
    }
    source = "inputs" if stem == "up" else "matrix"
    assert _job(stem)["runs-on"] == f"${{{{ format({source}.runner, github.run_id, github.run_attempt) }}}}"


def test_what_anybody_may_send_runs_on_no_machine_of_ours() -> None:
    """A pull request from a fork is tested too: never inside a network from which a cluster is reached."""
    assert _job("tests")["runs-on"] == "ubuntu-24.04"
    assert _job("preview")["if"] == "github.event.pull_request.head.repo.full_name == github.repository"


@pytest.mark.parametrize("stem", WITH_A_SESSION)
def test_a_session_lasts_as_long_as_its_job_and_its_role_allows_it(stem: str) -> None:
    job = _job(stem)
    (session,) = (step["with"] for step in job["steps"] if "configure-aws-credentials" in step.get("uses", ""))
    role = "update" if stem == "up" else "preview"
    (allowed,) = re.findall(rf"create-role --role-name naap-dev-{role} .*?--max-session-duration (\d+)", CI_PAGE, re.S)

    assert job["timeout-minutes"] * 60 <= session["role-duration-seconds"] <= int(allowed) <= MOST_SESSION_SECONDS


def test_an_update_may_take_longer_than_a_database_and_then_its_replica() -> None:
    waits = [int(str(text).removesuffix("m")) for text in (INSTANCE_TIMEOUTS.update, INSTANCE_TIMEOUTS.create)]

    assert 2 * max(waits) < _job("up")["timeout-minutes"] < HOSTED_JOB_MINUTES


def test_an_update_is_examined_in_its_own_session_before_anything_is_made() -> None:
    steps = [str(step.get("run") or step["uses"]).partition("@")[0] for step in _job("up")["steps"]]
    examined = steps.index('.venv/bin/naap doctor --stack "$STACK"')
    assert steps.index("aws-actions/configure-aws-credentials") < examined
    assert steps.index("pulumi/actions") < examined  # it looks at the version of what will run
    assert all("pulumi up" not in step for step in steps[:examined])
    assert "continue-on-error" not in _job("up")["steps"][examined]
    # The role of previews is no operator, at which it would stop every time.
    assert not any("naap doctor" in step.get("run", "") for step in _job("preview")["steps"])


def test_drift_is_looked_for_every_night_in_every_environment_and_changes_nothing() -> None:
    workflow: dict[Any, Any] = {**_read(next(file for file in FILES if file.stem == "drift"))}
    (when,) = workflow[True]["schedule"]  # YAML 1.1 reads the word `on` as a truth
    assert re.fullmatch(r"\d+ \d+ \* \* \*", when["cron"])
    commands = [step["run"] for step in _job("drift")["steps"] if "pulumi " in step.get("run", "")]
    preview, by_owner = commands
    assert "pulumi preview" in preview
    assert "--refresh --expect-no-changes" in preview
    # Exports what is known, and reads who owns which field: the provider's comparison does not see what was added.
    assert by_owner.splitlines()[0].startswith("pulumi stack export ")
    assert by_owner.splitlines()[1].startswith(".venv/bin/naap drift ")
