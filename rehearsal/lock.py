"""One command at a time for a stack."""

import fcntl
import os
import shlex
import sys
from collections.abc import Generator
from contextlib import contextmanager

from rehearsal import RehearsalError
from rehearsal.progress import Progress
from rehearsal.project import STATES, Project


@contextmanager
def alone(project: Project, progress: Progress, *, waits: bool = False) -> Generator[None]:
    """Keeps other commands out; the lock goes with the process, however it ends. waits: for one that has it.

    Raises RehearsalError where another has it.
    """
    file = project.root / STATES / f".{project.stack}.lock"
    file.parent.mkdir(exist_ok=True)
    with file.open("a+") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = file.read_text() or "another command"
            if not waits:
                raise RehearsalError(
                    f"Another rehearsal command works on stack {project.stack} ({holder}): wait until it is done, or "
                    "stop it."
                ) from None
            with progress.task(f"Stack {project.stack} is taken: waiting for {holder}"):
                fcntl.flock(held, fcntl.LOCK_EX)
        held.truncate(0)
        held.write(f"naap {shlex.join(sys.argv[1:])}, process {os.getpid()}")
        held.flush()
        yield
