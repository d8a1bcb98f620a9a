"""Runs `naap` as a person does, in this process or in one of its own."""

import contextlib
import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from console.terminal import WIDTH
from naap.__main__ import main

ROOT = Path(__file__).resolve().parents[2]


def text(*arguments: str) -> str:
    """What a command prints; it must end well, and fit the width."""
    out = io.StringIO()
    with contextlib.chdir(ROOT), contextlib.redirect_stdout(out):
        assert main(arguments) == 0
    assert max(map(len, out.getvalue().splitlines())) <= WIDTH
    return out.getvalue()


def data(*arguments: str) -> Any:
    """What a command prints with --json, parsed."""
    out = io.StringIO()
    with contextlib.chdir(ROOT), contextlib.redirect_stdout(out):
        assert main([*arguments, "--json"]) == 0
    return json.loads(out.getvalue())


def refused(*arguments: str) -> str:
    """What a command says on standard error where its input is wrong."""
    err = io.StringIO()
    with contextlib.chdir(ROOT), contextlib.redirect_stderr(err):
        assert main(arguments) == 2
    return err.getvalue()


def process(*arguments: str) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own, however it ends."""
    return subprocess.run(
        [sys.executable, "-m", "naap", *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
