"""Secrets that the stack's configuration must have; their values are never looked at."""

from collections.abc import Mapping
from typing import Any, cast

from doctor.finding import Check, Finding, Result
from planning.inputs.configured_secrets import missing_secrets
from planning.inputs.registry.registry_entry import Registry
from planning.shared.derived_secrets import MIN_ROOT_LENGTH

_SET_ROOT = "pulumi config set --stack {} --secret naap:rootSecret $(openssl rand -base64 32)"


def judge_root_secret(stack: str, stated: object) -> Finding:
    """stated: what stands at naap:rootSecret; encrypted, it is a mapping."""
    check = Check(
        name="root secret",
        rule=f"a secret of {MIN_ROOT_LENGTH} characters or more, encrypted: all passwords are derived from it",
        file=f"Pulumi.{stack}.yaml",
        entry="config",
        field="naap:rootSecret",
    )
    fix = _SET_ROOT.format(stack)
    if stated is None:
        return check.stops("(missing)", fix)
    return check.ok("set, encrypted") if _sealed(stated) else check.stops("(not shown: in clear text)", fix)


def judge_secrets(
    stack: str, registry: Registry, present: Mapping[str, frozenset[str]], stated: object
) -> list[Finding]:
    """One finding for each that is missing or open, or one for all. stated: what stands at naap:secrets."""
    name, rule = "secrets", "every secret that an entry names has an encrypted value"
    found = [
        Finding(check=name, result=Result.STOPS, about=problem) for problem in missing_secrets(registry, present, stack)
    ]
    by_plugin = cast("Mapping[str, Mapping[str, Any]]", stated or {})
    for plugin, values in by_plugin.items():
        for secret, value in values.items():
            if not _sealed(value):
                path = f"naap:secrets.{plugin}.{secret}"
                check = Check(name=name, rule=rule, file=f"Pulumi.{stack}.yaml", entry="config", field=path)
                fix = f"choose a new value: pulumi config set --stack {stack} --secret --path '{path}'"
                found.append(check.stops("(not shown: in clear text)", fix))
    named = sum(len(plugin.configured_secrets) for plugin in registry.plugins)
    return found or [Check(name=name, rule=rule, file=f"Pulumi.{stack}.yaml").ok(f"{named} named, none missing")]


def _sealed(stated: object) -> bool:
    return isinstance(stated, Mapping) and "secure" in stated
