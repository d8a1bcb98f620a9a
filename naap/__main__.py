"""The command `naap`, as a program; `python -m naap` is the same."""

import io
import sys
from collections.abc import Sequence

from console.interrupt import stoppable


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one subcommand: what it says goes to standard output, errors to standard error. Gives the exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal that lacks a character gets a question mark

    def work() -> int:
        # Loaded here, so that Ctrl-C is answered meanwhile.
        from naap.app import run  # noqa: PLC0415

        return run(arguments)

    return stoppable(work)


if __name__ == "__main__":
    sys.exit(main())
