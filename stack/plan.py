"""The plan of a stack, from its configuration and the registry that it names."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from analysis.cost.estimate import check_budget
from planning.inputs.problem import Problems
from planning.inputs.registry.registry_entry import Registry
from planning.inputs.settings import Settings
from planning.inputs.settings_reader import parse_settings
from planning.platform import PlatformPlan, plan_platform
from planning.prior_state import NOTHING, PriorState
from plugins.registry.parse import load_registry
from stack.configuration import in_production, load_stack_config, registry_of, secret_names, what_if


def load_plan(
    stack: str,
    root: Path | None = None,
    *,
    users: int | None = None,
    registry: str | None = None,
    held: PriorState = NOTHING,
) -> PlatformPlan:
    """The whole plan of a stack, from its files alone: no engine, no passphrase.

    root: the project's folder; default the current one. users, registry: instead of the configured ones; then the
    stack's budget does not bind. held: by the stack already.
    Raises InvalidInputError with all that is wrong in configuration and registry.
    """
    folder = root if root is not None else Path.cwd()
    config = what_if(load_stack_config(folder, stack), users=users, registry=registry)
    return plan_of(stack, folder, config, secret_names(config, stack), held)


def plan_of(
    stack: str, root: Path, config: Mapping[str, Any], names: Mapping[str, frozenset[str]], held: PriorState = NOTHING
) -> PlatformPlan:
    """The plan of a stack from its `naap:` keys; names: secrets of each plugin that have a value; held: by the stack.

    Raises InvalidInputError with all that is wrong in configuration and registry, or for a plan above its budget.
    """
    settings, registry = parse_inputs(stack, root, config)
    plan = plan_platform(stack=stack, settings=settings, registry=registry, secret_names=names, held=held)
    check_budget(plan)
    return plan


def parse_inputs(stack: str, root: Path, config: Mapping[str, Any]) -> tuple[Settings, Registry]:
    """Settings and registry of a stack. Raises InvalidInputError with all that is wrong in both."""
    problems = Problems()
    settings = problems.attempt(lambda: parse_settings(config, f"Pulumi.{stack}.yaml"))
    production = settings.production if settings else in_production(config)
    registry = problems.attempt(lambda: load_registry(root / registry_of(config), production=production))
    if settings is None or registry is None:
        raise problems.error()
    return settings, registry
