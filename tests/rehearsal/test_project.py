"""The project folder of a rehearsal."""

import os
import shutil
import stat
import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
import yaml

from planning.inputs.configured_secrets import wrong_pull_secrets
from rehearsal import RehearsalError
from rehearsal.project import Project
from rehearsal.tools.toolbox import BUILT, Found

CONFIG = """# kept as it is
config:
  aws:region: us-east-1
  naap:users: 1000
  naap:rootSecret: {secure: AAA}
  naap:secrets: {wallet: {KEY: {secure: BBB}}}
encryptionsalt: v1:of-the-checkout
"""
REGISTRY = cast("Any", SimpleNamespace(plugins=(SimpleNamespace(name="wallet", configured_secrets=("KEY",)),)))


@pytest.fixture
def project(tmp_path: Path) -> Project:
    (tmp_path / "Pulumi.yaml").write_text("name: naap\nruntime: {name: python, options: {virtualenv: .venv}}\n")
    (tmp_path / "Pulumi.dev.yaml").write_text(CONFIG)
    return Project(root=tmp_path, stack="dev")


@pytest.fixture
def pulumi(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Found:
    folder = tmp_path / "tools"
    folder.mkdir()
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    return Found(name="pulumi", path=folder / "pulumi", version="3.251.0", origin=BUILT)


def test_the_project_runs_the_checkouts_program_and_leaves_its_files_alone(project: Project, pulumi: Found) -> None:
    before = {file: file.read_bytes() for file in project.root.glob("Pulumi*")}
    project.write(pulumi)
    project.write_config()
    written = yaml.safe_load((project.folder / "Pulumi.yaml").read_text())
    assert (written["name"], written["main"]) == ("naap", str(project.root))
    assert {file: file.read_bytes() for file in project.root.glob("Pulumi*")} == before


def test_the_engine_finds_no_folder_for_its_own_logs_also_where_an_earlier_rehearsal_left_one(
    project: Project, pulumi: Found
) -> None:
    logs = project.state / "home" / "logs"
    logs.mkdir(parents=True)
    (logs / "old.log").touch()
    project.write(pulumi)
    project.write(pulumi)
    assert logs.is_file()


def test_secrets_of_the_checkout_are_not_copied_and_the_rehearsals_own_key_is_kept(
    project: Project, pulumi: Found
) -> None:
    project.write(pulumi)
    project.write_config()
    assert yaml.safe_load(project.config.read_text()) == {"config": {"aws:region": "us-east-1", "naap:users": 1000}}
    project.config.write_text("encryptionsalt: v1:own\n")
    project.write_config()
    assert yaml.safe_load(project.config.read_text())["encryptionsalt"] == "v1:own"


def test_made_up_secrets_last_as_long_as_the_rehearsal(project: Project, pulumi: Found) -> None:
    project.write(pulumi)
    first = project.made_up(REGISTRY)
    assert set(first) == {"naap:rootSecret", "naap:secrets.wallet.KEY"}
    assert len(set(first.values())) == 2
    assert project.made_up(REGISTRY) == first
    project.delete()
    project.write(pulumi)
    assert project.made_up(REGISTRY) != first


def test_a_made_up_pull_secret_is_one_that_is_taken(project: Project, pulumi: Found) -> None:
    project.write(pulumi)
    pulling = SimpleNamespace(name="wallet", configured_secrets=("KEY", "IMAGE_PULL_SECRET"))
    made = project.made_up(cast("Any", SimpleNamespace(plugins=(pulling,))))
    text = made["naap:secrets.wallet.IMAGE_PULL_SECRET"]
    assert wrong_pull_secrets({"wallet": {"IMAGE_PULL_SECRET": text}}, "dev") == []


def test_a_new_secret_or_setting_renews_the_configuration(project: Project) -> None:
    first = project.source(REGISTRY)
    assert project.source(cast("Any", SimpleNamespace(plugins=()))) != first
    (project.root / "Pulumi.dev.yaml").write_text(CONFIG.replace("1000", "2000"))
    assert project.source(REGISTRY) != first


def test_nothing_real_can_be_reached(project: Project, pulumi: Found, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_PROFILE", "AWS_ACCESS_KEY_ID", "PULUMI_ACCESS_TOKEN", "KUBECONFIG"):
        monkeypatch.setenv(name, "real")
    environment = project.environment(pulumi, project.write(pulumi))
    assert "real" not in environment.values()
    assert environment["PULUMI_BACKEND_URL"].startswith(f"file://{project.state}")
    assert environment["PATH"].startswith(str(project.launchers))


def test_official_plugins_are_used_where_there_are_some_but_never_for_aws(project: Project, pulumi: Found) -> None:
    for name in ("pulumi-language-python", "pulumi-resource-aws"):
        (pulumi.path.parent / name).touch(mode=0o755)
    official = project.write(pulumi)
    assert official["pulumi-language-python"] == pulumi.path.parent / "pulumi-language-python"
    assert official["pulumi-resource-aws"] is None
    assert not (project.launchers / "pulumi-language-python").exists()
    assert (project.launchers / "pulumi-resource-aws").exists()


@pytest.mark.parametrize("entry", ["{launchers}", "{launchers}/", "{launchers}/../../qa/bin", "{link}"])
def test_in_the_rehearsals_own_shell_launchers_are_not_taken_for_official_programs(
    project: Project, pulumi: Found, monkeypatch: pytest.MonkeyPatch, entry: str
) -> None:
    first = project.write(pulumi)
    environment = project.environment(pulumi, first)
    shutil.copytree(project.launchers, project.root / ".rehearsal" / "qa" / "bin")
    link = project.root / "link"
    link.symlink_to(project.launchers)
    monkeypatch.setenv("PATH", f"{entry.format(launchers=project.launchers, link=link)}:/usr/bin:/bin")
    assert project.write(pulumi) == first
    assert (project.launchers / "pulumi-language-python").exists()
    assert project.environment(pulumi, first)["PATH"] == environment["PATH"]


def test_a_launcher_runs_the_stand_in_of_the_checkout(project: Project, pulumi: Found) -> None:
    folder = project.root / "rehearsal" / "standins"
    folder.mkdir(parents=True)
    (project.root / "rehearsal" / "__init__.py").touch()
    (folder / "__init__.py").touch()
    (folder / "aws_cli.py").write_text("import sys; print(sys.argv[1:], __name__)\n")
    project.write(pulumi)
    ran = subprocess.run([project.launchers / "aws", "a b", "c"], capture_output=True, text=True, cwd="/", check=True)
    assert ran.stdout == "['a b', 'c'] __main__\n"


def test_its_secrets_are_for_the_owner_only(project: Project, pulumi: Found) -> None:
    project.write(pulumi)
    project.made_up(REGISTRY)
    assert stat.S_IMODE(os.stat(project.state).st_mode) == 0o700  # noqa: PTH116  (the mode itself)
    assert stat.S_IMODE((project.state / "seed").stat().st_mode) == 0o600


def test_an_unknown_stack_is_named_with_those_that_exist(project: Project) -> None:
    with pytest.raises(RehearsalError, match=r"No stack 'qa': Pulumi.qa.yaml is missing. Known: dev\."):
        Project(root=project.root, stack="qa").source(REGISTRY)
