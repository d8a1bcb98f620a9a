"""From a checked entry to the plan's own type, with every default filled in."""

from collections.abc import Mapping
from typing import Any

from planning.inputs.field_types import mebibytes, millicores
from planning.inputs.registry_entry import BackendSpec, FrontendSpec, Lifecycle, PluginSpec, ResourcesSpec
from plugins.registry.egress import normal_egress
from plugins.registry.entry import Entry


def to_spec(name: str, entry: Entry, manifest: Mapping[str, Any] | None) -> PluginSpec:
    """The entry as planning reads it. The entry has passed every rule."""
    display_name = entry.display_name or name.replace("-", " ").title()
    return PluginSpec(
        name=name,
        display_name=display_name,
        version=entry.version,
        core=entry.core,
        share=entry.share,
        lifecycle=Lifecycle(entry.lifecycle),
        backend=_backend(entry),
        database=entry.database,
        cache=entry.cache,
        frontend=_frontend(entry),
        secrets=tuple(entry.secrets),
        derived_secrets=tuple(entry.derived_secrets),
        manifest=manifest if manifest is not None else _made_manifest(name, display_name, entry),
        owner=entry.owner,
        objective=entry.objective,
    )


def _made_manifest(name: str, display_name: str, entry: Entry) -> Mapping[str, Any]:
    # Services read their plugin.json for these; one that came without a manifest gets what its entry says.
    backend = {"devPort": entry.port, "port": entry.port, "apiPrefix": entry.api_prefix} if entry.port else {}
    return {"name": name, "displayName": display_name, "version": entry.version, "backend": backend}


def _backend(entry: Entry) -> BackendSpec | None:
    if entry.image is None or entry.port is None or entry.api_prefix is None:
        return None
    cpu = millicores(entry.resources.cpu)
    limit = entry.resources.cpu_limit
    return BackendSpec(
        image=entry.image,
        port=entry.port,
        api_prefix=entry.api_prefix,
        resources=ResourcesSpec(
            cpu_request_m=cpu,
            cpu_limit_m=millicores(limit) if limit else 2 * cpu,
            memory_mib=mebibytes(entry.resources.memory),
        ),
        scaling=entry.scaling,
        rewrite_prefix=entry.rewrite_prefix,
        calls=tuple(entry.network.calls),
        egress=tuple(normal_egress(target) for target in entry.network.egress),
        auth=entry.auth,
        rate_limit=entry.rate_limit,
        requests=entry.requests,
        env=dict(entry.env),
        probes=entry.probes,
        extra_prefixes=tuple(entry.extra_prefixes),
        cron=entry.cron,
        manifest_path=entry.manifest_path,
    )


def _frontend(entry: Entry) -> FrontendSpec | None:
    stated = entry.frontend
    if stated is None:
        return None
    build = stated.builds.get(entry.version)
    navigation = stated.navigation.model_dump(exclude_none=True, by_alias=True) if stated.navigation else {}
    return FrontendSpec(
        bundle=stated.bundle,
        routes=tuple(stated.routes),
        navigation=navigation,
        gzip_bytes=build.gzip_bytes if build else None,
        integrity=build.integrity if build else None,
    )
