"""Reads the registry and a stack's configuration, and plans an environment from them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from analysis.cost.estimate import check_budget
from console.files import read_text
from planning.inputs.configured_secrets import misplaced_secrets
from planning.inputs.problem import InvalidInputError, Problem, Problems
from planning.inputs.registry_entry import Registry
from planning.inputs.settings import Settings, parse_settings
from planning.platform import PlatformPlan, plan_platform
from planning.prior_state import NOTHING, Held
from plugins.registry.parse import load_registry
from plugins.registry.strict_yaml import MAX_BYTES, read_yaml

BUDGET = "monthlyBudgetUsd"
_SETTINGS = frozenset((f"naap:{field.alias}",) for field in Settings.model_fields.values())


def load_stack_config(root: Path, stack: str) -> dict[str, Any]:
    """The `naap:` keys of Pulumi.<stack>.yaml without their prefix; secrets stay as they are ({secure: ...}).

    Raises InvalidInputError where the file is missing or isn't a configuration.
    """
    path = root / f"Pulumi.{stack}.yaml"
    raw, found = read_yaml(read_text(path, limit=MAX_BYTES), path.name, hides=_may_be_secret)
    if found:
        raise InvalidInputError(found)
    whole: Mapping[str, Any] = cast("Mapping[str, Any]", raw) if isinstance(raw, Mapping) else {}
    config: object = whole.get("config")
    if not isinstance(config, Mapping):
        rule = "a stack's file has the key config, with the settings of the environment below it"
        fix = "see Pulumi.dev.yaml for what belongs there"
        problem = Problem(file=path.name, entry="config", field="", value="(missing)", rule=rule, fix=fix)
        raise InvalidInputError([problem])
    stated = cast("Mapping[str, Any]", config)
    return {key.removeprefix("naap:"): value for key, value in stated.items() if key.startswith("naap:")}


def _may_be_secret(path: tuple[str, ...]) -> bool:
    """All but known settings: a misspelt rootSecret is a secret, and other packages have some of their own."""
    return path[:1] != ("config",) or path[1:2] not in _SETTINGS


def secret_names(config: Mapping[str, Any], stack: str) -> dict[str, frozenset[str]]:
    """For each plugin, the names that have a value below `secrets`; values are never looked at.

    Raises InvalidInputError where something else stands there.
    """
    secrets: object = config.get("secrets")
    if problems := misplaced_secrets(secrets, stack):
        raise InvalidInputError(problems)
    by_plugin = cast("Mapping[str, Mapping[str, object]]", secrets or {})
    return {plugin: frozenset(names) for plugin, names in by_plugin.items()}


def load_plan(stack: str, root: Path | None = None, users: int | None = None) -> PlatformPlan:
    """The whole plan of a stack, from its files alone: no engine, no passphrase.

    root: the project's folder; default the current one. users: instead of the number in the configuration.
    Raises InvalidInputError with all that is wrong in configuration and registry.
    """
    folder = root if root is not None else Path.cwd()
    config = what_if(load_stack_config(folder, stack), users=users)
    return plan_of(stack, folder, config, secret_names(config, stack))


def what_if(config: Mapping[str, Any], *, users: int | None = None, registry: str | None = None) -> dict[str, Any]:
    """The configuration with other users or another registry: a question, which no budget binds."""
    asked = {key: value for key, value in (("users", users), ("registry", registry)) if value is not None}
    return {key: value for key, value in config.items() if not (asked and key == BUDGET)} | asked


def plan_of(
    stack: str, root: Path, config: Mapping[str, Any], names: Mapping[str, frozenset[str]], held: Held = NOTHING
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
    # Where settings can't be read, what isn't said to be none is taken for production.
    production = settings.production if settings else config.get("production") not in (None, False, "false")
    registry = problems.attempt(lambda: load_registry(root / _registry_file(config), production=production))
    if settings is None or registry is None:
        raise problems.error()
    return settings, registry


def _registry_file(config: Mapping[str, Any]) -> str:
    stated = config.get("registry")
    return stated if isinstance(stated, str) else str(Settings.model_fields["registry"].default)
