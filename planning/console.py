"""What commands have in common: where their words go, and with which exit code they end."""

import signal
import sys
import threading
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from types import FrameType
from typing import TextIO

from planning.problem import InvalidInputError

_COMMITTED = threading.Event()


def tell(work: Callable[[], Iterable[str]]) -> int:
    """Prints the lines that the work returns. 0: done; 2: the input is wrong, said on standard error; 130: stopped."""
    try:
        with _stoppable():
            lines = list(work())
            with until_read():
                for line in lines:
                    _say(line, sys.stdout)
    except InvalidInputError as error:
        _say(str(error), sys.stderr)
        return 2
    except KeyboardInterrupt:
        _say("Interrupted; nothing was changed: run it again.", sys.stderr)
        return 130
    return 0


def committed() -> None:
    """Says that files are changed from here on: Ctrl-C stops the command no more, which ends soon and reports."""
    _COMMITTED.set()


@contextmanager
def _stoppable() -> Generator[None]:
    """Lets Ctrl-C stop the block as long as nothing is committed."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        if not _COMMITTED.is_set():
            raise KeyboardInterrupt

    _COMMITTED.clear()
    # A command in the background (&, nohup) ignores Ctrl-C altogether; handlers belong to the main thread.
    if threading.current_thread() is not threading.main_thread() or (
        signal.getsignal(signal.SIGINT) is not signal.default_int_handler
    ):
        yield
        return
    before = signal.signal(signal.SIGINT, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def until_read() -> Generator[None]:
    """Ends the block without fault where the reader of standard output (head, less) has seen enough."""
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        sys.stdout = None  # pyright: ignore[reportAttributeAccessIssue]  # keeps the interpreter from flushing it again


def _say(text: str, stream: TextIO) -> None:
    encoding = stream.encoding or "utf-8"
    # A terminal that lacks a character gets a question mark, not a traceback.
    print(text.encode(encoding, "replace").decode(encoding), file=stream)
