"""What can't be about plugins' databases: names that clash, shards that don't exist, grants across shards."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter

from planning.inputs.problem import Problem
from planning.inputs.registry.data_sections import Database, Grant
from planning.inputs.registry.registry_entry import PluginSpec
from planning.shared.naming import sql_name

RESERVED_ALIASES = frozenset({"pgbouncer", "naap_auth", "all", "replication", "samegroup", "samerole", "sameuser"})
"""PgBouncer's own console, the alias through which it looks passwords up, and words of its access rules."""
_RESERVED = ", ".join(sorted(RESERVED_ALIASES))


@dataclass(frozen=True, kw_only=True)
class SchemaOwner:
    """Whose schema it is, and where it lies."""

    plugin: str
    shard: int


def name_problems(file: str, names: Sequence[str]) -> list[Problem]:
    """Plugins whose aliases would be PgBouncer's, PostgreSQL's or each other's."""
    by_sql = {sql_name(name): name for name in names}
    found = [
        Problem(
            file=file,
            entry=name,
            field="name",
            value=name,
            rule=f"not a word of the server's or the pooler's own: pg, rds, pg-..., rds-..., {_RESERVED}",
            fix="choose another name: PostgreSQL and PgBouncer keep these for themselves",
        )
        for name in names
        if sql_name(name) in RESERVED_ALIASES or f"{sql_name(name)}_".startswith(("pg_", "rds_"))
    ]
    clashes = [
        (name, suffix, clash)
        for name in names
        for suffix in ("_ro", "_mig")
        if (clash := by_sql.get(sql_name(name) + suffix))
    ]
    return found + [
        Problem(
            file=file,
            entry=clash,
            field="name",
            value=clash,
            rule=f"{name} already uses the database alias {sql_name(name)}{suffix}",
            fix=f"give {clash} a name that is not {name}-{suffix[1:]}",
        )
        for name, suffix, clash in clashes
    ]


def shard_problems(file: str, asking: Iterable[tuple[PluginSpec, Database]], count: int) -> list[Problem]:
    """Plugins that are pinned to no shard, or to one that is not there. count: shards; one needs no pins."""
    if count == 1:
        return []
    found: list[Problem] = []
    for spec, database in asking:
        if database.shard is None:
            value = "(missing)"
            fix = f"naap plugin pin {spec.name} (takes the least loaded shard and writes it into the registry)"
        elif database.shard >= count:
            value = str(database.shard)
            fix = f"a shard from 0 to {count - 1}; with data there: naap plugin move {spec.name} --shard N"
        else:
            continue
        rule = f"this environment has the database shards 0 to {count - 1}, and each plugin is pinned to one"
        found.append(Problem(file=file, entry=spec.name, field="database.shard", value=value, rule=rule, fix=fix))
    return found


def grant_problems(
    file: str, asking: Iterable[tuple[PluginSpec, Database]], owners: Mapping[str, SchemaOwner]
) -> list[Problem]:
    """Grants in schemas that nobody else owns, that lie on another shard, or that go in a circle. owners: by schema.

    Membership in another's role is held to the same.
    """
    stated = list(asking)
    return [
        *(
            problem
            for spec, database in stated
            for grant in database.grants
            if (problem := _grant_problem(file, spec.name, database.schema_name, grant, owners))
        ),
        *_member_problems(file, stated, owners),
    ] or _circle_problems(file, stated, owners)


def _member_problems(
    file: str, asking: Sequence[tuple[PluginSpec, Database]], owners: Mapping[str, SchemaOwner]
) -> list[Problem]:
    shards = {owner.plugin: owner.shard for owner in owners.values()}
    return [
        Problem(
            file=file,
            entry=spec.name,
            field="database.memberOf",
            value=other,
            rule=f"an entry with a database on the same shard ({shards[spec.name]})",
            fix=f"pin {other} to it while its schema is empty, or remove {other}",
        )
        for spec, database in asking
        for other in database.member_of
        # One that is archived has no roles any more, and is left out of the plan.
        if other == spec.name or shards.get(other, shards[spec.name]) != shards[spec.name]
    ]


def _circle_problems(
    file: str, asking: Sequence[tuple[PluginSpec, Database]], owners: Mapping[str, SchemaOwner]
) -> list[Problem]:
    owned = {
        spec.name: {*(owners[grant.schema_name].plugin for grant in database.grants), *database.member_of}
        for spec, database in asking
    }
    try:
        TopologicalSorter(owned).prepare()
    except CycleError as error:
        circle: list[str] = error.args[1]
        rule = "the owner of a table migrates before those that are granted it"
        fix = "replace one of these grants by a call to the other's API"
        value = " -> ".join(circle)
        return [Problem(file=file, entry=circle[0], field="database.grants", value=value, rule=rule, fix=fix)]
    return []


def _grant_problem(
    file: str, plugin: str, own_schema: str, grant: Grant, owners: Mapping[str, SchemaOwner]
) -> Problem | None:
    owner = owners.get(grant.schema_name)
    if owner is None or grant.schema_name == own_schema:
        known = ", ".join(sorted(schema for schema in owners if schema != own_schema)) or "none"
        rule = f"the schema belongs to another entry; schemas of other entries: {known}"
        fix = "name the schema of the entry that owns the table, or remove the grant"
    elif owner.shard != owners[own_schema].shard:
        rule = f"both schemas lie on one shard; {grant.schema_name} is on {owner.shard}"
        fix = f"pin {plugin} to shard {owner.shard}, or replace the foreign key by a call to the other's API"
    else:
        return None
    value = f"{grant.schema_name}.{grant.table}"
    return Problem(file=file, entry=plugin, field="database.grants", value=value, rule=rule, fix=fix)


def move_problems(file: str, asking: Sequence[tuple[PluginSpec, Database]], count: int) -> list[Problem]:
    """Moves to shards that aren't there, and of schemas that others are tied to. count: shards; with one, none move."""
    if count == 1:
        return []
    schemas = {spec.name: database.schema_name for spec, database in asking}
    tied = {grant.schema_name: spec.name for spec, database in asking for grant in database.grants}
    tied |= {schemas[other]: spec.name for spec, database in asking for other in database.member_of if other in schemas}
    found: list[Problem] = []
    for spec, database in asking:
        other = database.move_to if database.move_to is not None else database.moved_from
        if other is None:
            continue
        field = "database.moveTo" if database.move_to is not None else "database.movedFrom"
        if other >= count:
            rule, fix = f"this environment has the database shards 0 to {count - 1}", "name one of them"
        elif database.grants or database.schema_name in tied:
            partner = database.grants[0].schema_name if database.grants else tied[database.schema_name]
            rule = "a schema moves alone: keys into another schema can't cross shards"
            fix = f"replace the foreign key between {spec.name} and {partner} by a call to the other's API first"
        else:
            continue
        found.append(Problem(file=file, entry=spec.name, field=field, value=str(other), rule=rule, fix=fix))
    return found
