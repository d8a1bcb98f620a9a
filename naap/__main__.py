"""The command `python -m naap`: looks at a plan without an engine. Exit code 0: done; 2: the input is wrong."""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from console.run import tell
from console.style import Style
from naap import capacity, change, cost, diagram, show, simulate, support
from naap import service_quotas as quotas
from naap.stack import load_stack_config, plan_of, secret_names, what_if
from planning.inputs.registry_entry import Registry
from planning.inputs.settings import Settings, parse_settings
from planning.platform import PlatformPlan
from planning.prior_state import NOTHING, Held
from plugins.registry.parse import load_registry

COMMANDS = (
    show.COMMAND,
    change.COMMAND,
    cost.COMMAND,
    capacity.COMMAND,
    simulate.COMMAND,
    quotas.COMMAND,
    support.COMMAND,
    diagram.COMMAND,
)


@dataclass(frozen=True, kw_only=True)
class Project:
    """The source of commands: the files below a folder."""

    root: Path

    def plan(
        self, stack: str, *, users: int | None = None, registry: str | None = None, held: Held | None = None
    ) -> PlatformPlan:
        """The whole plan of a stack."""
        config = what_if(load_stack_config(self.root, stack), users=users, registry=registry)
        return plan_of(stack, self.root, config, secret_names(config, stack), held or NOTHING)

    def inputs(self, stack: str, *, users: int | None = None) -> tuple[Settings, Registry]:
        """What a plan is made of."""
        config = load_stack_config(self.root, stack)
        settings = parse_settings(config if users is None else config | {"users": users}, f"Pulumi.{stack}.yaml")
        return settings, load_registry(self.root / settings.registry, production=settings.production)


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one subcommand in the current folder."""
    options = _parser().parse_args(arguments)

    def work() -> list[str]:
        return options.run(options, Project(root=Path.cwd())).lines(as_json=options.json, style=Style.of(sys.stdout))

    return tell(work)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m naap", description="Looks at a plan without an engine.")
    verbs = parser.add_subparsers(required=True, metavar="COMMAND")
    for command in COMMANDS:
        verb = verbs.add_parser(command.name, help=command.help, description=command.help)
        command.arguments(verb)
        verb.add_argument("--json", action="store_true", help="the answer as JSON")
        verb.set_defaults(run=command.run)
    return parser


if __name__ == "__main__":
    sys.exit(main())
