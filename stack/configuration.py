"""The configuration of a stack, as its file states it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from console.files import read_text
from planning.inputs.configured_secrets import misplaced_secrets
from planning.inputs.problem import InvalidInputError, refusal
from planning.inputs.settings import Settings
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
        raise refusal(file=path.name, entry="config", value="(missing)", rule=rule, fix=fix)
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


def what_if(config: Mapping[str, Any], *, users: int | None = None, registry: str | None = None) -> dict[str, Any]:
    """The configuration with other users or another registry: a question, which no budget binds."""
    asked = {key: value for key, value in (("users", users), ("registry", registry)) if value is not None}
    return {key: value for key, value in config.items() if not (asked and key == BUDGET)} | asked


def registry_of(config: Mapping[str, Any]) -> str:
    """The registry's file, seen from the project's folder, as far as settings that may be wrong tell."""
    stated = config.get("registry")
    return stated if isinstance(stated, str) else str(Settings.model_fields["registry"].default)


def in_production(config: Mapping[str, Any]) -> bool:
    """Where settings can't be read, what isn't said to be none is taken for production."""
    return config.get("production") not in (None, False, "false")
