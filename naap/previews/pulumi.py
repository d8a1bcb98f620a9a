"""The Pulumi CLI of this shell, on the project that it works in: the checkout's, or a rehearsal's in its own shell."""

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn, cast

import typer

from console.terminal import ERRORS
from naap.commands.options import ROOT

POLICIES = ROOT / "policies"


class PulumiError(Exception):
    """A command of Pulumi failed; what it said is on the terminal already, or in the text."""


@dataclass(frozen=True, kw_only=True)
class Pulumi:
    """folder: of Pulumi.yaml and of the stacks' configurations."""

    folder: Path

    def run(self, *arguments: str) -> None:
        """What it says goes to the terminal as it comes, and leaves our own answer alone."""
        ended = subprocess.run(
            [_program(), *arguments, "--non-interactive"], cwd=self.folder, stdout=sys.stderr, check=False
        )
        if ended.returncode:
            raise PulumiError(f"pulumi {' '.join(arguments)} failed (exit code {ended.returncode})")

    def ask(self, *arguments: str) -> Any:
        """Its answer, which it gives as JSON."""
        words = [*arguments, "--json", "--non-interactive"]
        ended = subprocess.run([_program(), *words], cwd=self.folder, capture_output=True, text=True, check=False)
        if ended.returncode:
            raise PulumiError(f"pulumi {' '.join(words)}: {ended.stderr.strip()}")
        return json.loads(ended.stdout)

    def stacks(self) -> list[dict[str, Any]]:
        """Of this project, each with its name and lastUpdate."""
        return [{**one, "name": str(one["name"]).rpartition("/")[2]} for one in self._stacks()]

    def remove(self, stack: str) -> None:
        """Without its resources. Pulumi then has no stack selected, whichever it was: the one that was is again."""
        selected = [str(one["name"]) for one in self._stacks() if one.get("current")]
        self.run("stack", "rm", stack, "--yes")
        for name in selected:
            if name.rpartition("/")[2] != stack:
                self.run("stack", "select", name)

    def _stacks(self) -> list[dict[str, Any]]:
        return cast("list[dict[str, Any]]", self.ask("stack", "ls"))


def here() -> Pulumi:
    """In the current folder, where that is a project, else in the checkout."""
    folder = Path.cwd()
    return Pulumi(folder=folder if (folder / "Pulumi.yaml").is_file() else ROOT)


def fail(*lines: str) -> NoReturn:
    """Ends the command with exit code 1."""
    ERRORS.out("\n".join(lines))
    raise typer.Exit(1)


def _program() -> str:
    found = shutil.which("pulumi")
    if found is None:
        raise PulumiError("pulumi is not on PATH: install it, or work in a rehearsal's shell (naap shell)")
    return found
