"""What commands have in common: where their words go, and with which exit code they end."""

import sys
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from typing import TextIO

from console.interrupt import stoppable
from planning.inputs.problem import InvalidInputError


def tell(work: Callable[[], Iterable[str]]) -> int:
    """Prints the lines that the work returns. 0: done; 2: the input is wrong, said on standard error; 130: stopped."""
    return stoppable(lambda: _told(work))


def _told(work: Callable[[], Iterable[str]]) -> int:
    try:
        lines = list(work())
    except InvalidInputError as error:
        _say(str(error), sys.stderr)
        return 2
    with until_read():
        for line in lines:
            _say(line, sys.stdout)
    return 0


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
