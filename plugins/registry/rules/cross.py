"""Rules between entries: what two of them must not share, and what one may expect of another."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from planning.database.jobs.shard_move import MOVED_SUFFIX
from planning.database.roles import ARCHIVED_SUFFIX
from planning.inputs.problem import Problem
from planning.inputs.registry.entry import Entry
from planning.shared.naming import sql_name
from plugins.registry.partial_entry import PartialEntry


@dataclass(frozen=True, kw_only=True)
class Entries:
    """The entries that are right by themselves; names: also of those that aren't, so that nobody misses them.

    file: of all entries; files: of each one, where they are several; partial: what can be read of those that aren't.
    """

    file: str
    by_name: Mapping[str, Entry]
    names: frozenset[str]
    files: Mapping[str, str] = field(default_factory=dict[str, str])
    partial: Mapping[str, PartialEntry] = field(default_factory=dict[str, PartialEntry])

    def file_of(self, name: str) -> str:
        """Where an entry stands."""
        return self.files.get(name, self.file)

    def problem(self, name: str, field: str, value: object, rule: str, fix: str) -> Problem:
        """A problem of one of them."""
        return Problem(file=self.file_of(name), entry=name, field=field, value=str(value), rule=rule, fix=fix)


def cross_problems(entries: Entries) -> list[Problem]:
    """All that is wrong between entries."""
    return [problem for rule in RULES for problem in rule(entries)]


def _ports(entries: Entries) -> Iterator[Problem]:
    owners: dict[int, str] = {}
    taken = {entry.port for entry in entries.by_name.values()}
    for name, entry in entries.by_name.items():
        if entry.port is None:
            continue
        owner = owners.setdefault(entry.port, name)
        if owner != name:
            free = next(port for port in range(4000, 65536) if port not in taken)
            yield entries.problem(
                name,
                "port",
                entry.port,
                f"a port belongs to one entry, so that logs and metrics name it: {owner} has it",
                f"port: {free}",
            )


def _schemas(entries: Entries) -> Iterator[Problem]:
    owners: dict[str, str] = {}
    for name, entry in entries.by_name.items():
        if entry.database is None:
            continue
        schema = entry.database.schema_name
        owner = owners.setdefault(schema, name)
        if owner != name:
            yield entries.problem(
                name,
                "database.schema",
                schema,
                f"a schema belongs to one entry: {owner} has it",
                f"schema: plugin_{sql_name(name)}",
            )
        reserved = schema.startswith(("pg_", "rds_", "naap_")) or schema in ("information_schema", "pgbouncer")
        # What archiving and moving rename a schema to.
        kept = schema.endswith((ARCHIVED_SUFFIX, MOVED_SUFFIX))
        if reserved or kept or (schema == "public" and not entry.core):
            yield entries.problem(
                name,
                "database.schema",
                schema,
                "not a schema of the server, of the platform or of the core services",
                f"schema: plugin_{sql_name(name).replace('__', '_')}",
            )


def _roles(entries: Entries) -> Iterator[Problem]:
    owners: dict[str, str] = {}
    for name, entry in entries.by_name.items():
        if entry.database is None:
            continue
        sql = sql_name(name)
        roles = (f"{sql}_owner", f"{sql}_app", f"{sql}_ro", sql, f"{sql}_mig")
        clash = next((role for role in roles if role in owners), None)
        if clash:
            yield entries.problem(
                name,
                "name",
                name,
                f"its database names must be its own: {clash} is already {owners[clash]}'s",
                f"rename the entry, for example {name}-app2"
                if name.endswith("-app")
                else f"rename the entry, for example {name}-svc",
            )
        owners.update(dict.fromkeys(roles, name))


def _timed_work(entries: Entries) -> Iterator[Problem]:
    for name, entry in entries.by_name.items():
        other = entries.by_name.get(f"{name}-cron")
        if entry.cron and other and other.port is not None:
            yield entries.problem(
                f"{name}-cron",
                "name",
                f"{name}-cron",
                f"pods of {name} that do its timed work have this name",
                f"rename the entry, for example {name}-timer",
            )


def _grants(entries: Entries) -> Iterator[Problem]:
    owners = {entry.database.schema_name: name for name, entry in entries.by_name.items() if entry.database}
    broken_entries = entries.names - entries.by_name.keys()
    for name, entry in entries.by_name.items():
        database = entry.database
        for grant in database.grants if database else ():
            owner = owners.get(grant.schema_name)
            if owner is None and not broken_entries:
                yield entries.problem(
                    name,
                    "database.grants",
                    grant.schema_name,
                    "grants name a schema of another entry",
                    f"one of: {', '.join(sorted(owners)[:8])}",
                )
            if owner == name:
                yield entries.problem(
                    name,
                    "database.grants",
                    grant.schema_name,
                    "a plugin has every right in its own schema",
                    "remove it",
                )
            other = entries.by_name[owner].database if owner else None
            if database and other and other.shard != database.shard:
                yield entries.problem(
                    name,
                    "database.shard",
                    database.shard if database.shard is not None else "(not pinned)",
                    f"foreign keys end at a database: what refers to {grant.schema_name}.{grant.table} is on its shard",
                    f"shard: {other.shard}" if other.shard is not None else f"remove shard, or pin {owner} too",
                )


def _calls(entries: Entries) -> Iterator[Problem]:
    for name, entry in entries.by_name.items():
        for called in entry.network.calls:
            if called == name:
                yield entries.problem(
                    name, "network.calls", called, "a plugin reaches itself without a network", "remove it"
                )
                continue
            other = entries.by_name.get(called)
            if other is None:
                if called not in entries.names:
                    yield entries.problem(
                        name,
                        "network.calls",
                        called,
                        "calls name existing entries",
                        f"one of: {', '.join(sorted(entries.names - {name})[:8])}",
                    )
            elif other.port is None:
                yield entries.problem(
                    name, "network.calls", called, "an entry without backend answers no calls", "remove it"
                )
            elif entry.lifecycle.serves and not other.lifecycle.serves:
                yield entries.problem(
                    name,
                    "network.calls",
                    called,
                    f"{called} is {other.lifecycle}: nobody answers",
                    f"remove {called} here first",
                )


def _core_cycles(entries: Entries) -> Iterator[Problem]:
    core = {
        name: [called for called in entry.network.calls if called in entries.by_name and entries.by_name[called].core]
        for name, entry in entries.by_name.items()
        if entry.core
    }
    while core:
        leaves = [name for name, calls in core.items() if not any(called in core for called in calls)]
        if not leaves:
            break
        for name in leaves:
            del core[name]
    for name, calls in core.items():
        if name not in calls:
            yield entries.problem(
                name,
                "network.calls",
                ", ".join(called for called in calls if called in core),
                f"core services call each other in one direction only; in a circle: {', '.join(core)}",
                "remove one of the calls",
            )


def _shell_routes(entries: Entries) -> Iterator[Problem]:
    owners: dict[str, str] = {}
    for name, entry in entries.by_name.items():
        for route in entry.frontend.routes if entry.frontend else ():
            owner = owners.setdefault(route, name)
            if owner != name:
                yield entries.problem(
                    name,
                    "frontend.routes",
                    route,
                    f"a route of the shell shows one plugin: {owner} has it",
                    f"choose another, such as /{name}",
                )


def _core_calls_core(entries: Entries) -> Iterator[Problem]:
    for name, entry in entries.by_name.items():
        for called in entry.network.calls if entry.core else ():
            other = entries.by_name.get(called)
            if other and not other.core:
                yield entries.problem(
                    name,
                    "network.calls",
                    called,
                    "a core service doesn't depend on a plugin, which may be retired",
                    "remove it",
                )


def _members(entries: Entries) -> Iterator[Problem]:
    for name, entry in entries.by_name.items():
        for other in entry.database.member_of if entry.database else ():
            there = entries.by_name.get(other)
            if not entry.core:
                rule = "core services only: a plugin reads single tables of others, by grants"
                yield entries.problem(name, "database.memberOf", other, rule, "list the tables under database.grants")
            elif other == name or (other not in entries.names) or (there and there.database is None):
                rule = "another entry with a database"
                yield entries.problem(name, "database.memberOf", other, rule, f"remove {other}")
            elif entry.database and there and there.database and there.database.shard != entry.database.shard:
                rule = f"one connection reaches one shard: {other} is on {there.database.shard}"
                yield entries.problem(name, "database.memberOf", other, rule, f"shard: {there.database.shard}")


def _shared_secrets(entries: Entries) -> Iterator[Problem]:
    for name, entry in entries.by_name.items():
        for secret, owner in entry.shared_secrets.items():
            other = entries.by_name.get(owner)
            if owner == name or (other is None and owner not in entries.names):
                others = ", ".join(each for each, stated in entries.by_name.items() if secret in stated.derived_secrets)
                rule, fix = "the entry whose derived secret it is", f"one of: {others or '(nobody has it)'}"
                yield entries.problem(name, f"sharedSecrets.{secret}", owner, rule, fix)
            elif other and secret not in other.derived_secrets:
                rule, fix = f"a secret that {owner} derives", f"derivedSecrets: [{secret}] in {owner}"
                yield entries.problem(name, f"sharedSecrets.{secret}", owner, rule, fix)


OWN: tuple[Callable[[Entries], Iterator[Problem]], ...] = (_ports, _schemas, _roles, _timed_work, _shell_routes)
"""Rules of what belongs to one entry: what two of them state is wrong whatever else they state."""
RULES = (*OWN, _grants, _calls, _core_calls_core, _core_cycles, _shared_secrets, _members)
