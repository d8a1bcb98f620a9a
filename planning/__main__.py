"""The command `python -m planning`: looks at a plan without an engine."""

import argparse
import sys
from pathlib import Path

from planning.problem import InvalidInputError
from planning.show import as_json, as_text
from plugins.load import load_plan


def main(arguments: list[str] | None = None) -> int:
    """Runs the command; 0: done, 2: the input is wrong and said so."""
    parser = argparse.ArgumentParser(prog="python -m planning", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    show = commands.add_parser("show", help="print the whole plan of a stack")
    show.add_argument("--stack", default="dev", help="name of the stack (Pulumi.<stack>.yaml); default dev")
    show.add_argument("--users", type=int, help="plan for this many users instead of the configured number")
    show.add_argument("--json", action="store_true", help="the whole plan as JSON")
    options = parser.parse_args(arguments)
    try:
        plan = load_plan(options.stack, Path.cwd(), users=options.users)
    except InvalidInputError as error:
        print(error, file=sys.stderr)
        return 2
    print(as_json(plan) if options.json else as_text(plan))
    return 0


if __name__ == "__main__":
    sys.exit(main())
