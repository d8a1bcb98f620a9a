"""Makes or renews .venv from pinned, hashed requirements. Run by a plain Python, before anything is installed:

python3 rehearsal/venv.py requirements.txt
"""

import fcntl
import hashlib
import json
import os
import shlex
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OLDEST = (3, 11)
PROGRAM = "requirements.txt"
# What each file brings besides itself: tests need all that the program needs.
INCLUDES = {"requirements-dev.txt": ("requirements-dev.txt", "requirements.txt")}


class VenvError(Exception):
    """The environment can't be made; the text says what to do."""


def ensure(requirements: str, folder: Path = ROOT / ".venv", root: Path = ROOT) -> bool:
    """Make `folder` hold what a requirements file lists; True when something had to be done.

    The stamp is removed first and written last, so that an interrupted run is done again. Raises VenvError.
    """
    if sys.version_info < OLDEST:
        found = ".".join(str(part) for part in sys.version_info[:2])
        raise VenvError(f"Python 3.11 or later is needed, this is {found}. Name one: make PYTHON=python3.12 ...")
    names = INCLUDES.get(requirements, (requirements,))
    wanted = {name: _digest(root / name) for name in names}
    if _holds(folder, wanted) and (PROGRAM not in names or _has_command(folder, root)):
        return False
    if folder.is_symlink():
        print(f"{folder.name} is a link: it is yours, and left as it is.", file=sys.stderr)
        return False
    with folder.with_name(f"{folder.name}-lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # waits for another run that makes it
        made = not _holds(folder, wanted) and _install(requirements, folder, root, wanted)
        if PROGRAM in names:
            _write_command(folder, root)
        return made


def _holds(folder: Path, wanted: Mapping[str, str]) -> bool:
    stamp = folder / "installed.json"
    installed: dict[str, str] = json.loads(stamp.read_text()) if stamp.is_file() else {}
    return wanted.items() <= installed.items() and _works(folder)


def _install(requirements: str, folder: Path, root: Path, wanted: Mapping[str, str]) -> bool:
    stamp = folder / "installed.json"
    stamp.unlink(missing_ok=True)
    python = folder / "bin" / "python"
    if not _works(folder):
        _run([sys.executable, "-m", "venv", "--clear", str(folder)], "make a virtual environment", _VENV_FIX)
    command = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"]
    command += ["--no-compile", "--require-hashes", "-r", str(root / requirements)]
    print(f"Installing {requirements} into {folder.name} (once, about a minute) ...", file=sys.stderr, flush=True)
    _run(command, f"install {requirements}", _PIP_FIX)
    if os.environ.get("PYTHONDONTWRITEBYTECODE"):
        # Python then compiles nothing when it is used, as it does else: a quarter of what is installed.
        compiled = [str(python), "-m", "compileall", "-qq", "-j", "0", str(folder / "lib")]
        subprocess.run(compiled, stdout=subprocess.DEVNULL, check=False)  # 1: templates that are no Python
    stamp.write_text(json.dumps(wanted))
    return True


def _has_command(folder: Path, root: Path) -> bool:
    command = folder / "bin" / "naap"
    return command.is_file() and command.read_text() == _command(folder, root)


def _write_command(folder: Path, root: Path) -> None:
    command = folder / "bin" / "naap"
    command.write_text(_command(folder, root))
    command.chmod(0o755)


def _command(folder: Path, root: Path) -> str:
    """`naap` for a shell: no package to be built, and no installation that another checkout could answer from."""
    run = f"import sys; sys.path.insert(0, {str(root)!r}); from naap.__main__ import main; sys.exit(main())"
    python = shlex.quote(str(folder / "bin" / "python"))
    return f'#!/bin/sh\nexec {python} -P -c {shlex.quote(run)} "$@"\n'


_VENV_FIX = "Install what Python needs for it (Debian, Ubuntu: apt-get install python3-venv), and run again."
_PIP_FIX = "See to what pip says above (no package index? no space?), and run again: what is there already is kept."


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _works(folder: Path) -> bool:
    """Whether its Python runs and finds its own packages: after an upgrade of the system's, it may do neither."""
    command = [str(folder / "bin" / "python"), "-c", "import pip, sys; print(sys.prefix)"]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError:
        return False
    return answer.stdout.removesuffix("\n") == str(folder)


def _run(command: Sequence[str], what: str, fix: str) -> None:
    if subprocess.run(command, check=False).returncode:
        raise VenvError(f"Can't {what}. {fix}")


def main() -> int:
    """Arguments: requirements file, folder (default .venv). Exit code: 0 done, 1 failed, 130 stopped by Ctrl-C."""
    requirements, *folder = sys.argv[1:]
    try:
        ensure(requirements, ROOT / (folder[0] if folder else ".venv"))
    except (VenvError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped. Run again to go on.", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
