"""Moving a plugin's schema to another shard while it serves: logical replication, then a short change-over.

First (`moveTo`) a Job copies structure and rows and lets the target follow; the pods' pooler knows both shards, and
the target lets nobody in yet. Then (`movedFrom`) a Job closes the source, waits for the last row, sets the sequences,
compares definitions and opens the target: the poolers find their connections refused by the one and go to the other.
Every step may be killed: run again, it finds what is done. A change-over that can't succeed opens the source again.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from planning.database.jobs.administrator_job import LOGIN, MASTER_DIR, SCRIPT_DIR, WORK_DIR
from planning.database.jobs.archive_job import readable
from planning.database.jobs.grants import present_objects
from planning.database.jobs.schema_fingerprint import fingerprint_query
from planning.database.jobs.sql import begin, identifier, literal, literals, regnamespace
from planning.database.plugin_database import PluginDatabasePlan
from planning.database.shard import ADMINISTRATOR, DATABASE_NAME

MOVED_SUFFIX = "__moved"
"""Of the schema that stays behind on the old shard, until a person drops it."""
COPY_SECONDS = 14_400
SWITCH_SECONDS = 1_200
CATCH_UP_SECONDS = 60
"""How long nobody may write, at most: then the source is opened again."""
TARGET_SECRET = "target.json"  # noqa: S105  # a file's name


@dataclass(frozen=True, kw_only=True)
class MoveFiles:
    """files: SQL by name; command: what the Job runs, between two servers."""

    files: Mapping[str, str]
    command: str


def copy_files(plan: PluginDatabasePlan) -> MoveFiles:
    """The Job of the first part."""
    files = {
        "structure.sql": _structure(plan),
        "publish.sql": _publish(plan),
        "subscribe.sql": _subscribe(plan),
    }
    ready = f"""SELECT coalesce(bool_and(r.srsubstate = 'r'), true) FROM pg_subscription s
LEFT JOIN pg_subscription_rel r ON r.srsubid = s.oid WHERE s.subname = {literal(_name(plan))}"""
    command = f"""{_servers()}
if [ "$(ask at_source "SELECT to_regnamespace({literal(plan.schema)}) IS NOT NULL")" = f ]; then
  echo 'schema {plan.schema} is not on the source: it has moved'
  exit 0
fi
at_source pg_dump --format custom --schema-only --schema {plan.schema} --role {plan.owner_role} --no-publications \
--no-subscriptions --lock-wait-timeout 60000 --file {WORK_DIR}/dump
{readable()}run at_target structure.sql
run at_source publish.sql
# Of RDS's servers each sends its chain up to the region's authority, and finds it in its own file.
CONNECTION="host=$SOURCE_HOST port=$SOURCE_PORT dbname={DATABASE_NAME} user={ADMINISTRATOR} password=$source_password \
sslmode=verify-full sslrootcert=$(ask at_target 'SHOW ssl_cert_file')"
export CONNECTION
run at_target subscribe.sql
until [ "$(ask at_target "{ready}")" = t ]; do sleep 1; done
echo 'every row is there, and new ones follow'
"""
    return MoveFiles(files=files, command=command)


def switch_files(plan: PluginDatabasePlan) -> MoveFiles:
    """The Job of the second part."""
    name = _name(plan)
    files = {
        "close.sql": _doors(plan, "NOLOGIN"),
        "reopen.sql": _doors(plan, "LOGIN"),
        "sequences.sql": _sequences(plan),
        "definitions.sql": f"SET search_path = pg_catalog;\n{fingerprint_query(plan.schema, rows=False)};\n",
        "refresh.sql": _refresh(plan),
        "open.sql": _open(plan),
        "leave.sql": _leave(plan),
    }
    command = f"""{_servers()}
follows="SELECT EXISTS (SELECT FROM pg_subscription WHERE subname = {literal(name)})"
if [ "$(ask at_target "$follows")" = t ]; then
  undo() {{
    if [ "$(ask at_target "$follows")" = t ]; then run at_source reopen.sql; echo 'not moved' >&2; fi
  }}
  trap undo EXIT
  run at_source close.sql
  last=$(ask at_source 'SELECT pg_current_wal_lsn()')
  reached="SELECT confirmed_flush_lsn >= '$last' FROM pg_replication_slots WHERE slot_name = {literal(name)}"
  end=$(($(date +%s) + {CATCH_UP_SECONDS}))
  until [ "$(ask at_source "$reached")" = t ]; do
    if [ "$(date +%s)" -gt $end ]; then echo 'the target does not catch up' >&2; exit 1; fi
    sleep 0.1
  done
  run at_source sequences.sql > {WORK_DIR}/setval.sql
  at_target psql --no-psqlrc --quiet --tuples-only --output /dev/null --file {WORK_DIR}/setval.sql
  run at_target refresh.sql
  if [ "$(run at_source definitions.sql)" != "$(run at_target definitions.sql)" ]; then
    echo 'definitions differ: was something migrated since the copy began?' >&2
    exit 1
  fi
  run at_target open.sql
  trap - EXIT
fi
run at_source leave.sql
echo 'moved'
"""
    return MoveFiles(files=files, command=command)


def _name(plan: PluginDatabasePlan) -> str:
    """Of publication, slot and subscription."""
    return f"naap_move_{plan.aliases.writer}"


def _servers() -> str:
    """Both servers, each with its own password."""
    found = f'sed -n \'s/.*"password": *"\\([^"]*\\)".*/\\1/p\' {MASTER_DIR}/{TARGET_SECRET}'
    return f"""{LOGIN}source_password=$PGPASSWORD
target_password=$({found})
at_source() {{ PGHOST=$SOURCE_HOST PGPORT=$SOURCE_PORT PGPASSWORD=$source_password "$@"; }}
at_target() {{ PGHOST=$TARGET_HOST PGPORT=$TARGET_PORT PGPASSWORD=$target_password "$@"; }}
ask() {{ "$1" psql --no-psqlrc --tuples-only --no-align --command "$2"; }}
run() {{ "$1" psql --no-psqlrc --quiet --tuples-only --no-align --set ON_ERROR_STOP=1 --file "{SCRIPT_DIR}/$2"; }}
"""


def _structure(plan: PluginDatabasePlan) -> str:
    return f"""{begin()}SELECT NOT EXISTS (SELECT FROM pg_class WHERE relnamespace = {regnamespace(plan.schema)})
  AS empty \\gset
\\if :empty
SET LOCAL ROLE {plan.owner_role};
\\i {WORK_DIR}/dump.sql
RESET ROLE;
SET LOCAL search_path = pg_catalog;
{present_objects(plan)}
\\endif
COMMIT;
"""


def _tables(plan: PluginDatabasePlan, more: str = "") -> str:
    return f"FROM pg_class c WHERE relnamespace = {regnamespace(plan.schema)} AND relkind = 'r' {more}"


def _publish(plan: PluginDatabasePlan) -> str:
    name = _name(plan)
    keyless = "AND relreplident = 'd' AND NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND indisprimary)"
    return f"""{begin()}-- Without a key, the whole old row says which one it is.
SELECT format('ALTER TABLE %s REPLICA IDENTITY FULL', c.oid::regclass) {_tables(plan, keyless)} \\gexec
SELECT format('CREATE PUBLICATION {name} %s', 'FOR TABLE ' || string_agg(c.oid::regclass::text, ', '))
{_tables(plan)} AND NOT EXISTS (SELECT FROM pg_publication WHERE pubname = {literal(name)}) HAVING count(*) > 0 \\gexec
COMMIT;
SELECT format('SELECT 1 FROM pg_create_logical_replication_slot(%L, %L)', {literal(name)}, 'pgoutput')
WHERE NOT EXISTS (SELECT FROM pg_replication_slots WHERE slot_name = {literal(name)}) \\gexec
"""


def _subscribe(plan: PluginDatabasePlan) -> str:
    """Inside of a DO block: the server logs DDL, and this one holds a password."""
    name = _name(plan)
    options = f"create_slot = false, slot_name = {name}, copy_data = true"
    return f"""\\getenv connection CONNECTION
SELECT 1 FROM set_config('naap.connection', :'connection', false) \\g /dev/null
DO $follow$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_subscription WHERE subname = {literal(name)}) THEN
    EXECUTE format('CREATE SUBSCRIPTION {name} CONNECTION %L PUBLICATION {name} WITH ({options})',
      current_setting('naap.connection'));
  END IF;
EXCEPTION WHEN OTHERS THEN
  RAISE EXCEPTION '%', SQLERRM;
END
$follow$;
"""


def _logins(plan: PluginDatabasePlan) -> tuple[str, ...]:
    return (plan.owner_role, plan.app_logins[0], plan.ro_logins[0])


def _doors(plan: PluginDatabasePlan, state: str) -> str:
    """Opens or closes the source. The pooler goes on knowing the logins: it is the server that refuses them."""
    names = literals(_logins(plan))
    logins = "\n".join(f"ALTER ROLE {login} {state};" for login in _logins(plan))
    end = f"SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE usename IN ({names}) \\g /dev/null\n"
    return f"{begin()}{logins}\nCOMMIT;\n{end if state == 'NOLOGIN' else ''}"


def _sequences(plan: PluginDatabasePlan) -> str:
    """What sets the target's sequences to where the source's are: replication brings rows only."""
    schema = literal(plan.schema)
    return f"""SELECT format('SELECT setval(%L, %s, %L);', format('%I.%I', {schema}, c.relname),
  (xpath('/row/v/text()', row))[1], (xpath('/row/c/text()', row))[1])
FROM pg_class c, LATERAL query_to_xml(
  format('SELECT last_value AS v, is_called AS c FROM %I.%I', {schema}, c.relname), false, true, '') AS row
WHERE c.relnamespace = {regnamespace(plan.schema)} AND c.relkind = 'S';
"""


def _refresh(plan: PluginDatabasePlan) -> str:
    return f"""SET ROLE {plan.owner_role};
SELECT format('REFRESH MATERIALIZED VIEW %s', oid::regclass) FROM pg_class
WHERE relnamespace = {regnamespace(plan.schema)} AND relkind = 'm' ORDER BY oid \\gexec
"""


def _open(plan: PluginDatabasePlan) -> str:
    name = _name(plan)
    logins = "\n".join(f"ALTER ROLE {login} LOGIN;" for login in _logins(plan))
    return f"""{begin()}ALTER SUBSCRIPTION {name} DISABLE;
ALTER SUBSCRIPTION {name} SET (slot_name = NONE);
DROP SUBSCRIPTION {name};
{logins}
COMMIT;
"""


def _leave(plan: PluginDatabasePlan) -> str:
    """What stays on the source is out of the way, and stays closed."""
    name = _name(plan)
    schema, away = identifier(plan.schema), identifier(plan.schema + MOVED_SUFFIX)
    return f"""SELECT pg_terminate_backend(active_pid, 10000) FROM pg_replication_slots
WHERE slot_name = {literal(name)} AND active_pid IS NOT NULL \\g /dev/null
SELECT format('SELECT 1 FROM (SELECT pg_drop_replication_slot(%L)) AS gone', slot_name) FROM pg_replication_slots
WHERE slot_name = {literal(name)} \\gexec
{begin()}DROP PUBLICATION IF EXISTS {name};
SELECT {literal(f"ALTER SCHEMA {schema} RENAME TO {away}")} WHERE to_regnamespace({literal(schema)}) IS NOT NULL \\gexec
COMMIT;
"""
