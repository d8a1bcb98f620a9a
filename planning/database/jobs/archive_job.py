"""Archiving and restoring a plugin's schema: the SQL and the commands of both Jobs."""

from collections.abc import Mapping

from planning.database.archive import ArchivePlan, archive_key
from planning.database.jobs.administrator_job import LOGIN, SCRIPT_DIR, WORK_DIR
from planning.database.jobs.grants import present_objects
from planning.database.jobs.schema_fingerprint import fingerprint_query
from planning.database.jobs.sql import begin, identifier, literal, literals, regnamespace
from planning.database.plugin_database import PluginDatabasePlan
from planning.database.roles import ARCHIVE_NOTE, ARCHIVED_SUFFIX, POOLER_SCHEMA

WORK_GIB = 32
"""Room for a dump and, beside it, what is restored from it. A larger schema needs a larger number here."""
DEADLINE_SECONDS = 14_400
TRIES = 3
_DIGITS = 64


def archive_files(plan: ArchivePlan) -> Mapping[str, str]:
    """The SQL of the archive Job, by the names under which its commands find it."""
    return {"freeze.sql": _freeze(plan), "prove.sql": _prove(plan), "finish.sql": _finish(plan)}


def restore_files(plan: PluginDatabasePlan) -> Mapping[str, str]:
    """The SQL of the restore Job."""
    return {"restore.sql": _restore(plan)}


_PSQL = f"psql --no-psqlrc --quiet --file {SCRIPT_DIR}"


def readable() -> str:
    """Commands that give the dump as SQL, without the schema itself: that is the administrator's."""
    return f"""pg_restore --list {WORK_DIR}/dump \
| grep -vE '^[0-9]+; [0-9]+ [0-9]+ (SCHEMA|COMMENT - SCHEMA) ' > {WORK_DIR}/list
pg_restore --no-owner --no-acl --use-list {WORK_DIR}/list --file {WORK_DIR}/dump.sql {WORK_DIR}/dump
"""


def take_command(plan: ArchivePlan) -> str:
    """Closes the logins, dumps, restores and compares. Where the schema is gone already it leaves a mark."""
    present = f"SELECT to_regnamespace({literal(plan.schema)}) IS NOT NULL"
    return f"""{LOGIN}{_PSQL}/freeze.sql
if [ "$(psql --no-psqlrc --tuples-only --no-align --command "{present}")" = f ]; then
  echo 'schema {plan.schema} is not here: archived before, or never made'
  touch {WORK_DIR}/nothing
  exit 0
fi
pg_dump --format custom --schema {plan.schema} --role {plan.owner_role} --no-publications --no-subscriptions \
--lock-wait-timeout 60000 --file {WORK_DIR}/dump
{readable()}{_PSQL}/prove.sql
"""


def upload_command(plan: ArchivePlan) -> str:
    """Keeps the dump under its fingerprint. A second try writes the same object again."""
    key = archive_key(plan.plugin, plan.schema, f"$(cat {WORK_DIR}/fingerprint)")
    return f"""set -eu
[ ! -e {WORK_DIR}/nothing ] || exit 0
key="{key}"
aws s3 cp {WORK_DIR}/dump "s3://$BUCKET/$key" --no-progress
printf %s "$key" > {WORK_DIR}/key
"""


def finish_command() -> str:
    """Renames the schema, and says where its archive is."""
    return f"""{LOGIN}[ ! -e {WORK_DIR}/nothing ] || exit 0
psql --no-psqlrc --quiet --set key="$(cat {WORK_DIR}/key)" --file {SCRIPT_DIR}/finish.sql
echo "archived as $(cat {WORK_DIR}/key)"
"""


DOWNLOAD = f"""set -eu
aws s3 cp "s3://$BUCKET/$KEY" {WORK_DIR}/dump --no-progress
"""


def restore_command(key: str) -> str:
    """Restores into the plugin's schema, in one transaction, and only while the schema is empty."""
    fingerprint = key.removesuffix(".dump")[-_DIGITS:]
    return f"""{LOGIN}{readable()}psql --no-psqlrc --quiet --set expected={fingerprint} --file {SCRIPT_DIR}/restore.sql
"""


def _freeze(plan: ArchivePlan) -> str:
    names = literals(plan.logins)
    return f"""-- {plan.plugin}: nobody is let in any more, and who is in goes
{begin()}DELETE FROM {POOLER_SCHEMA}.logins WHERE rolname IN ({names});
DO $close$
DECLARE name text;
BEGIN
  FOR name IN SELECT rolname FROM pg_roles WHERE rolname IN ({names}) LOOP
    EXECUTE format('ALTER ROLE %I NOLOGIN', name);
  END LOOP;
END
$close$;
COMMIT;
SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE usename IN ({names}) \\g /dev/null
"""


def _prove(plan: ArchivePlan) -> str:
    """The dump is restored beside the schema, in a transaction that never ends well: nobody sees anything of it."""
    return f"""-- {plan.plugin}: does the dump hold what the schema holds?
{begin()}{fingerprint_query(plan.schema)} \\gset found_
ALTER SCHEMA {identifier(plan.schema)} RENAME TO {identifier(plan.schema + ARCHIVED_SUFFIX)};
{_restored(plan.schema, plan.owner_role)}{_same("found_fingerprint")}
ROLLBACK;
\\o {WORK_DIR}/fingerprint
\\qecho -n :found_fingerprint
"""


def _finish(plan: ArchivePlan) -> str:
    return f"""-- {plan.plugin}: out of the way
{begin()}ALTER SCHEMA {identifier(plan.schema)} RENAME TO {identifier(plan.schema + ARCHIVED_SUFFIX)};
SELECT format('COMMENT ON ROLE %I IS %L', {literal(plan.owner_role)}, {literal(ARCHIVE_NOTE)} || :'key') \\gexec
COMMIT;
"""


def _restore(plan: PluginDatabasePlan) -> str:
    return f"""-- {plan.plugin}: back from its archive
{begin()}SELECT NOT EXISTS (SELECT FROM pg_class WHERE relnamespace = {regnamespace(plan.schema)}) AS empty \\gset
\\if :empty
{_restored(plan.schema, plan.owner_role)}{_same("expected")}
{present_objects(plan)}
\\else
\\echo the schema holds something already: nothing is restored
\\endif
COMMIT;
"""


def _restored(schema: str, owner: str) -> str:
    return f"""CREATE SCHEMA IF NOT EXISTS {identifier(schema)};
GRANT USAGE, CREATE ON SCHEMA {identifier(schema)} TO {owner};
SET LOCAL ROLE {owner};
\\i {WORK_DIR}/dump.sql
RESET ROLE;
SET LOCAL search_path = pg_catalog;
{fingerprint_query(schema)} \\gset restored_
"""


def _same(expected: str) -> str:
    return f"""SELECT :'{expected}' = :'restored_fingerprint' AS same \\gset
\\if :same
\\else
DO $differs$ BEGIN RAISE EXCEPTION 'what was restored is not what was archived'; END $differs$;
\\endif"""
