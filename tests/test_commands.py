"""Every command of ours that a page, an error, a workflow or the Makefile tells people to run is there."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.naap.commands import COMMANDS, GROUPS, ROOT_COMMAND

ROOT = Path(__file__).resolve().parent.parent
TOLD = re.compile(r"(?:(?<![\w./:'-])|\.venv/bin/|-m )naap ((?:[a-z]|--)[^`\n]*)|\$\(NAAP\) ([^\n]*)")
ENDS = re.compile(r"[|>;)]|\. |, |: | # |\.\.\.")
"""Where a sentence, or a shell, goes on."""

GONE = re.compile(r"-m\W+(planning|plugins|policies|rehearsal)\b(?!\.)|\bnaap show\b")
NO_COMMAND = ("archive",)  # "naap archive" is a word of a database's comment
OF_ALL = {"--help", "-h"}
"""Options of every command, and of their groups."""


def _texts() -> dict[str, str]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    paths = [ROOT / name for name in filter(None, listed.stdout.split("\0"))]
    kinds = (".py", ".md", ".yaml", ".yml", ".json")
    found = [path for path in paths if path.is_file() and (path.suffix in kinds or path.name == "Makefile")]
    named = {str(path.relative_to(ROOT)): path.read_text() for path in found}
    return {name: text for name, text in named.items() if not name.startswith("tests/")}


TEXTS = _texts()


def _told(text: str, *, code: bool = False) -> Iterator[list[str]]:
    """The words of each command. code: of a language in which a quote ends what is said."""
    for found in TOLD.finditer(text.replace("\\\n", " ")):
        said = ENDS.split(found[1] or found[2])[0]
        words = (said.partition('"')[0] if code else said).replace("'", "").replace('"', "").split()
        if words and words[0] not in NO_COMMAND:
            yield words


def _wrong(words: list[str]) -> str:
    """What is not there of a command, or nothing."""
    if words[0].startswith("--"):
        return "" if words[0] in {*ROOT_COMMAND.options, *OF_ALL} else "no such option"
    name = next((" ".join(words[:count]) for count in (2, 1) if " ".join(words[:count]) in COMMANDS), None)
    options = {word.partition("=")[0] for word in words if re.match(r"--[a-z]", word)} - OF_ALL
    if name is None:
        return "" if words[0] in GROUPS and len(words) == 1 + bool(options or OF_ALL & {*words}) else "no such command"
    return ", ".join(sorted(options - COMMANDS[name].options.keys()))


def test_a_command_that_people_are_told_to_run_exists_with_every_option_beside_it() -> None:
    wrong = {
        f"{name}: naap {' '.join(words)}": fault
        for name, text in TEXTS.items()
        for words in _told(text, code=name.endswith((".py", ".json")))
        if (fault := _wrong(words))
    }
    assert not wrong


def test_commands_are_found_in_every_kind_of_text() -> None:
    told = {name: list(_told(text, code=name.endswith(".py"))) for name, text in TEXTS.items()}
    for name in (
        "README.md",
        "Makefile",
        "docs/operations.md",
        ".github/workflows/preview.yml",
        "plugins/registry.yaml",
    ):
        assert told[name], name
    assert any(words[:2] == ["plugin", "pin"] for words in told["planning/database/plugin_database_checks.py"])
    comment = next(words for words in told[".github/workflows/preview.yml"] if words[:2] == ["rule", "comment"])
    assert {"--environment", "--cost-before", "--cost-after"} <= {*comment}


@pytest.mark.parametrize(
    "said", ["naap conquer", "naap plugin", "naap plugin conquer", "naap plan --user 3", "naap plugin pin NAME --to 3"]
)
def test_a_command_that_is_not_there_is_found(said: str) -> None:
    (words,) = _told(f"run `{said}`, please")
    assert bool(_wrong(words)) is (said != "naap plugin")


def test_nobody_is_told_of_a_command_that_is_gone() -> None:
    assert not {name: found[0] for name, text in TEXTS.items() if (found := GONE.search(text))}


def test_a_python_without_the_projects_packages_is_told_where_they_are() -> None:
    asked = [sys.executable, "-S", "-m", "naap", "plan"]  # -S: none of what is installed
    done = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert ". .venv/bin/activate" in done.stderr
    assert "Traceback" not in done.stderr
