"""A registry with more plugins than it has: what a platform needs once so many are there."""

from planning.inputs.problem import InvalidInputError, Problem
from planning.inputs.registry.registry_entry import PluginSpec, Registry
from planning.inputs.tiers import Tier

COPY = "another-"
"""Names of copies begin so."""
SHARE = 0.01
"""Of the users, that each of the others serves: a thousand plugins are not all used by everybody."""


def with_plugins(registry: Registry, plugins: int, tier: Tier) -> Registry:
    """The registry, and copies of its first ordinary plugin with a database and a cache, until there are so many.

    Each copy serves a hundredth of the users; copies lie on all shards in turn. Raises InvalidInputError for fewer than
    there are.
    """
    there = len(registry.plugins)
    like = next((spec for spec in registry.plugins if _is_ordinary(spec)), None)
    if plugins < there or like is None:
        raise InvalidInputError([_problem(registry.file, plugins, there, none=like is None)])
    copies = [_copy(like, number, number % tier.database.shards) for number in range(plugins - there)]
    return Registry(file=registry.file, plugins=(*registry.plugins, *copies))


def _is_ordinary(spec: PluginSpec) -> bool:
    backend = spec.backend
    found = backend and spec.database and spec.cache and spec.site is None and not spec.core
    return bool(found) and not (backend and backend.scaling.singleton) and spec.lifecycle.serves


def _copy(like: PluginSpec, number: int, shard: int) -> PluginSpec:
    name = f"{COPY}{number + 1}"
    database = like.database and like.database.model_copy(
        update={"schema_name": f"another_{number + 1}", "shard": shard, "grants": (), "member_of": ()}
    )
    return like.model_copy(update={"name": name, "api_prefix": f"/api/v1/{name}", "share": SHARE, "database": database})


def _problem(file: str, plugins: int, there: int, *, none: bool) -> Problem:
    return Problem(
        file=file,
        entry="plugins",
        field="--plugins",
        value=str(plugins),
        rule="some plugin has a database and a cache, and is neither core, the site nor a singleton"
        if none
        else f"the registry has {there} entries",
        fix="add one" if none else f"ask for {there} or more, or name another --registry",
    )
