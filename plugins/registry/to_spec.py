"""From a checked entry to the plan's own type, with every default filled in."""

from collections.abc import Mapping
from typing import Any

from planning.inputs.registry_entry import (
    AuthSpec,
    BackendSpec,
    CacheSpec,
    DatabaseSpec,
    FrontendSpec,
    GrantSpec,
    InstallsSpec,
    Lifecycle,
    ObjectiveSpec,
    PluginSpec,
    ProbeKind,
    ProbesSpec,
    RateLimitSpec,
    ResourcesSpec,
    ScalingSpec,
)
from plugins.registry.egress import normal_egress
from plugins.registry.entry import Entry
from plugins.registry.field_types import mebibytes, millicores


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
        database=_database(entry),
        cache=_cache(entry),
        frontend=_frontend(entry),
        secrets=tuple(entry.secrets),
        derived_secrets=tuple(entry.derived_secrets),
        manifest=manifest if manifest is not None else _made_manifest(name, display_name, entry),
        installs=InstallsSpec(active=entry.installs.active, counted=entry.installs.counted.isoformat())
        if entry.installs
        else None,
        owner=entry.owner,
        objective=ObjectiveSpec(
            availability_percent=entry.objective.availability_percent,
            latency_ms=entry.objective.latency_ms,
            latency_percent=entry.objective.latency_percent,
        ),
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
        scaling=ScalingSpec(queue_depth=entry.scaling.queue_depth, singleton=entry.scaling.singleton),
        strip_prefix=entry.strip_prefix,
        calls=tuple(entry.network.calls),
        egress=tuple(normal_egress(target) for target in entry.network.egress),
        auth=AuthSpec(
            public=tuple(entry.auth.public),
            websocket=tuple(entry.auth.websocket),
            session_affinity=entry.auth.session_affinity,
        ),
        rate_limit=RateLimitSpec(
            user_per_minute=entry.rate_limit.user_per_minute, client_per_minute=entry.rate_limit.client_per_minute
        )
        if entry.rate_limit
        else None,
        env=dict(entry.env),
        probes=ProbesSpec(
            path=entry.probes.path,
            liveness=ProbeKind(entry.probes.liveness),
            period_seconds=entry.probes.period_seconds,
            startup_seconds=entry.probes.startup_seconds,
        ),
        extra_prefixes=tuple(entry.extra_prefixes),
        cron=entry.cron,
        manifest_path=entry.manifest_path,
    )


def _database(entry: Entry) -> DatabaseSpec | None:
    stated = entry.database
    if stated is None:
        return None
    return DatabaseSpec(
        schema=stated.schema_name,
        pool_size=stated.pool_size,
        shard=stated.shard,
        grants=tuple(
            GrantSpec(schema=grant.schema_name, table=grant.table, privileges=tuple(grant.privileges))
            for grant in stated.grants
        ),
        migrate=tuple(stated.migrate),
        password_generation=stated.password_generation,
        restore=stated.restore,
        move_to=stated.move_to,
        moved_from=stated.moved_from,
    )


def _cache(entry: Entry) -> CacheSpec | None:
    if entry.cache is None:
        return None
    return CacheSpec(
        cluster_mode=entry.cache.cluster_mode,
        prefix_in_url=entry.cache.prefix_in_url,
        password_generation=entry.cache.password_generation,
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
