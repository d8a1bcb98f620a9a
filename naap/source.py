"""What commands look at: a stack of this checkout, as their options choose it."""

import os
from dataclasses import dataclass
from pathlib import Path

from naap.commands.options import ROOT
from planning.inputs.registry.registry_entry import Registry
from planning.inputs.settings import Settings
from planning.inputs.settings_reader import parse_settings
from planning.platform import PlatformPlan
from planning.prior_state import NOTHING, PriorState
from plugins.registry.parse import load_registry
from stack.configuration import load_stack_config, what_if
from stack.plan import load_plan


@dataclass(frozen=True, kw_only=True)
class Source:
    """A stack. users, registry: instead of the configured ones. Every method raises InvalidInputError."""

    stack: str
    users: int | None = None
    registry: Path | None = None

    def plan(self, *, users: int | None = None, held: PriorState = NOTHING) -> PlatformPlan:
        """The whole plan, bound by the stack's budget where nothing is asked instead of what is configured."""
        asked = self.users if users is None else users
        return load_plan(self.stack, ROOT, users=asked, registry=self.setting, held=held)

    def configured(self, held: PriorState = NOTHING) -> PlatformPlan:
        """The plan of what is configured, whatever else is asked."""
        return load_plan(self.stack, ROOT, held=held)

    def inputs(self) -> tuple[Settings, Registry]:
        """What a plan is made of, its budget too: also for numbers of users that no plan holds together at."""
        config = load_stack_config(ROOT, self.stack)
        asked = what_if({}, users=self.users, registry=self.setting)
        settings = parse_settings(config | asked, f"Pulumi.{self.stack}.yaml")
        return settings, load_registry(ROOT / settings.registry, production=settings.production)

    @property
    def setting(self) -> str | None:
        """The registry that is asked for, as the stack's configuration would name it: seen from the checkout."""
        return None if self.registry is None else os.path.relpath(self.registry, ROOT)
