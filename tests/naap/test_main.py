"""The command line of `python -m naap`: what holds for every subcommand."""

import io
import os
import pty
import subprocess
import sys

import pytest

from console.style import Style
from naap.__main__ import COMMANDS
from tests.naap.running import ROOT, data, process, refused, text

NAMES = [command.name for command in COMMANDS]


@pytest.mark.parametrize("name", NAMES)
def test_a_command_answers_as_text_and_as_json(name: str) -> None:
    assert text(name)
    assert data(name)


@pytest.mark.parametrize("name", NAMES)
def test_an_answer_is_the_same_every_time(name: str) -> None:
    assert text(name) == text(name)
    assert data(name) == data(name)


@pytest.mark.parametrize("name", NAMES)
def test_an_unknown_stack_is_refused_by_the_name_of_its_file(name: str) -> None:
    assert "Pulumi.nowhere.yaml" in refused(name, "--stack", "nowhere")


def test_the_program_exits_2_on_wrong_input_without_a_traceback() -> None:
    done = process("show", "--users", "0")
    assert (done.returncode, done.stdout) == (2, "")
    assert "naap:users" in done.stderr
    assert "Traceback" not in done.stderr


def test_there_is_no_colour_where_there_is_no_terminal() -> None:
    assert not Style.of(io.StringIO()).colour
    assert "\x1b" not in process("quotas").stdout


def test_a_terminal_gets_colour_unless_it_asks_for_none() -> None:
    assert "\x1b[" in _on_a_terminal({})
    assert "\x1b[" not in _on_a_terminal({"NO_COLOR": "1"})
    assert "\x1b[" not in _on_a_terminal({"TERM": "dumb"})


def _on_a_terminal(extra: dict[str, str]) -> str:
    leader, follower = pty.openpty()
    environment = {key: value for key, value in os.environ.items() if key != "NO_COLOR"} | {"TERM": "xterm"} | extra
    try:
        subprocess.run([sys.executable, "-m", "naap", "quotas"], cwd=ROOT, stdout=follower, env=environment, check=True)
        return os.read(leader, 65_536).decode()
    finally:
        os.close(leader)
        os.close(follower)
