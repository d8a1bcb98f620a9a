"""What a plugin's pods read: its ConfigMap, its Secret, and one checksum over both."""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
from pulumi_kubernetes import core, meta

from components.plugin.context import PluginContext
from components.plugin.workload import CA_KEY, LOADER_KEY, MANIFEST_KEY
from components.shared.root_secret import RootSecret
from planning.inputs.registry.registry_entry import PULL_SECRET
from planning.plugin.plugin import BackendPlan, PluginPlan
from planning.plugin.process_environment import (
    CACHE_URL,
    DATABASE_URL,
    CacheAccess,
    DatabaseAccess,
    ProcessEnvironmentPlan,
)
from planning.plugin.tracing import loader
from planning.shared.derived_secrets import Purpose

Texts = Mapping[str, pulumi.Input[str]]


@dataclass(frozen=True, kw_only=True)
class PluginConfiguration:
    """resources: the objects. checksum: changes with any of their values, and says nothing about them."""

    resources: Sequence[pulumi.Resource]
    checksum: pulumi.Output[str]
    has_secrets: bool


def plugin_configuration(
    resource_name: str,
    *,
    plan: PluginPlan,
    backend: BackendPlan,
    context: PluginContext,
    opts: pulumi.ResourceOptions,
) -> PluginConfiguration:
    """Both objects bear the plugin's name; one without any secret has no Secret."""
    config = _config(backend, context)
    secrets = secret_values(backend.environment, plugin=plan.name, context=context)
    metadata = meta.v1.ObjectMetaArgs(name=plan.name, namespace=plan.namespace, labels=plan.labels)
    resources: list[pulumi.Resource] = [
        core.v1.ConfigMap(f"{resource_name}-config", metadata=metadata, data=config, opts=opts)
    ]
    if secrets:
        resources.append(
            core.v1.Secret(f"{resource_name}-secret", metadata=metadata, type="Opaque", string_data=secrets, opts=opts)
        )
    if plan.spec.pull_secret:
        resources.append(
            core.v1.Secret(
                f"{resource_name}-pull-secret",
                metadata=meta.v1.ObjectMetaArgs(name=pull_secret(plan), namespace=plan.namespace, labels=plan.labels),
                type="kubernetes.io/dockerconfigjson",
                string_data={".dockerconfigjson": context.configured_secrets[plan.name][PULL_SECRET]},
                opts=opts,
            )
        )
    return PluginConfiguration(
        resources=resources,
        checksum=_checksum(plan.name, context.root_secret, {**config, **secrets}),
        has_secrets=bool(secrets),
    )


def pull_secret(plan: PluginPlan) -> str:
    """Name of the Secret by which the plugin's images are pulled."""
    return f"{plan.name}-pull"


def secret_values(
    plan: ProcessEnvironmentPlan, *, plugin: str, context: PluginContext
) -> dict[str, pulumi.Output[str]]:
    """Value by name, each of them secret."""
    root_secret = context.root_secret
    owners = {**dict.fromkeys(plan.derived, plugin), **plan.shared}
    values = {name: root_secret.derive(owner=owner, purpose=name) for name, owner in owners.items()}
    if plan.configured:
        own = context.configured_secrets[plugin]
        values |= {name: pulumi.Output.secret(own[name]) for name in plan.configured}
    if plan.database:
        values[DATABASE_URL] = _database_url(plan.database, plugin, root_secret)
    if plan.cache:
        clustered = context.cluster_cache_host if plan.cache.cluster_mode else None
        values[CACHE_URL] = _cache_url(plan.cache, plugin, root_secret, clustered or context.cache_host)
    return values


def _config(backend: BackendPlan, context: PluginContext) -> dict[str, pulumi.Input[str]]:
    found: dict[str, pulumi.Input[str]] = {MANIFEST_KEY: backend.manifest}
    if any(workload.traced for workload in backend.workloads):
        found[LOADER_KEY] = loader()
    if backend.environment.database:
        found[CA_KEY] = context.ca_pem
    return found


def _checksum(plugin: str, root_secret: RootSecret, values: Texts) -> pulumi.Output[str]:
    """Keyed: it stands in an annotation, where a plain hash of a short secret could be guessed."""

    def digest(found: dict[str, str]) -> str:
        key = found["/key"]
        text = "\x00".join(f"{name}={value}" for name, value in sorted(found.items()))
        return hmac.new(key.encode(), text.encode(), hashlib.sha256).hexdigest()[:16]

    key = root_secret.derive(owner=plugin, purpose=Purpose.CHECKSUM)
    return pulumi.Output.unsecret(pulumi.Output.all(**{**values, "/key": key}).apply(digest))


def _database_url(access: DatabaseAccess, plugin: str, root_secret: RootSecret) -> pulumi.Output[str]:
    return root_secret.derive(owner=plugin, purpose=Purpose.APP_LOGIN, generation=access.generation).apply(access.url)


def _cache_url(
    access: CacheAccess, plugin: str, root_secret: RootSecret, host: pulumi.Output[str]
) -> pulumi.Output[str]:
    password = root_secret.derive(owner=plugin, purpose=Purpose.CACHE_USER, generation=access.generation)
    return pulumi.Output.all(host, password).apply(lambda found: access.url(found[0], found[1]))
