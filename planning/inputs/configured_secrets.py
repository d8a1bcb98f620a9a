"""Secrets whose values a person sets: which ones a stack must have, and which of them are missing."""

import json
from base64 import b64decode
from collections.abc import Mapping
from typing import Any, cast

from planning.inputs.problem import Problem
from planning.inputs.registry.lifecycle import Lifecycle
from planning.inputs.registry.registry_entry import PULL_SECRET, Registry


def missing_secrets(registry: Registry, present: Mapping[str, frozenset[str]], stack: str) -> list[Problem]:
    """A problem for each secret that an entry names and the stack's configuration has no value for.

    present: for each plugin, the names that have a value. An archived plugin needs none: nothing of it runs.
    """
    return [
        Problem(
            file=registry.file,
            entry=plugin.name,
            field="secrets",
            value=f"{secret} has no value in Pulumi.{stack}.yaml",
            rule="every secret that an entry names has a value in the stack's secret configuration",
            fix=f"pulumi config set --stack {stack} --secret --path 'naap:secrets.{plugin.name}.{secret}'",
        )
        for plugin in registry.plugins
        if plugin.lifecycle is not Lifecycle.ARCHIVED
        for secret in plugin.configured_secrets
        if secret not in present.get(plugin.name, frozenset())
    ]


def misplaced_secrets(secrets: object, stack: str) -> list[Problem]:
    """What is wrong with the shape of the stack's `naap:secrets`: values stand two names deep. Shows none of them."""
    if secrets is None:
        return []
    if not isinstance(secrets, Mapping):
        return [_misplaced(stack, "secrets")]
    by_plugin = cast("Mapping[str, Any]", secrets)
    wrong = [plugin for plugin, values in by_plugin.items() if not isinstance(values, Mapping)]
    return [_misplaced(stack, f"secrets.{plugin}") for plugin in wrong]


def wrong_pull_secrets(secrets: Mapping[str, Mapping[str, object]], stack: str) -> list[Problem]:
    """A problem for each pull secret by which no node could pull. Shows none of them.

    secrets: values by plugin and name. The API server refuses what is no JSON, in the midst of an update; of the rest a
    kubelet takes each registry's `auth`, or its username and password, and knows no credential helpers.
    """
    return [
        Problem(
            file=f"Pulumi.{stack}.yaml",
            entry="config",
            field=f"naap:secrets.{plugin}.{PULL_SECRET}",
            value="(not shown: a secret)",
            rule="a Docker config.json in which each registry below auths has its credential (Docker Desktop keeps "
            "them elsewhere, as credsStore says): "
            '{"auths": {"HOST": {"auth": "<base64 of user:password>"}}}',
            fix=f"pulumi config set --stack {stack} --secret --path 'naap:secrets.{plugin}.{PULL_SECRET}' "
            '"$(cat config.json)"',
        )
        for plugin, values in secrets.items()
        if PULL_SECRET in values and not _pulls(values[PULL_SECRET])
    ]


def _pulls(value: object) -> bool:
    try:
        registries: object = json.loads(str(value))["auths"]
    except (ValueError, TypeError, LookupError):
        return False
    if not isinstance(registries, Mapping) or not registries:
        return False
    return all(_is_credential(each) for each in cast("Mapping[str, object]", registries).values())


def _is_credential(stated: object) -> bool:
    if not isinstance(stated, Mapping):
        return False
    of_registry = cast("Mapping[str, object]", stated)
    if "auth" not in of_registry:
        return bool(of_registry.get("username") and of_registry.get("password"))
    try:
        return b":" in b64decode(str(of_registry["auth"]), validate=True)
    except ValueError:
        return False


def _misplaced(stack: str, path: str) -> Problem:
    plugin = path.partition(".")[2] or "PLUGIN"
    return Problem(
        file=f"Pulumi.{stack}.yaml",
        entry="config",
        field=f"naap:{path}",
        value="(not shown: a secret)",
        rule="below naap:secrets stand plugins, and below each of them its secrets by name",
        fix=f"pulumi config rm --stack {stack} --path 'naap:{path}', then "
        f"pulumi config set --stack {stack} --secret --path 'naap:secrets.{plugin}.NAME'",
    )
