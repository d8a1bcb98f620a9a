"""What each plugin gets of a shard: schema, roles, aliases, pools, limits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from planning.budget import Demand, Pool, check_budget, pool_for
from planning.database import DatabasePlan
from planning.database_checks import SchemaOwner, grant_problems, name_problems, shard_problems
from planning.environment import POOLER_PORT, pooler_host
from planning.naming import sql_name
from planning.problem import InvalidInputError, Problem
from planning.spec import DatabaseSpec, Lifecycle, PluginSpec, Registry
from planning.tiers import Tier, pod_range

MIGRATION_POOL = Pool(size=2, reserve=0)
"""A migration holds one session, Prisma's a second one for its lock."""


@dataclass(frozen=True, kw_only=True)
class TableGrant:
    """Privileges on one table of another plugin; owner_role owns the table, and grants them."""

    schema: str
    table: str
    privileges: tuple[str, ...]
    owner_role: str


@dataclass(frozen=True, kw_only=True)
class Aliases:
    """Databases as the pooler names them."""

    writer: str
    reader: str
    migration: str


@dataclass(frozen=True, kw_only=True)
class PluginDatabasePlan:
    """A plugin's part of its shard.

    pool, reader_pool: of one pooler pod. The limits are of connections of a role to one server, from all poolers.
    clients: connections that all of the plugin's pods of a region open to the poolers.
    """

    plugin: str
    shard: int
    schema: str
    owner_role: str
    app_role: str
    ro_role: str
    aliases: Aliases
    pool: Pool
    reader_pool: Pool
    connection_limit: int
    reader_limit: int
    owner_limit: int
    clients: int
    pooler_host: str
    pooler_port: int
    generation: int
    grants: tuple[TableGrant, ...]
    migrate: tuple[str, ...]


def plan_databases(
    *,
    registry: Registry,
    tier: Tier,
    users: int,
    shards: Sequence[DatabasePlan],
    regions: Sequence[str],
    present: Mapping[str, int] | None = None,
) -> Mapping[str, PluginDatabasePlan]:
    """By plugin; an archived one has no part any more. regions: those that run poolers, home first.

    present: shards of schemas that are there already. A schema stays where it is; its pin counts where it is made.

    Raises InvalidInputError for a plugin without a shard where there are several, a name that clashes, a grant that
    can't be, and a shard whose connection budget breaks.
    """
    asking = [
        (spec, spec.database) for spec in registry.plugins if spec.database and spec.lifecycle is not Lifecycle.ARCHIVED
    ]
    there = {name: shard for name, shard in (present or {}).items() if shard < len(shards)}
    unplaced = [(spec, database) for spec, database in asking if spec.name not in there]
    _raise_if_any(
        [
            *name_problems(registry.file, [spec.name for spec, _ in asking]),
            *shard_problems(registry.file, unplaced, len(shards)),
        ]
    )
    owners = {
        database.schema: SchemaOwner(
            sql=sql_name(spec.name), shard=there.get(spec.name, _pinned(database, len(shards)))
        )
        for spec, database in asking
    }
    _raise_if_any(grant_problems(registry.file, asking, owners))
    poolers = tier.pooler_pods * len(regions)
    plans = {
        spec.name: _plan(
            spec,
            database,
            clients=_pods(spec, tier, users) * database.pool_size,
            poolers=poolers,
            readers=tier.database.replicas > 0,
            owners=owners,
        )
        for spec, database in asking
    }
    _raise_if_any(_budget_problems(registry.file, tier, shards, poolers, plans))
    return plans


def _raise_if_any(problems: Sequence[Problem]) -> None:
    if problems:
        raise InvalidInputError(problems)


def _pinned(database: DatabaseSpec, count: int) -> int:
    """Pins are for environments with several shards; where there is one, everything is on it."""
    return 0 if count == 1 else database.shard or 0


def _pods(spec: PluginSpec, tier: Tier, users: int) -> int:
    """The most pods of a region that use the schema; timed work runs in one more."""
    if spec.backend is None:
        return 0
    return pod_range(tier, users, spec.share, singleton=spec.backend.scaling.singleton).max + spec.backend.cron


def _plan(
    spec: PluginSpec,
    database: DatabaseSpec,
    *,
    clients: int,
    poolers: int,
    readers: bool,
    owners: Mapping[str, SchemaOwner],
) -> PluginDatabasePlan:
    """poolers: pods of all regions. readers: whether replicas take what is only read."""
    sql = sql_name(spec.name)
    shard = owners[database.schema].shard
    pool = pool_for(clients, poolers)
    reader_pool = pool if readers else Pool(size=1, reserve=1)
    return PluginDatabasePlan(
        plugin=spec.name,
        shard=shard,
        schema=database.schema,
        owner_role=f"{sql}_owner",
        app_role=f"{sql}_app",
        ro_role=f"{sql}_ro",
        aliases=Aliases(writer=sql, reader=f"{sql}_ro", migration=f"{sql}_mig"),
        pool=pool,
        reader_pool=reader_pool,
        connection_limit=poolers * pool.total,
        reader_limit=poolers * reader_pool.total,
        owner_limit=poolers * MIGRATION_POOL.total,
        clients=clients,
        pooler_host=pooler_host(shard),
        pooler_port=POOLER_PORT,
        generation=database.password_generation,
        grants=tuple(
            TableGrant(
                schema=grant.schema,
                table=grant.table,
                privileges=grant.privileges,
                owner_role=f"{owners[grant.schema].sql}_owner",
            )
            for grant in database.grants
        ),
        migrate=database.migrate,
    )


def _budget_problems(
    file: str, tier: Tier, shards: Sequence[DatabasePlan], poolers: int, plans: Mapping[str, PluginDatabasePlan]
) -> list[Problem]:
    """Readers count where no replica takes them. Replicas need no check: they hold no more than the primary."""
    demands: dict[int, list[Demand]] = {shard.shard: [] for shard in shards}
    for plan in plans.values():
        servers = plan.pool.total + (0 if tier.database.replicas else plan.reader_pool.total)
        demands[plan.shard].append(Demand(plugin=plan.plugin, clients=plan.clients, servers=poolers * servers))
    return [
        problem
        for shard in shards
        for problem in check_budget(
            file=file,
            shard=shard.shard,
            instance_class=shard.instance_class,
            memory_gib=shard.memory_gib,
            poolers=tier.pooler_pods,
            demands=demands[shard.shard],
        )
    ]
