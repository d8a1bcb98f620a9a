"""The values of a plugin's Secret, and one checksum over all that its pods read."""

import hashlib
import hmac
from collections.abc import Mapping

import pulumi

from components.secrets import RootSecret
from planning.environment import CACHE_URL, DATABASE_URL, CacheAccess, DatabaseAccess, EnvironmentPlan


def secret_values(
    plan: EnvironmentPlan,
    *,
    plugin: str,
    secrets: RootSecret,
    configured: Mapping[str, pulumi.Output[str]],
    cache_host: pulumi.Output[str] | None,
) -> dict[str, pulumi.Output[str]]:
    """Value by name, each of them secret. configured: the plugin's own values of the secret configuration."""
    values = {name: secrets.derive(owner=plugin, purpose=name) for name in plan.derived}
    values |= {name: pulumi.Output.secret(configured[name]) for name in plan.configured}
    if plan.database:
        values[DATABASE_URL] = _database_url(plan.database, plugin, secrets)
    if plan.cache and cache_host is not None:
        values[CACHE_URL] = _cache_url(plan.cache, plugin, secrets, cache_host)
    return values


def checksum(
    *, plugin: str, secrets: RootSecret, values: Mapping[str, pulumi.Input[str]]
) -> pulumi.Output[str]:
    """Keyed, so that it says nothing about the values, however short one is: it may stand in an annotation."""

    def digest(found: dict[str, str]) -> str:
        key = found.pop("/key")
        text = "\x00".join(f"{name}={value}" for name, value in sorted(found.items()))
        return hmac.new(key.encode(), text.encode(), hashlib.sha256).hexdigest()[:16]

    key = secrets.derive(owner=plugin, purpose="checksum")
    return pulumi.Output.unsecret(pulumi.Output.all(**{**values, "/key": key}).apply(digest))


def _database_url(access: DatabaseAccess, plugin: str, secrets: RootSecret) -> pulumi.Output[str]:
    return secrets.derive(owner=plugin, purpose="database-app", generation=access.generation).apply(access.url)


def _cache_url(
    access: CacheAccess, plugin: str, secrets: RootSecret, host: pulumi.Output[str]
) -> pulumi.Output[str]:
    password = secrets.derive(owner=plugin, purpose="cache", generation=access.generation)
    return pulumi.Output.all(host, password).apply(lambda found: access.url(found[0], found[1]))
