"""The command `naap`: what holds for every subcommand."""

import json
import os
import pty
import re
import subprocess
import sys
from collections.abc import Mapping

import pytest
from typer import rich_utils

from tests.naap.commands import COMMANDS, ROOT_COMMAND, Described
from tests.naap.running import ROOT, data, process, refused, text

PLANS = ("plan", "cost", "change", "capacity", "quotas", "simulate", "diagram")
DATA: Mapping[str, tuple[str, ...]] = {
    **{name: (name,) for name in PLANS},
    "support": ("support",),
    "status": ("status", "--stack", "prod"),
    "plugin list": ("plugin", "list"),
    "plugin validate": ("plugin", "validate"),
    "rule explain": ("rule", "explain", "aws-rds-private"),
    "rule table": ("rule", "table"),
}
"""Commands that say something and change nothing."""

WITHOUT_DATA = ("shell", "plugin schema")
"""A shell, or lines for one, and what is JSON already."""

WITHOUT_STACK = (
    "tools",
    "support",
    "drift",
    "plugin schema",
    "rule explain",
    "rule table",
    "rule comment",
    "migration add",
    "migration check",
)
OF_WHAT_RUNS = ("open", "status", "down", "env new", "env list", "env end", "env prune")
"""Of a stack as it was brought up, and of its configuration, whatever registry that names."""

OF_WHAT_IS_UP = ("plugin deploy", "plugin rollback")
"""Their registry is the one that is up: another would be another stack."""
WITHOUT_REGISTRY = (*WITHOUT_STACK, *OF_WHAT_RUNS, *OF_WHAT_IS_UP)


@pytest.mark.parametrize("name", DATA)
def test_a_command_answers_as_text_and_as_json(name: str) -> None:
    assert text(*DATA[name]) if name != "rule table" else True  # Markdown, of lines as long as they are
    assert data(*DATA[name])


@pytest.mark.parametrize("name", PLANS)
def test_an_answer_is_the_same_every_time(name: str) -> None:
    assert text(name) == text(name)
    assert data(name) == data(name)


@pytest.mark.parametrize("name", [*PLANS, "plugin list", "plugin validate"])
def test_an_unknown_stack_is_refused_by_the_name_of_its_file(name: str) -> None:
    assert "Pulumi.nowhere.yaml" in refused(*DATA[name], "--stack", "nowhere")


@pytest.mark.parametrize("name", [*PLANS, "plugin list", "plugin validate"])
def test_another_registry_can_be_asked_about_wherever_one_is_read(name: str, tmp_path: os.PathLike[str]) -> None:
    assert str(tmp_path) in refused(*DATA[name], "--registry", f"{tmp_path}/none.yaml")


@pytest.mark.parametrize("name", COMMANDS)
def test_json_stack_and_registry_are_options_of_every_command_that_has_a_use_for_them(name: str) -> None:
    options = COMMANDS[name].options
    assert ("--json" in options) is (name not in WITHOUT_DATA)
    assert ("--stack" in options) is (name not in WITHOUT_STACK)
    assert ("--registry" in options) is (name not in WITHOUT_REGISTRY), "what reads a stack reads its registry"


@pytest.mark.parametrize("option", ["--json", "--stack", "--registry", "--users"])
def test_an_option_is_told_in_the_same_words_everywhere(option: str) -> None:
    assert len({one.options[option] for one in COMMANDS.values() if option in one.options}) == 1


@pytest.mark.parametrize("described", [ROOT_COMMAND, *COMMANDS.values()], ids=lambda one: one.name)
def test_every_command_has_a_help_of_80_columns_without_colour_in_a_pipe(
    described: Described, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rich_utils, "FORCE_TERMINAL", None)  # it is not, on a runner of GitHub's
    said = text(*described.words, "--help")
    assert "\x1b" not in said
    for option in described.options:
        assert re.search(rf"{option}\b", said), option


@pytest.mark.parametrize(
    ("typed", "proposed"),
    [
        ("naap si", {"simulate"}),
        ("naap plugin re", {"retire", "remove"}),
        ("naap cost --ti", {"--tiers"}),
        ("naap plan --stack ", {"dev", "prod"}),
        ("naap plugin rotate my-w", {"my-wallet"}),
        ("naap rule explain aws-rds-priv", {"aws-rds-private"}),
    ],
)
def test_a_shell_completes_commands_options_and_names(typed: str, proposed: set[str]) -> None:
    asked = {"_NAAP_COMPLETE": "complete_bash", "COMP_WORDS": typed, "COMP_CWORD": str(typed.count(" "))}
    done = subprocess.run(
        [sys.executable, "-m", "naap"],
        cwd=ROOT,
        env={**os.environ, **asked},
        capture_output=True,
        text=True,
        check=False,
    )
    assert set(done.stdout.split()) == proposed


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_is_told_how_to_complete(shell: str) -> None:
    told = {"_NAAP_COMPLETE": f"source_{shell}"}
    done = subprocess.run(
        [sys.executable, "-m", "naap"], cwd=ROOT, env={**os.environ, **told}, capture_output=True, text=True, check=True
    )
    assert "_NAAP_COMPLETE" in done.stdout


@pytest.mark.parametrize(
    "arguments", [("conquer",), ("plan", "--stak", "dev"), ("plan", "--users", "many"), ("plugin", "move", "my-wallet")]
)
def test_a_command_line_that_is_wrong_is_explained_with_exit_code_2(arguments: tuple[str, ...]) -> None:
    done = process(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert "Usage: naap" in done.stderr
    assert "Traceback" not in done.stderr


def test_wrong_input_is_told_as_file_field_value_rule_and_fix_with_exit_code_2() -> None:
    done = process("plan", "--users", "0")
    assert (done.returncode, done.stdout) == (2, "")
    for part in ("Pulumi.dev.yaml · config · naap:users: 0", "rule:", "fix:"):
        assert part in done.stderr
    assert "Traceback" not in done.stderr


def test_a_terminal_that_lacks_a_character_gets_no_traceback() -> None:
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    for arguments in (("diagram",), ("plugin", "list"), ("plan", "--users", "0"), ("--help",)):
        done = subprocess.run(
            [sys.executable, "-m", "naap", *arguments], cwd=ROOT, env=environment, capture_output=True, check=False
        )
        assert done.returncode == (2 if "0" in arguments else 0)
        assert b"Traceback" not in done.stderr
        assert done.stdout.isascii()


def test_the_engine_is_not_loaded_to_look_at_a_plan_or_at_the_registry() -> None:
    for arguments in (["plan"], ["plugin", "list"], ["cost", "--json"], ["rule", "table"], ["--help"]):
        program = (
            f"import sys; from naap.__main__ import main; main({arguments!r}); "
            "sys.exit(', '.join({'pulumi', 'grpc', 'boto3'} & {*sys.modules}) or 0)"
        )
        done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr


def test_help_and_completion_load_no_plan() -> None:
    program = "import sys; from naap.app import app; sys.exit('pydantic' in sys.modules or 'rich.table' in sys.modules)"
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True)


def test_a_program_reads_plain_json_also_on_a_terminal() -> None:
    assert json.loads(_on_a_terminal({}, "rule", "explain", "aws-rds-private", "--json"))["id"] == "aws-rds-private"


def test_there_is_no_colour_where_there_is_no_terminal() -> None:
    assert "\x1b" not in process("quotas").stdout


def test_a_terminal_gets_colour_unless_it_asks_for_none() -> None:
    assert "\x1b[" in _on_a_terminal({})
    assert "\x1b[" not in _on_a_terminal({"NO_COLOR": "1"})
    assert "\x1b[" not in _on_a_terminal({"TERM": "dumb"})


def _on_a_terminal(extra: dict[str, str], *arguments: str) -> str:
    leader, follower = pty.openpty()
    environment = {key: value for key, value in os.environ.items() if key != "NO_COLOR"} | {"TERM": "xterm"} | extra
    asked = [sys.executable, "-m", "naap", *(arguments or ("quotas",))]
    try:
        subprocess.run(asked, cwd=ROOT, stdout=follower, env=environment, check=True)
        return os.read(leader, 65_536).decode()
    finally:
        os.close(leader)
        os.close(follower)
