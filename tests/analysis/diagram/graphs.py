"""Graphs as tests need them: of any number of users, plugins and regions."""

import functools

from analysis.diagram.architecture import graph_of
from analysis.diagram.graph import Graph
from planning.inputs.registry.registry_entry import PluginSpec, Registry
from planning.inputs.tiers import TIERS
from planning.platform import PlatformPlan, plan_platform
from tests.planning.samples import altered
from tests.plugin_plans import entry, real_registry, registry_with, settings

FORTY = 40
USERS = tuple(tier.max_users or 100_001 for tier in TIERS)


def plan(users: int, registry: Registry | None = None, shards: int | None = None) -> PlatformPlan:
    """The plan of a stack for so many users. shards: at least."""
    entries = registry or real_registry()
    return plan_platform(
        stack="test", settings=settings(users).model_copy(update={"shards": shards}), registry=entries, secret_names={}
    )


@functools.cache
def graph(users: int, shards: int | None = None) -> Graph:
    """Of the real registry."""
    return graph_of(plan(users, shards=shards))


@functools.cache
def crowded(users: int) -> Graph:
    """Of forty plugins: some without a backend, the others with calls to three different callees."""
    more = [_like_wallet(number) for number in range(25)]
    others = FORTY - 25 - len(real_registry().plugins)
    more += [altered(entry("intelligent-dashboard"), name=f"page-{number}") for number in range(others)]
    return graph_of(plan(users, registry_with(*more)))


def _like_wallet(number: int) -> PluginSpec:
    wallet = entry("my-wallet")
    assert wallet.database
    calls = ("base-svc", "community" if number % 3 else "my-dashboard")
    return altered(
        wallet,
        name=f"plugin-{number}",
        share=0.1,
        port=5000 + number,
        api_prefix=f"/api/v1/p{number}",
        cron=False,
        network=altered(wallet.network, calls=calls),
        database=altered(wallet.database, schema_name=f"plugin_{number}", shard=1 + number % 3, grants=(), pool_size=2),
    )
