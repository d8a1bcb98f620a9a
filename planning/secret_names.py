"""Secrets whose values a person sets: which ones a stack must have, and which of them are missing."""

from collections.abc import Mapping

from planning.problem import Problem
from planning.spec import Lifecycle, Registry


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
        for secret in plugin.secrets
        if secret not in present.get(plugin.name, frozenset())
    ]
