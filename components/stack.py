"""The stack as the engine hands it over: settings in the clear, secrets as secret outputs, what its last run left."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import pulumi
from pulumi.runtime.config import CONFIG, get_config_env, get_config_secret_keys_env, is_config_secret

from components.shared.root_secret import RootSecret
from planning.inputs.configured_secrets import misplaced_secrets, wrong_pull_secrets
from planning.inputs.deploy_order import ORDER, DeployOrder, parse_order
from planning.inputs.problem import InvalidInputError, Problem
from planning.prior_state import OUTPUT, PriorState, parse_prior_state
from planning.shared.derived_secrets import MIN_ROOT_LENGTH

_PREFIX = "naap:"
_SEALED = {"secure": ""}
"""What the stack's file has in the place of an encrypted value: a setting that is one is refused, not decrypted."""
_READ = "pulumi:pulumi:readStackOutputs"
"""The engine's own function, by which stack references read; it makes no resource."""


@dataclass(frozen=True, kw_only=True)
class Stack:
    """config: the `naap:` keys, secrets left out. configured_secrets: of each plugin by name."""

    name: str
    config: Mapping[str, Any]
    root_secret: RootSecret
    configured_secrets: Mapping[str, Mapping[str, pulumi.Output[str]]]

    @property
    def secret_names(self) -> dict[str, frozenset[str]]:
        """For each plugin, the names that have a value."""
        return {plugin: frozenset(values) for plugin, values in self.configured_secrets.items()}


def read_stack(name: str) -> Stack:
    """Reads the stack's configuration of this run.

    Raises InvalidInputError where the root secret is missing or weak, and where secrets are misplaced, in clear text or
    nothing that images can be pulled by.
    """
    stated = {
        key.removeprefix(_PREFIX): _decoded(value)
        for key, value in {**get_config_env(), **CONFIG.get()}.items()
        if key.startswith(_PREFIX)
    }
    root = stated.pop("rootSecret", None)
    given = stated.pop("secrets", None)
    problems = misplaced_secrets(given, name)
    secrets = cast("Mapping[str, Mapping[str, Any]]", {} if problems else given or {})
    problems += wrong_pull_secrets(secrets, name)
    if not isinstance(root, str) or len(root) < MIN_ROOT_LENGTH:
        problems.append(_root_problem(name, missing=root is None))
    if problems:
        raise InvalidInputError(problems)
    paths = [f"secrets.{plugin}.{name}" for plugin, values in secrets.items() for name in values]
    if clear := [_clear_problem(name, path) for path in ("rootSecret", *paths) if not _is_secret(path)]:
        raise InvalidInputError(clear)
    return Stack(
        name=name,
        config={key: _SEALED if _is_secret(key) else value for key, value in stated.items()},
        root_secret=RootSecret(pulumi.Output.secret(root)),
        configured_secrets={
            plugin: {name: pulumi.Output.secret(str(value)) for name, value in values.items()}
            for plugin, values in secrets.items()
        },
    )


def _is_secret(path: str) -> bool:
    """The engine marks a whole key: one encrypted value below `secrets` marks them all."""
    key = _PREFIX + path.partition(".")[0]
    return is_config_secret(key) or key in get_config_secret_keys_env()


def _clear_problem(stack: str, path: str) -> Problem:
    return Problem(
        file=f"Pulumi.{stack}.yaml",
        entry="config",
        field=_PREFIX + path,
        value="(not shown: a secret in clear text)",
        rule="secrets are encrypted in the stack's configuration; one that stood in clear text is no secret any more",
        fix=f"choose a new value: pulumi config set --stack {stack} --secret --path '{_PREFIX}{path}'",
    )


def _decoded(value: str) -> Any:
    """Lists and mappings arrive as JSON; everything else is text."""
    if value[:1] in ("[", "{"):
        try:
            return json.loads(value)
        except json.JSONDecodeError:
            return value
    return value


def _root_problem(stack: str, *, missing: bool) -> Problem:
    return Problem(
        file=f"Pulumi.{stack}.yaml",
        entry="config",
        field="naap:rootSecret",
        value="(missing)" if missing else "(not shown: a secret)",
        rule=f"a secret of {MIN_ROOT_LENGTH} characters or more, from which all passwords of the stack are derived",
        fix="pulumi config set --secret naap:rootSecret $(openssl rand -base64 32)",
    )


def read_order() -> DeployOrder | None:
    """The one plugin that this run brings up; None: the whole stack."""
    file = os.environ.get(ORDER)
    return parse_order(Path(file).read_text()) if file else None


def read_prior_state(stack: str, order: DeployOrder | None = None) -> PriorState:
    """Reads this stack's own output of its last run, which an order brings along; nothing before the first one."""
    return parse_prior_state((order.outputs if order else read_outputs(stack)).get(OUTPUT))


def read_outputs(stack: str) -> Mapping[str, Any]:
    """The outputs of a stack of this project, as its last run left them; of one that isn't there, none."""
    name = f"{pulumi.get_organization()}/{pulumi.get_project()}/{stack}"
    answer: Mapping[str, Any] = pulumi.runtime.invoke(_READ, {"name": name}).value
    return answer["outputs"]
