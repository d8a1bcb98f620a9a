"""Waiting for what comes about by itself."""

import time
from collections.abc import Callable
from typing import TypeVar

Found = TypeVar("Found")


def wait_for(what: str, look: Callable[[], Found], *, seconds: float = 60, every: float = 0.1) -> Found:
    """The first true answer. Errors on the way are taken for a no; the last one is told when time is up."""
    deadline, last = time.monotonic() + seconds, "it never came about"
    while time.monotonic() < deadline:
        try:
            if found := look():
                return found
        except Exception as error:  # noqa: BLE001  # whatever it is, it may be better the next time
            last = f"{type(error).__name__}: {error}"
        time.sleep(every)
    raise AssertionError(f"Waited {seconds:.0f} s for {what}. {last}")
