"""python -m rehearsal: bring a stack up on this machine, under the real engine, with no cloud account."""

import argparse
import shutil
import signal
import sys
from pathlib import Path

from console.run import until_read
from planning.inputs.problem import InvalidInputError
from rehearsal import RehearsalError
from rehearsal.cache import Cache
from rehearsal.commands import Rehearsal, get_tools
from rehearsal.project import STATES

ROOT = Path(__file__).resolve().parent.parent
LITTLE_MIB = 256
"""With less than this free, a failure is for lack of space: etcd alone writes two files of 64 MB before it starts."""
COMMANDS = {
    "up": "bring the stack up and report",
    "preview": "what up would change; needs no control plane",
    "policy": "what the policy pack says",
    "status": "what runs, and the last report",
    "down": "destroy the stack, stop every process, remove its state",
    "shell": "a shell in which plain pulumi works on the rehearsal",
    "tools": "get every tool now: found, downloaded or built",
    "env": 'the same for your own shell: eval "$(python -m rehearsal env)"',
}


def main(arguments: list[str] | None = None) -> int:
    """Exit code: 0 done, 1 failed, 2 wrong registry, settings or command line, 130 stopped by Ctrl-C."""
    parser = argparse.ArgumentParser(prog="python -m rehearsal", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, told in COMMANDS.items():
        command = commands.add_parser(name, help=told, description=told)
        command.add_argument("--stack", default="dev", help="stack to rehearse: dev (default), prod, ...")
    chosen = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # asked to end: tidy up like on Ctrl-C
    try:
        return _run(chosen.command, chosen.stack)
    except InvalidInputError as error:
        print(error, file=sys.stderr)
        return 2
    except RehearsalError as error:
        print(f"\n{error}", *_full_disks(), sep="\n", file=sys.stderr)
        return 1
    except OSError as error:
        full = _full_disks()
        fix = "" if full else ": make this user able to do that (a folder's owner or rights?), and run again."
        print(f"\n{error}{fix}", *full, sep="\n", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
        return 130


def _run(command: str, stack: str) -> int:
    code: int | None = 0
    with until_read():
        code = get_tools() if command == "tools" else getattr(Rehearsal(ROOT, stack), command)()
    return code or 0


def _full_disks() -> list[str]:
    try:
        known = [folder for folder in (ROOT / STATES, ROOT, Cache().root) if folder.exists()]
        systems = {folder.stat().st_dev: folder for folder in known}  # a line for each file system, not each folder
        free_mib = {folder: shutil.disk_usage(folder).free // 2**20 for folder in systems.values()}
    except (RehearsalError, OSError):
        return []  # no folder for a cache, or one that can't be reached: that is said already
    return [
        f"Only {free} MiB are free in {folder}: make space, and run again; it goes on from here."
        for folder, free in free_mib.items()
        if free < LITTLE_MIB
    ]


if __name__ == "__main__":
    sys.exit(main())
