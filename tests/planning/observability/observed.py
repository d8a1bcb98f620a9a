"""The plan of a plugin with all that a plugin can have."""

import functools

from planning.database.plugin_database import plan_databases
from planning.gateway.routes import plan_routes
from planning.inputs.registry.canary import Canary
from planning.inputs.registry.data_sections import Cache, Database
from planning.inputs.registry.registry_entry import PluginSpec
from planning.inputs.registry.sections import Objective
from planning.inputs.tiers import tier_for
from planning.observability.plugin_monitoring import PluginMonitoringPlan, plan_plugin_monitoring
from tests.planning.samples import altered, plugin, registry, settings, shards_of

USERS = 50_000


def wallet(objective: Objective | None = None) -> PluginSpec:
    """A plugin with a schema and a cache."""
    found = plugin("my-wallet", database=Database(schema_name="plugin_wallet", shard=0), cache=Cache())
    return altered(found, objective=objective or Objective())


@functools.cache
def watched() -> PluginMonitoringPlan:
    """In the first tier that has series."""
    return plan_watch(wallet())


@functools.cache
def watched_with_canary() -> PluginMonitoringPlan:
    """The same while a canary runs."""
    return plan_watch(altered(wallet(), canary=Canary(image="ghcr.io/livepeer/naap-my-wallet:1.1.0", weight=5)))


def plan_watch(spec: PluginSpec) -> PluginMonitoringPlan:
    """What is watched of it."""
    tier, stated = tier_for(USERS), settings(USERS)
    shards = shards_of(stated)
    databases = plan_databases(
        registry=registry(spec), tier=tier, users=USERS, shards=shards, regions=stated.regions[:1]
    )
    found = plan_plugin_monitoring(
        spec=spec,
        region="us-east-1",
        tier=tier,
        database=databases.get(spec.name),
        caches=("naap-dev-use1-app-001", "naap-dev-use1-app-002") if spec.cache else (),
        routes=plan_routes(file="registry.yaml", spec=spec, settings=stated, tier=tier),
    )
    assert found
    return found
