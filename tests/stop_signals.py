"""Signals by which others than Ctrl-C stop the suite."""

import signal
from types import FrameType


def interrupt_by(*numbers: signal.Signals) -> None:
    """The first of these interrupts as Ctrl-C does. The same again is ignored, as make and timeout(1) send two: only
    Ctrl-C cuts short what is being stopped. Those that are ignored already stay so, as nohup has them."""
    for number in numbers:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _interrupt)


def _interrupt(number: int, _frame: FrameType | None) -> None:
    signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt
