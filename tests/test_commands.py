"""Every command that an error, a comment or a page tells people to run is there."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PLACES = ("planning", "analysis", "naap", "plugins", "components", "rehearsal", "policies", "docs")
COMMAND = re.compile(r"python -m (plugins|naap|rehearsal) ([a-z][a-z-]+)\b")


def _told() -> set[tuple[str, str]]:
    pages = [ROOT / "README.md", ROOT / "CONTRIBUTING.md"]
    pages += [path for place in PLACES for path in (ROOT / place).rglob("*") if path.suffix in (".py", ".md", ".yaml")]
    return {found for path in pages for found in COMMAND.findall(path.read_text())}


@pytest.mark.parametrize("package", ["plugins", "naap", "rehearsal"])
def test_a_command_that_people_are_told_to_run_exists(package: str) -> None:
    told = sorted(command for of, command in _told() if of == package)
    assert told
    for command in told:
        asked = [sys.executable, "-m", package, command, "--help"]
        done = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{' '.join(asked[1:])}: {done.stderr}"


@pytest.mark.parametrize("package", ["plugins", "naap", "policies", "rehearsal"])
def test_a_python_without_the_projects_packages_is_told_where_they_are(package: str) -> None:
    asked = [sys.executable, "-S", "-m", package, "list"]  # -S: none of what is installed
    done = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert ". .venv/bin/activate" in done.stderr
    assert "Traceback" not in done.stderr
