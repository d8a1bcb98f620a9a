"""What each plugin gets of a shard: schema, roles, aliases, pools, limits."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from graphlib import TopologicalSorter

from planning.database.connection_budget import (
    Demand,
    Pool,
    check_budget,
    most_servers,
    pool_for,
    reader_pool,
    server_connections,
)
from planning.database.plugin_database_checks import (
    SchemaOwner,
    grant_problems,
    move_problems,
    name_problems,
    shard_problems,
)
from planning.database.shard import ShardPlan
from planning.database.shard_size import asking, client_connections, shard_of, still_there
from planning.inputs.field_types import Architecture
from planning.inputs.problem import InvalidInputError, Problem
from planning.inputs.registry.data_sections import Database
from planning.inputs.registry.registry_entry import PluginSpec, Registry
from planning.inputs.tiers import Tier
from planning.shared.naming import pooler_host, sql_name

MIGRATION_POOL = Pool(size=2, reserve=0)
"""A migration holds one session, Prisma's a second one for its lock."""
EVEN_SUFFIX = "_b"
"""Of the logins of even password generations."""


@dataclass(frozen=True, kw_only=True)
class TableGrant:
    """Privileges on one table of another plugin; owner_role owns the table, and grants them.

    columns: to which they are limited; none: the whole table.
    """

    schema: str
    table: str
    privileges: tuple[str, ...]
    owner_role: str
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class MigrationPlan:
    """What migrates a schema: a command, and the image that holds it. arch: the one that it is for; None: both."""

    image: str
    command: tuple[str, ...]
    arch: Architecture | None = None


@dataclass(frozen=True, kw_only=True)
class Aliases:
    """Databases as the pooler names them."""

    writer: str
    reader: str
    migration: str


@dataclass(frozen=True, kw_only=True)
class ShardMovePlan:
    """Between two shards. switched: whether the target serves; until then it follows."""

    source: int
    target: int
    switched: bool


@dataclass(frozen=True, kw_only=True)
class PluginDatabasePlan:
    """A plugin's part of its shard.

    pool, reader_pool: of one pooler pod. The limits are of connections of a role to one server, from all poolers.
    clients: connections that all of the plugin's pods of a region open to the poolers.
    app_role, ro_role: hold the rights, and are themselves the logins of odd generations.
    restore: key of the archive that an empty schema is filled from.
    member_of: roles of others' pods, whose rights its own pods have as well.
    refers_to: plugins whose tables it has grants on, or all rights: their migrations come before its own.
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
    generation: int
    grants: tuple[TableGrant, ...]
    member_of: tuple[str, ...]
    refers_to: tuple[str, ...]
    migrate: MigrationPlan | None
    restore: str | None
    move: ShardMovePlan | None

    @property
    def shards(self) -> tuple[int, ...]:
        """On which it may be found: two while it moves."""
        return (self.move.source, self.move.target) if self.move else (self.shard,)

    @property
    def app_logins(self) -> tuple[str, str]:
        """As whom this generation's pods read and write, then as whom those of the one before and after do."""
        return _logins(self.app_role, self.generation)

    @property
    def ro_logins(self) -> tuple[str, str]:
        """The same for what only reads."""
        return _logins(self.ro_role, self.generation)


def _logins(role: str, generation: int) -> tuple[str, str]:
    """Two logins take turns, so that a new password is there before the pods that use the old one have gone."""
    odd, even = role, f"{role}{EVEN_SUFFIX}"
    return (odd, even) if generation % 2 else (even, odd)


def plan_databases(
    *,
    registry: Registry,
    tier: Tier,
    users: int,
    shards: Sequence[ShardPlan],
    regions: Sequence[str],
    present: Mapping[str, int] | None = None,
    moved: Collection[str] = (),
) -> Mapping[str, PluginDatabasePlan]:
    """By plugin; an archived one has no part any more. regions: those that run poolers, home first.

    present: shards of schemas that are there already. A schema stays where it is, unless its entry (`movedFrom`, by
    `naap plugin move`) or `moved` (brought there by a person) says that it has moved; then, and where it is made,
    its pin counts.

    Raises InvalidInputError for a plugin without a shard where there are several, a name that clashes, a grant that
    can't be, and a shard whose connection budget breaks.
    """
    placed = asking(registry)
    there = still_there(registry, len(shards), present or {}, moved)
    unplaced = [(spec, database) for spec, database in placed if spec.name not in there]
    _raise_if_any(
        [
            *name_problems(registry.file, [spec.name for spec, _ in placed]),
            *shard_problems(registry.file, unplaced, len(shards)),
        ]
    )
    owners = {
        database.schema_name: SchemaOwner(plugin=spec.name, shard=there.get(spec.name, shard_of(database, len(shards))))
        for spec, database in placed
    }
    _raise_if_any([*grant_problems(registry.file, placed, owners), *move_problems(registry.file, placed, len(shards))])
    plans = {
        spec.name: _plan(
            spec,
            database,
            clients=client_connections(spec, tier, users),
            regions=len(regions),
            replicas=tier.database.replicas,
            owners=owners,
            shards=shards,
        )
        for spec, database in placed
    }
    _raise_if_any(_budget_problems(registry.file, tier, shards, len(regions), plans))
    return plans


def _raise_if_any(problems: Sequence[Problem]) -> None:
    if problems:
        raise InvalidInputError(problems)


def _plan(
    spec: PluginSpec,
    database: Database,
    *,
    clients: int,
    regions: int,
    replicas: int,
    owners: Mapping[str, SchemaOwner],
    shards: Sequence[ShardPlan],
) -> PluginDatabasePlan:
    sql = sql_name(spec.name)
    shard = owners[database.schema_name].shard
    move = _move(database, shard, len(shards))
    used = [shards[number] for number in ((move.source, move.target) if move else (shard,))]
    poolers = regions * max(one.pooler_pods for one in used)
    pool = pool_for(clients, poolers, most_servers(min(one.memory_gib for one in used)))
    readers = reader_pool(pool, replicas=replicas)
    there = {owner.plugin for owner in owners.values()}
    members = [other for other in database.member_of if other in there]
    return PluginDatabasePlan(
        plugin=spec.name,
        shard=shard,
        schema=database.schema_name,
        owner_role=f"{sql}_owner",
        app_role=f"{sql}_app",
        ro_role=f"{sql}_ro",
        aliases=Aliases(writer=sql, reader=f"{sql}_ro", migration=f"{sql}_mig"),
        pool=pool,
        reader_pool=readers,
        connection_limit=poolers * pool.total,
        reader_limit=poolers * readers.total,
        owner_limit=poolers * MIGRATION_POOL.total,
        clients=clients,
        pooler_host=pooler_host(shard),
        generation=database.password_generation,
        grants=tuple(
            TableGrant(
                schema=grant.schema_name,
                table=grant.table,
                privileges=grant.privileges,
                owner_role=f"{sql_name(owners[grant.schema_name].plugin)}_owner",
                columns=grant.columns,
            )
            for grant in database.grants
        ),
        member_of=tuple(f"{sql_name(other)}_app" for other in members),
        refers_to=tuple(dict.fromkeys((*(owners[grant.schema_name].plugin for grant in database.grants), *members))),
        migrate=_migration(spec, database),
        restore=database.restore,
        move=move,
    )


def _migration(spec: PluginSpec, database: Database) -> MigrationPlan | None:
    stated = database.migrate
    if stated is None:
        return None
    if stated.image:
        return MigrationPlan(image=stated.image, command=stated.command)
    return MigrationPlan(image=spec.backend.image, command=stated.command, arch=spec.arch) if spec.backend else None


def migration_order(plans: Iterable[PluginDatabasePlan]) -> Sequence[str]:
    """Names of plugins, in the order in which their schemas are made and migrated: owners of tables first."""
    return tuple(TopologicalSorter({plan.plugin: plan.refers_to for plan in plans}).static_order())


def _move(database: Database, shard: int, count: int) -> ShardMovePlan | None:
    if count == 1:
        return None
    if database.move_to is not None and database.move_to != shard:
        return ShardMovePlan(source=shard, target=database.move_to, switched=False)
    if database.moved_from is not None and database.moved_from != shard:
        return ShardMovePlan(source=database.moved_from, target=shard, switched=True)
    return None


def _budget_problems(
    file: str, tier: Tier, shards: Sequence[ShardPlan], regions: int, plans: Mapping[str, PluginDatabasePlan]
) -> list[Problem]:
    """A plugin that moves counts on both shards. Replicas need no check: they hold no more than the primary."""
    demands: dict[int, list[Demand]] = {shard.shard: [] for shard in shards}
    for plan in plans.values():
        for shard in plan.shards:
            poolers = shards[shard].pooler_pods * regions
            servers = server_connections(plan.pool, poolers, replicas=tier.database.replicas)
            demands[shard].append(Demand(plugin=plan.plugin, clients=plan.clients, servers=servers))
    return [
        problem
        for shard in shards
        for problem in check_budget(
            file=file,
            shard=shard.shard,
            instance_class=shard.instance_class,
            memory_gib=shard.memory_gib,
            poolers=shard.pooler_pods,
            demands=demands[shard.shard],
        )
    ]
