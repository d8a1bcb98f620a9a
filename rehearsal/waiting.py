"""Waiting for what other programs do."""

import time
from collections.abc import Callable

from rehearsal import RehearsalError


def wait(what: str, done: Callable[[], bool], seconds: float, told: Callable[[], str]) -> None:
    """Until it is done. Raises RehearsalError, with what `told` says, when it takes longer."""
    deadline = time.monotonic() + seconds
    while not done():
        if time.monotonic() > deadline:
            raise RehearsalError(f"Waited for {what}: not within {seconds:.0f} s.\n{told()}")
        time.sleep(0.1)
