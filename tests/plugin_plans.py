"""Plans of plugins as tests need them: of the real registry, or of entries that a test changes."""

import functools
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from planning.database.plugin_database import plan_databases
from planning.gateway.gateway import GatewayPlan, plan_gateway
from planning.gateway.routes import plan_routes
from planning.inputs.registry.registry_entry import PluginSpec, Registry
from planning.inputs.settings import Settings
from planning.inputs.settings_reader import parse_settings
from planning.inputs.teams import Team
from planning.inputs.tiers import tier_for
from planning.plugin.plugin import PluginPlan, plan_plugin
from plugins.registry.parse import load_registry
from tests.planning.samples import POOLER_IMAGE, altered, shards_of

ROOT = Path(__file__).resolve().parent.parent
TEAM = Team(repository="acme/naap")


@functools.cache
def real_registry() -> Registry:
    """The registry of this project."""
    return load_registry(ROOT / "plugins" / "registry.yaml", production=True)


def entry(name: str) -> PluginSpec:
    """One entry of the real registry."""
    return real_registry().by_name[name]


def registry_with(*specs: PluginSpec) -> Registry:
    """The real registry with these entries instead of, or besides, its own."""
    given = {spec.name: spec for spec in specs}
    kept = [given.pop(spec.name, spec) for spec in real_registry().plugins]
    return Registry(file="registry.yaml", plugins=(*kept, *given.values()))


def without(name: str) -> Registry:
    """The real registry without one of its entries."""
    kept = tuple(spec for spec in real_registry().plugins if spec.name != name)
    return Registry(file="registry.yaml", plugins=kept)


def with_backend(spec: PluginSpec, **changes: Any) -> PluginSpec:
    """The entry with a changed backend."""
    assert spec.backend
    return altered(spec, **changes)


def settings(users: int, *, production: bool = False) -> Settings:
    """Of an environment for so many users."""
    return parse_settings(
        {
            "users": users,
            "domain": "naap.example",
            "zoneId": "Z0123456789X",
            "owner": "platform",
            "costCenter": "naap",
            "poolerImage": POOLER_IMAGE,
            "regions": ["us-east-1", "us-west-2"],
            "production": production,
            "operators": ["arn:aws:iam::123456789012:role/operator"] if production else [],
        },
        "Pulumi.test.yaml",
    )


def plugin_plans(
    users: int = 5_000,
    registry: Registry | None = None,
    region: str = "us-east-1",
    *,
    production: bool = False,
    teams: Sequence[str] = (),
) -> Mapping[str, PluginPlan]:
    """Plans of all entries in one region, by name; us-east-1 is home. teams: that deploy their own."""
    entries = registry or real_registry()
    chosen, tier = altered(settings(users, production=production), teams=dict.fromkeys(teams, TEAM)), tier_for(users)
    regions: Sequence[str] = chosen.regions[: tier.regions]
    shards = shards_of(chosen, entries, stack="test")
    databases = plan_databases(registry=entries, tier=tier, users=users, shards=shards, regions=regions)
    return {
        spec.name: plan_plugin(
            spec=spec,
            stack="test",
            region=region,
            home=region == chosen.regions[0],
            settings=chosen,
            tier=tier,
            users=users,
            archive=None,
            caches=(),
            database=databases.get(spec.name),
            routes=plan_routes(file="registry.yaml", spec=spec, settings=chosen, tier=tier),
            registry=entries,
        )
        for spec in entries.plugins
    }


def gateway_plan(users: int) -> GatewayPlan:
    """The gateway of an environment for so many users, before the real registry's plugins."""
    return plan_gateway(
        region="us-east-1",
        settings=settings(users),
        tier=tier_for(users),
        users=users,
        registry=real_registry(),
    )
