"""`python -m plugins`: tends the registry. Exit code 0: done; 2: the input is wrong, and nothing was changed."""

import sys
from collections.abc import Sequence

from planning.console import tell


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one sub-command; what it says goes to standard output, errors to standard error."""

    def work() -> list[str]:
        # Loaded here, so that Ctrl-C while it loads is answered in a line as well.
        from plugins.arguments import run  # noqa: PLC0415

        return run(arguments)

    return tell(work)


if __name__ == "__main__":
    sys.exit(main())
