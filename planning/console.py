"""What commands have in common: where their words go, and with which exit code they end."""

import sys
from collections.abc import Callable, Iterable
from typing import TextIO

from planning.problem import InvalidInputError


def tell(work: Callable[[], Iterable[str]]) -> int:
    """Prints the lines that the work returns. 0: done; 2: the input is wrong, said on standard error; 130: stopped."""
    try:
        lines = list(work())
    except InvalidInputError as error:
        _say(str(error), sys.stderr)
        return 2
    except KeyboardInterrupt:
        _say("Interrupted; nothing was changed.", sys.stderr)
        return 130
    try:
        for line in lines:
            _say(line, sys.stdout)
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader (head, less) has seen enough.
        sys.stdout = None  # pyright: ignore[reportAttributeAccessIssue]  # keeps the interpreter from flushing it again
    return 0


def _say(text: str, stream: TextIO) -> None:
    encoding = stream.encoding or "utf-8"
    # A terminal that lacks a character gets a question mark, not a traceback.
    print(text.encode(encoding, "replace").decode(encoding), file=stream)
