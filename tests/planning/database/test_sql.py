"""What scripts make of names: whatever they are, each stays one name."""

import re
from dataclasses import replace

from planning.database.archive import ArchivePlan
from planning.database.jobs.archive_job import archive_files, restore_files
from planning.database.jobs.schema import Verifiers, render_schema
from planning.database.jobs.shard_move import copy_files, switch_files
from planning.database.jobs.sql import identifier, literal
from planning.database.plugin_database import plan_databases
from planning.inputs.registry.data_sections import Database
from planning.inputs.tiers import tier_for
from tests.planning.samples import plugin, registry, settings, shards_of

USERS = 100_000
AWKWARD = "zz'zz\"zz"
QUOTED = re.compile("'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"")


def _scripts() -> dict[str, str]:
    tier, stated = tier_for(USERS), settings(USERS)
    shards = shards_of(stated)
    spec = plugin("a", database=Database(schema_name="plain", shard=0, move_to=2))
    plans = plan_databases(registry=registry(spec), tier=tier, users=USERS, shards=shards, regions=stated.regions[:1])
    plan = replace(plans["a"], schema=AWKWARD)
    archive = ArchivePlan(plugin="a", shard=0, schema=AWKWARD, owner_role="a_owner", logins=("a_owner",))
    verifiers = Verifiers(owner="o", app="a", ro="r", pooler="p")
    return {
        "schema.sql": render_schema(plan, verifiers),
        **archive_files(archive),
        **restore_files(plan),
        **copy_files(plan).files,
        **switch_files(plan).files,
    }


def test_a_schema_whose_name_has_quotes_stays_one_name_in_every_script() -> None:
    for file, script in _scripts().items():
        statements = "\n".join(line for line in script.splitlines() if not line.startswith("--"))
        assert "zz" not in QUOTED.sub("", statements), file


def test_quotes_inside_of_texts_and_names_are_doubled() -> None:
    assert literal("it's") == "'it''s'"
    assert identifier('a"b') == '"a""b"'
