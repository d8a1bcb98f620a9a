"""What a manifest says of its database, as fields of an entry."""

import re
from typing import Any

from planning.inputs.field_types import SCHEMA_PATTERN
from planning.inputs.tiers import TIERS
from planning.shared.naming import sql_name
from plugins.importing.answers import Answers
from plugins.importing.manifest_reader import ManifestReader
from plugins.registry.taken import TakenNames

SHARDS = TIERS[-1].database.shards
"""New schemas are spread over the shards of the largest tier; smaller tiers hold them all on fewer."""
_POSTGRES = frozenset({"postgresql", "postgres", "pg"})


def least_loaded(taken: TakenNames) -> tuple[int, int]:
    """The shard for a new schema, and how many are on it."""
    loads = {shard: taken.shard_loads.get(shard, 0) for shard in range(SHARDS)}
    shard = min(loads, key=lambda each: (loads[each], each))
    return shard, loads[shard]


def import_database(
    reading: ManifestReader, *, name: str, taken: TakenNames, answers: Answers
) -> dict[str, Any] | None:
    """Schema, shard and migrations. reading: the whole manifest, of a plugin with a backend."""
    database, schema = reading.part("database"), answers.schema
    if database is None:
        return {"schema": schema, **_shard(reading, taken, answers)} if schema else None
    kind = database.text("type")
    if kind and kind.lower() not in _POSTGRES:
        database.fault("type", kind, "is no PostgreSQL, the platform's database: the plugin gets none")
        database.ignore()
        return None
    stated = database.text("schema")
    chosen = schema or (stated if stated and re.fullmatch(SCHEMA_PATTERN, stated) else f"plugin_{sql_name(name)}")
    path = stated if stated and stated.endswith(".prisma") else None
    if path:
        database.fault("schema", path, "is the path of a Prisma file, not the name of a schema")
    elif stated and stated != chosen and not schema:
        database.fault("schema", stated, "is no name of a schema")
    if stated != chosen and not schema:
        why = "made from the name; --schema NAME where the service's tables lie in another"
        database.decided("database.schema", chosen, why)
    found: dict[str, Any] = {"schema": chosen, **_shard(database, taken, answers)}
    if database.text("migrations"):
        why = "no manifest says what its image holds: state a command that is in it, as docs/databases.md says"
        database.decided("database.migrate", "left out, so that nothing migrates the schema", why)
    return found


def _shard(reading: ManifestReader, taken: TakenNames, answers: Answers) -> dict[str, Any]:
    beside = next((schema for schema in answers.granted_schemas if schema in taken.schema_shards), None)
    if beside:
        reading.decided("database.shard", taken.schema_shards[beside], f"beside {beside}, to which it refers")
        return {"shard": taken.schema_shards[beside]}
    shard, others = least_loaded(taken)
    reading.decided("database.shard", shard, f"the least loaded of {SHARDS}: {others} schemas")
    return {"shard": shard}
