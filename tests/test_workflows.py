"""Workflows run pinned actions with stated permissions only."""

import configparser
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


def test_there_are_workflows_for_tests_previews_updates_one_plugin_canaries_drift_support_and_images() -> None:
    known = {
        "tests",
        "preview",
        "deploy",
        "up",
        "plugin-deploy",
        "preview-environment",
        "canary",
        "drift",
        "support",
        "images",
    }
    assert {file.stem for file in FILES} == known


def test_one_plugin_is_deployed_with_its_own_rights_in_turn_with_the_whole_stack() -> None:
    job, up = _job("plugin-deploy"), _job("up")
    assert job["environment"] == "${{ inputs.environment }}-${{ inputs.plugin }}"
    assert job["concurrency"] == up["concurrency"]
    commands = [step["run"] for step in job["steps"] if "run" in step]
    assert commands[-1] == '.venv/bin/naap plugin deploy "$PLUGIN" --stack "$STACK" --real --yes'
    # What was reviewed is deployed, whichever branch the run was started from.
    assert next(step["with"]["ref"] for step in job["steps"] if "checkout" in step.get("uses", "")) == "main"
    for name in STACKS:
        assert f"vars.RUNNER_{name.upper()} || 'ubuntu-24.04'" in job["runs-on"]


def _sessions(stem: str) -> list[dict[str, Any]]:
    return [step for step in _job(stem)["steps"] if "configure-aws-credentials" in step.get("uses", "")]


def test_a_team_deploys_with_its_own_session_and_reaches_the_state_with_another_by_the_profile_of_the_backend() -> None:
    steps = _job("plugin-deploy")["steps"]
    state, team = _sessions("plugin-deploy")
    assert (state["with"]["role-to-assume"], state["if"]) == ("${{ vars.STATE_ROLE_ARN }}", "vars.STATE_ROLE_ARN")
    # The later session is the one that stays in the environment, for the providers.
    assert (team["with"]["role-to-assume"], "if" in team) == ("${{ vars.AWS_ROLE_ARN }}", False)
    (kept,) = [step for step in steps if "AWS_SHARED_CREDENTIALS_FILE" in step.get("run", "")]
    assert steps.index(state) < steps.index(kept) < steps.index(team)
    assert set(kept["env"].values()) == {
        f"${{{{ steps.state.outputs.aws-{name} }}}}" for name in ("access-key-id", "secret-access-key", "session-token")
    }
    assert "${{" not in kept["run"], "no secret is part of a command"
    (limit,) = re.findall(r"create-role --role-name naap-dev-state .*?--max-session-duration (\d+)", CI_PAGE, re.S)
    assert _job("plugin-deploy")["timeout-minutes"] * 60 <= state["with"]["role-duration-seconds"] <= int(limit)


def test_the_profile_of_the_state_is_a_file_of_credentials_that_nobody_else_may_read(tmp_path: Path) -> None:
    """The step is run, and its file read: INI, as AWS documents credentials."""
    (kept,) = [step for step in _job("plugin-deploy")["steps"] if "AWS_SHARED_CREDENTIALS_FILE" in step.get("run", "")]
    told = tmp_path / "github-env"
    own = {"ID": "AKIASTATE", "KEY": "s%cret/+", "TOKEN": "token==", "RUNNER_TEMP": str(tmp_path)}
    subprocess.run(
        ["bash", "-e", "-c", kept["run"]], env={"PATH": "/usr/bin:/bin", "GITHUB_ENV": str(told), **own}, check=True
    )
    name, _, file = told.read_text().strip().partition("=")
    assert (name, Path(file).stat().st_mode & 0o077) == ("AWS_SHARED_CREDENTIALS_FILE", 0)
    profiles = configparser.ConfigParser(interpolation=None)
    profiles.read(file)
    assert dict(profiles["state"]) == {
        "aws_access_key_id": own["ID"],
        "aws_secret_access_key": own["KEY"],
        "aws_session_token": own["TOKEN"],
    }
    # The variable of GitHub's environment names it, and the stack's file, which all jobs read, names none.
    assert re.search(r"`s3://[^`]*profile=state`", CI_PAGE)
    assert not re.search(r"awskms://[^`']*profile=", CI_PAGE)


@pytest.mark.parametrize("stem", ["canary", "preview-environment"])
def test_what_reads_the_state_with_one_role_has_that_session_and_no_profile(stem: str) -> None:
    (session,) = _sessions(stem)
    job = _job(stem)
    assert session["with"]["role-to-assume"] == "${{ vars.AWS_ROLE_ARN }}"
    assert job["timeout-minutes"] * 60 <= session["with"].get("role-duration-seconds", 3600)
    assert job["env"]["PULUMI_BACKEND_URL"] == "${{ vars.PULUMI_BACKEND_URL }}"


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
        assert written <= ({"packages"} if file.stem == "images" else {"id-token", "pull-requests"})


def test_production_waits_for_dev_and_for_its_reviewers() -> None:
    jobs = _read(next(file for file in FILES if file.stem == "deploy"))["jobs"]
    assert jobs["prod"]["needs"] == "dev"
    (up,) = _read(next(file for file in FILES if file.stem == "up"))["jobs"].values()
    assert up["environment"] == "${{ inputs.environment }}"
    assert up["concurrency"]["cancel-in-progress"] is False


def _job(stem: str) -> dict[str, Any]:
    """The only job of a workflow that has steps of its own."""
    jobs = _read(next(file for file in FILES if file.stem == stem))["jobs"].values()
    (job,) = [job for job in jobs if "steps" in job]
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
    (command,) = [step["run"] for step in _job("drift")["steps"] if "pulumi " in step.get("run", "")]
    lines = [line.strip() for line in command.splitlines()]
    # Exports what is known, and reads who owns which field: the provider's comparison does not see what was added.
    assert [line.partition(" --stack")[0] for line in lines[1:3]] == ["pulumi preview", "pulumi stack export"]
    assert " --refresh " in lines[1]
    assert "--undo" not in command
    assert lines[-1] == 'exit "$code"'


def test_what_differs_is_put_back_by_an_update_that_reviewers_approve_and_a_person_asked_for() -> None:
    workflow: dict[Any, Any] = {**_read(next(file for file in FILES if file.stem == "drift"))}
    jobs = workflow["jobs"]
    choices = workflow[True]["workflow_dispatch"]["inputs"]["correct"]

    assert (choices["options"], choices["default"]) == (["nothing", *STACKS], "nothing")
    for stack in STACKS:
        assert jobs[stack]["if"] == f"${{{{ inputs.correct == '{stack}' }}}}"
        assert (jobs[stack]["with"]["environment"], jobs[stack]["with"]["correct"]) == (stack, True)
    corrected = [step for step in _job("up")["steps"] if "inputs.correct" in str(step.get("if"))]
    assert ["--refresh" in step["run"] for step in corrected] == [False, True]
    assert "--undo" in corrected[1]["run"]


def test_a_canary_is_judged_by_the_role_that_only_reads() -> None:
    job = _job("canary")

    assert job["environment"] == "${{ inputs.environment }}-preview"
    assert any("naap plugin gate" in step.get("run", "") and "--apply" in step["run"] for step in job["steps"])


def test_an_environment_of_a_pull_request_is_made_by_the_program_of_main() -> None:
    """Its job has the rights of an update: nothing that a pull request may change runs in it, or says what runs."""
    workflow: dict[Any, Any] = {**_read(next(file for file in FILES if file.stem == "preview-environment"))}
    job, events = _job("preview-environment"), workflow[True]
    assert set(events) == {"pull_request_target", "schedule"}
    assert "github.event.pull_request.head.repo.full_name == github.repository" in job["if"]
    (checkout,) = [step for step in job["steps"] if "actions/checkout" in step.get("uses", "")]
    assert "ref" not in checkout["with"], "main's"
    commands = "\n".join(step.get("run", "") for step in job["steps"])
    assert "${{" not in commands, "what a pull request states is no part of a command"
    taken = re.search(r"for path in (.*); do", commands)
    assert taken
    assert taken[1].split() == ["plugins/registry.yaml", "plugins/registry.d", "plugins/manifests"]
    setup = next(index for index, step in enumerate(job["steps"]) if step.get("run") == "make venv")
    fetched = next(index for index, step in enumerate(job["steps"]) if "FETCH_HEAD" in step.get("run", ""))
    assert setup < fetched


def test_an_environment_ends_with_its_pull_request_and_where_that_was_missed_by_the_clock() -> None:
    runs = [(step.get("if", ""), step.get("run", "")) for step in _job("preview-environment")["steps"]]
    (closed,) = [when for when, run in runs if "naap env end" in run]
    (hourly,) = [when for when, run in runs if "naap env prune" in run]
    assert "action == 'closed'" in closed
    assert hourly == "github.event_name == 'schedule'"
