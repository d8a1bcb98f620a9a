"""A preview environment: copies of plugins beside a stack's own, with data of their own and an end.

They are entries like any other, under names of their own, so that all that keeps plugins apart keeps them apart:
docs/decisions/preview-environments.md.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from planning.data.buckets import PREVIEW_UPLOADS
from planning.data.caches import CacheUserPlan
from planning.database.jobs.drop_job import DropPlan, plan_drop
from planning.inputs.preview import Preview
from planning.inputs.problem import InvalidInputError, Problem, Problems, refusal
from planning.inputs.registry.data_sections import Cache
from planning.inputs.registry.registry_entry import BackendSpec, PluginSpec, Registry
from planning.inputs.settings import Settings
from planning.platform import PlatformPlan, plan_platform
from planning.plugin.plugin import PluginPlan
from planning.shared.naming import MAX_PLUGIN_NAME, sql_name

POOL_SIZE = 2
"""Connections of one of its pods: a few people try it, on a database that serves others."""

SHARE = 0.001
"""Part of the stack's users: as few pods as the tier has."""


@dataclass(frozen=True, kw_only=True)
class PreviewPlan:
    """base: the plan of the stack on which it stands, with its plugins in it. url: where its plugins answer.

    plugins, cache_users: what it makes. dropped: schemas of one that ends, and then nothing else.
    """

    preview: Preview
    base: PlatformPlan
    url: str
    plugins: tuple[PluginPlan, ...]
    cache_users: tuple[CacheUserPlan, ...]
    dropped: tuple[DropPlan, ...]


def preview_name(preview: str, plugin: str) -> str:
    """Of the copy of a plugin."""
    return f"{preview}-{plugin}"


def plan_preview(
    *, settings: Settings, preview: Preview, registry: Registry, secret_names: Mapping[str, frozenset[str]]
) -> PreviewPlan:
    """settings: of the stack on which it stands. secret_names: of the registry's entries, whose copies have the same.

    Raises InvalidInputError with all that is wrong, of the copies and of what they stand beside.
    """
    if problem := _ground_problem(settings, preview):
        raise InvalidInputError([problem])
    if preview.gone is not None:
        copies: tuple[PluginSpec, ...] = ()
    else:
        problems = Problems()
        found = [problems.attempt(lambda name=name: _copy(preview, name, registry)) for name in preview.plugins]
        problems.raise_if_any()
        copies = tuple(copy for copy in found if copy)
    names = {copy.name for copy in copies}
    base = plan_platform(
        stack=preview.of,
        settings=settings,
        registry=replace(registry, plugins=(*registry.plugins, *copies)),
        secret_names={
            **secret_names,
            **{preview_name(preview.name, name): secrets for name, secrets in secret_names.items()},
        },
    )
    host = f"{preview.name}.{settings.domain}"
    return PreviewPlan(
        preview=preview,
        base=base,
        url=f"https://{host}",
        plugins=tuple(_at(plugin, host) for plugin in base.plugins if plugin.name in names),
        cache_users=tuple(user for user in base.home.caches.users if user.name in names),
        dropped=tuple(plan_drop(plugin, shard) for plugin, shard in (preview.gone or {}).items()),
    )


def _ground_problem(settings: Settings, preview: Preview) -> Problem | None:
    def wrong(field: str, value: str, rule: str, fix: str) -> Problem:
        return Problem(file=f"Pulumi.{preview.of}.yaml", entry="config", field=field, value=value, rule=rule, fix=fix)

    if settings.production:
        rule = "a preview stands on no production: its pods and its schema would lie beside those of users"
        return wrong("naap:production", "true", rule, "naap env new NAME --from a stack that is none")
    if not settings.previews:
        rule = "a stack on which previews stand has a certificate and names for them"
        fix = f"pulumi config set --stack {preview.of} naap:previews true, then pulumi up"
        return wrong("naap:previews", "false", rule, fix)
    return None


def _copy(preview: Preview, name: str, registry: Registry) -> PluginSpec:
    """The entry under a name of its own, with nothing by which it would reach what is another's.

    It calls core services, as which any client comes through the gateway, and the others of its environment.
    """
    spec, copy = registry.by_name.get(name), preview_name(preview.name, name)

    def refused(field: str, value: str, rule: str, fix: str) -> InvalidInputError:
        return refusal(file=registry.file, entry=name, field=field, value=value, rule=rule, fix=fix)

    if spec is None:
        raise refused("name", name, "an entry of the registry", f"one of {', '.join(registry.by_name)}")
    if not isinstance(spec, BackendSpec) or spec.core or not spec.lifecycle.serves:
        rule = "previews are of plugins with a backend that serve; core services are the platform's own"
        raise refused("image", name, rule, "leave it out of --plugins")
    if len(copy) > MAX_PLUGIN_NAME:
        rule = f"a name of at most {MAX_PLUGIN_NAME} characters, the environment's in front"
        raise refused("name", copy, rule, f"a shorter name than {preview.name}")
    core = [other for other in spec.network.calls if (entry := registry.by_name.get(other)) and entry.core]
    own = [preview_name(preview.name, other) for other in spec.network.calls if other in preview.plugins]
    database = spec.database and spec.database.model_copy(
        update={
            "schema_name": f"plugin_{sql_name(copy)}",
            "pool_size": min(spec.database.pool_size, POOL_SIZE),
            "grants": (),
            "member_of": (),
            "restore": None,
            "move_to": None,
            "moved_from": None,
            "password_generation": 1,
        }
    )
    return spec.model_copy(
        update={
            "name": copy,
            "display_name": f"{spec.display_name} ({preview.name})",
            "share": SHARE,
            "canary": None,
            "previous": None,
            "database": database,
            "cache": spec.cache and Cache(prefix_in_url=spec.cache.prefix_in_url),
            "frontend": None,
            "network": spec.network.model_copy(update={"calls": [*core, *own]}),
            "derived_secrets": [*spec.derived_secrets, *spec.shared_secrets],
            "shared_secrets": {},
        }
    )


def _at(plugin: PluginPlan, host: str) -> PluginPlan:
    """The plugin where the environment is found, instead of beside the one that it is a copy of."""
    routes = plugin.routes and replace(plugin.routes, hostname=host, origin=f"https://{host}")
    backend = plugin.backend and replace(plugin.backend, uploads_prefix=f"{PREVIEW_UPLOADS}{plugin.name}/")
    return replace(plugin, routes=routes, backend=backend, monitoring=None, team=None)
