"""`naap up`, `preview`, ...: runs a command of a rehearsal, and says in words why it can't go on."""

import shutil
from collections.abc import Mapping
from pathlib import Path

import typer

from console.interrupt import tidied_up
from console.terminal import ERRORS, Answer, tell
from naap.commands.options import ROOT
from naap.source import Source
from rehearsal import RehearsalError
from rehearsal.commands import Rehearsal, get_tools
from rehearsal.project import STATES
from rehearsal.tools.cache import Cache

LITTLE_MIB = 256
"""With less than this free, a failure is for lack of space: etcd alone writes two files of 64 MB before it starts."""


def run(command: str, stack: str = "", registry: Path | None = None, *, as_json: bool = False, **more: object) -> None:
    """command: a method of Rehearsal, which takes more, or tools.

    Raises InvalidInputError, and typer.Exit: 1 failed, 130 stopped.
    """
    tidied_up()
    try:
        found = _found(command, stack, registry, more)
    except RehearsalError as error:
        _fail(str(error), *_full_disks())
    except OSError as error:
        full = _full_disks()
        fix = "" if full else ": make this user able to do that (a folder's owner or rights?), and run again."
        _fail(f"{error}{fix}", *full)
    except KeyboardInterrupt:
        ERRORS.out("\nStopped.")
        raise typer.Exit(130) from None
    else:
        if isinstance(found, int):
            raise typer.Exit(found)
        tell(found, as_json=as_json)


def _found(command: str, stack: str, registry: Path | None, more: Mapping[str, object]) -> Answer | int:
    if command == "tools":
        return get_tools()
    return getattr(Rehearsal(ROOT, stack, Source(stack=stack, registry=registry).setting), command)(**more)


def _fail(*lines: str) -> None:
    ERRORS.out("\n" + "\n".join(lines))
    raise typer.Exit(1) from None


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
