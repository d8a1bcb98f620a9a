"""The plan of a stack, from its configuration and the registry that it names."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from analysis.cost.estimate import check_budget
from planning.inputs.deploy_order import DeployOrder
from planning.inputs.problem import InvalidInputError, Problems
from planning.inputs.registry.registry_entry import Registry
from planning.inputs.settings import Settings
from planning.inputs.settings_reader import parse_settings
from planning.platform import PlatformPlan, plan_platform
from planning.preview import PreviewPlan, plan_preview
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
    stack: str,
    root: Path,
    config: Mapping[str, Any],
    names: Mapping[str, frozenset[str]],
    held: PriorState = NOTHING,
    *,
    order: DeployOrder | None = None,
) -> PlatformPlan:
    """The plan of a stack from its `naap:` keys; names: secrets of each plugin that have a value; held: by the stack.

    order: the one plugin that is brought up; then a plan of it and of those that it is related to, in the regions that
    are there. Raises InvalidInputError with all that is wrong in configuration and registry, or for a plan above its
    budget.
    """
    settings, registry = parse_inputs(stack, root, config, order.plugin if order else None)
    try:
        plan = plan_platform(
            stack=stack, settings=settings, registry=registry, secret_names=names, held=held, order=order
        )
    except InvalidInputError as error:
        raise registry.located(error) from None
    if order is None:
        check_budget(plan)
    return plan


def plan_preview_of(
    stack: str, root: Path, config: Mapping[str, Any], names: Mapping[str, frozenset[str]]
) -> PreviewPlan | None:
    """The plan of a stack that is a preview environment; None for every other."""
    if "preview" not in config:
        return None
    settings, registry = parse_inputs(stack, root, config)
    return settings.preview and plan_preview(
        settings=settings, preview=settings.preview, registry=registry, secret_names=names
    )


def parse_inputs(
    stack: str, root: Path, config: Mapping[str, Any], part: str | None = None
) -> tuple[Settings, Registry]:
    """Settings and registry of a stack. part: an entry, to read it and those that it is related to only.

    Raises InvalidInputError with all that is wrong in both.
    """
    problems = Problems()
    settings = problems.attempt(lambda: parse_settings(config, f"Pulumi.{stack}.yaml"))
    production = settings.production if settings else in_production(config)
    always = [settings.sign_in.service] if settings else []
    path = root / registry_of(config)
    registry = problems.attempt(lambda: load_registry(path, production=production, part=part, always=always))
    if settings is None or registry is None:
        raise problems.error()
    return settings, registry
