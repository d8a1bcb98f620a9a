"""The command `python -m planning`: looks at a plan without an engine."""

import argparse
import sys
from pathlib import Path

from planning.problem import InvalidInputError
from planning.quotas import quotas
from planning.settings import parse_settings
from planning.show import as_json, as_text, quotas_json, quotas_text
from plugins.load import load_plan, load_registry, load_stack_config


def main(arguments: list[str] | None = None) -> int:
    """Runs the command; 0: done, 2: the input is wrong and said so."""
    parser = argparse.ArgumentParser(prog="python -m planning", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    show = commands.add_parser("show", help="print the whole plan of a stack")
    show.add_argument("--stack", default="dev", help="name of the stack (Pulumi.<stack>.yaml); default dev")
    show.add_argument("--users", type=int, help="plan for this many users instead of the configured number")
    show.add_argument("--json", action="store_true", help="the whole plan as JSON")
    limits = commands.add_parser("quotas", help="AWS quotas that a number of users needs, the fullest first")
    limits.add_argument("--stack", default="dev", help="whose regions and registry; default dev")
    limits.add_argument("--users", type=int, help="default: the configured number; up to 10,000,000")
    limits.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    try:
        print(_show(options) if options.command == "show" else _quotas(options))
    except InvalidInputError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def _show(options: argparse.Namespace) -> str:
    plan = load_plan(options.stack, Path.cwd(), users=options.users)
    return as_json(plan) if options.json else as_text(plan)


def _quotas(options: argparse.Namespace) -> str:
    file = f"Pulumi.{options.stack}.yaml"
    raw = load_stack_config(Path.cwd(), options.stack)
    settings = parse_settings(raw if options.users is None else raw | {"users": options.users}, file)
    registry = load_registry(Path.cwd() / settings.registry, production=settings.production)
    found = quotas(registry=registry, users=settings.users, regions=settings.regions)
    return quotas_json(found) if options.json else quotas_text(found, settings.users)


if __name__ == "__main__":
    sys.exit(main())
