"""Commands of Pulumi, of make and of the project itself on the pages: each exists, with every option that is stated."""

import functools
import importlib.util
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence

import pytest

from planning.inputs.settings import Settings
from planning.inputs.settings_reader import SECRET_KEYS
from rehearsal.tools.toolbox import Found
from tests.docs.commands import ROOT, Command, commands
from tests.naap.running import text

PULUMI = [command for command in commands("pulumi") if command.page != "README.md" or "from" not in command.words]
OWN = [*(command for command in commands("python") if len(command.words) > len(("python", "-m"))), *commands("naap")]
MAKE = commands("make")
WORD = re.compile(r"[a-z][a-z-]*")
SETTINGS = {f"naap:{key}" for key in (*SECRET_KEYS, *(field.alias for field in Settings.model_fields.values()))}


@functools.cache
def _help(program: tuple[str, ...], words: tuple[str, ...]) -> str:
    """What the program says of a command; that of its parent, where the word is none of its own."""
    said = subprocess.run([*program, *words, "--help"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stdout + said.stderr
    return said.stdout


@functools.cache
def _help_of_naap(words: tuple[str, ...]) -> str:
    """The same of our own command, within this process: a process for each would take minutes."""
    return text(*words, "--help")


def _leading(words: Sequence[str]) -> tuple[str, ...]:
    """The words that choose the command: those before the first that is a value or an option."""
    for place, word in enumerate(words):
        if not WORD.fullmatch(word):
            return tuple(words[:place])
    return tuple(words)


def _options(words: Sequence[str]) -> set[str]:
    return {word.partition("=")[0] for word in words if re.match(r"--?[a-z]", word)}


def _stated(text: str) -> set[str]:
    return set(re.findall(r"(?<![\w-])--?[a-z][a-z-]*", text))


@pytest.mark.parametrize("command", PULUMI, ids=str)
def test_pulumi_has_the_command_and_its_options(command: Command, tools: Mapping[str, Found]) -> None:
    words = command.words[1:]
    said = _help((str(tools["pulumi"].path),), _leading(words)[:2])

    assert _options(words) <= _stated(said)
    # A group of commands shows its help for any word; a command names itself with its options or arguments.
    assert re.search(rf"^  pulumi {re.escape(' '.join(_leading(words)[:1]))}\b", said, re.MULTILINE)


@pytest.mark.parametrize("command", [one for one in PULUMI if one.words[1] == "config"], ids=str)
def test_a_setting_that_a_page_names_is_one(command: Command) -> None:
    keys = [word for word in command.words if word.startswith("naap:")]

    assert all(re.split(r"[.\[]", key)[0] in SETTINGS for key in keys)


@pytest.mark.parametrize("command", OWN, ids=str)
def test_the_project_has_the_command_and_its_options(command: Command) -> None:
    module, *words = command.words[2:] if command.words[0] == "python" else ("naap", *command.words[1:])

    assert importlib.util.find_spec(module)
    if words:  # what takes nothing may know no help, and begin its work
        leading = _leading(words)
        said = _help_of_naap(leading) if module == "naap" else _help((sys.executable, "-m", module), leading)
        assert _options(words) <= _stated(said)


@pytest.mark.parametrize("command", MAKE, ids=str)
def test_make_has_the_target(command: Command) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))

    assert command.words[1] in targets
