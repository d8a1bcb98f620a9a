"""`python -m plugins`: tends the registry. Exit code 0: done; 2: the input is wrong, and nothing was changed."""

import sys
from collections.abc import Sequence

from console.interrupt import stoppable


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one sub-command; what it says goes to standard output, errors to standard error."""

    def work() -> int:
        # Loaded here: it takes most of a second, in which Ctrl-C is to be answered too.
        from console.run import tell  # noqa: PLC0415
        from plugins.commands.arguments import run  # noqa: PLC0415

        return tell(lambda: run(arguments))

    return stoppable(work)


if __name__ == "__main__":
    sys.exit(main())
