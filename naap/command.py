"""What every subcommand is made of."""

import json
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from console.style import Style
from console.text import to_plain
from planning.inputs.registry_entry import Registry
from planning.inputs.settings import Settings
from planning.platform import PlatformPlan
from planning.prior_state import Held


class Source(Protocol):
    """Where a command finds what it looks at. Every method raises InvalidInputError with all that is wrong.

    users, registry: instead of what the stack's configuration says; registry: a file, seen from the project's folder.
    Neither is given: the plan is bound by the stack's budget.
    """

    def plan(
        self, stack: str, *, users: int | None = None, registry: str | None = None, held: Held | None = None
    ) -> PlatformPlan:
        """The whole plan of a stack. held: by the stack already."""
        ...

    def inputs(self, stack: str, *, users: int | None = None) -> tuple[Settings, Registry]:
        """What a plan is made of: also for numbers of users that no plan holds together at."""
        ...


@dataclass(frozen=True, kw_only=True)
class Answer:
    """data: what --json prints, of dataclasses and plain values. text: the same for a person, in 80 columns."""

    data: Any
    text: Callable[[Style], str]

    def lines(self, *, as_json: bool, style: Style) -> list[str]:
        """The answer as it is printed."""
        if as_json:
            return [json.dumps(to_plain(self.data), indent=2, default=str)]
        return self.text(style).splitlines()


@dataclass(frozen=True, kw_only=True)
class Command:
    """arguments: adds the command's own; --json is every command's."""

    name: str
    help: str
    arguments: Callable[[ArgumentParser], None]
    run: Callable[[Namespace, Source], Answer]


def stack_arguments(parser: ArgumentParser) -> None:
    """--stack and --users, which most commands take."""
    parser.add_argument("--stack", default="dev", help="name of the stack (Pulumi.<stack>.yaml); default dev")
    parser.add_argument("--users", type=int, help="instead of the configured number; up to 10,000,000")
