"""Ctrl-C: ends a command at once while nothing is changed, and no more from then on.

Imports next to nothing, so that it answers from a command's first moments.
"""

import os
import signal
from collections.abc import Callable
from types import FrameType

_EXIT_CODE = 128 + signal.SIGINT


def stoppable(work: Callable[[], int]) -> int:
    """The work's exit code. Until `committed` is called, Ctrl-C ends the process with one line and exit code 130."""
    # A command in the background (&, nohup) ignores Ctrl-C altogether.
    if signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        return work()
    signal.signal(signal.SIGINT, _stop)
    try:
        return work()
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def committed() -> None:
    """Says that files are changed from here on: a stoppable command, soon at its end, ignores Ctrl-C and reports."""
    if signal.getsignal(signal.SIGINT) is _stop:
        signal.signal(signal.SIGINT, signal.SIG_IGN)


def tidied_up() -> None:
    """Says that the work ends what it began by itself: Ctrl-C, and being asked to end, raise KeyboardInterrupt."""
    if signal.getsignal(signal.SIGINT) is _stop:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, signal.default_int_handler)


def _stop(_number: int, _frame: FrameType | None) -> None:
    # Not an exception: raised within a library's callback, it would be printed and forgotten.
    os.write(2, b"Interrupted; nothing was changed: run it again.\n")
    os._exit(_EXIT_CODE)
