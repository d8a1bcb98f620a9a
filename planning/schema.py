"""The SQL that makes a plugin's part of a shard: schema, roles, grants, limits, verifiers.

One transaction under one advisory lock: killed anywhere, nothing of it has happened, and running it again changes
nothing. It is sent by psql as the administrator, who on RDS is no superuser. Passwords are sent as verifiers, so that
no server ever logs one. Where it touches tables of a plugin, it acts as their owner: a trigger then runs with the
rights that it has anyway.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from planning.database import DATABASE_NAME
from planning.databases import EVEN_SUFFIX, PluginDatabasePlan, TableGrant
from planning.scram import derived_verifier

LOCK = 0x6E616170
"""Of this script, in every plugin's run ("naap" in ASCII)."""
POOLER_ROLE = "naap_pooler"
POOLER_SCHEMA = "naap_pooler"
POOLER_CONNECTIONS = 20
AUTH_QUERY = f"SELECT rolname, verifier FROM {POOLER_SCHEMA}.logins WHERE rolname = $1"  # noqa: S608  # a constant; $1 is PgBouncer's
"""PgBouncer asks this for a login that it doesn't know: on RDS nobody may read PostgreSQL's own verifiers."""

PURPOSE_OWNER = "database-owner"
PURPOSE_APP = "database-app"
PURPOSE_RO = "database-ro"
POOLER_OWNER = "pooler"
PURPOSE_AUTH = "database-auth"
POOLER_GENERATION = 1

ARCHIVED_SUFFIX = "__archived"
"""Of a schema whose plugin is archived."""
ARCHIVE_NOTE = "naap archive: "
"""How the comment on an archived plugin's owner begins; the rest is the archive's key."""

OWNER_STATEMENT_MINUTES = 15
APP_STATEMENT_SECONDS = 30
IDLE_IN_TRANSACTION_SECONDS = 60
_APP_STATEMENT = f"{APP_STATEMENT_SECONDS}s"
LOCK_SECONDS = 10
"""A migration that waits for a lock longer than this blocks everybody behind it: it fails and is tried again."""


@dataclass(frozen=True, kw_only=True)
class Verifiers:
    """SCRAM verifiers of a plugin's roles and of the pooler's. Secret, though none is a password."""

    owner: str
    app: str
    ro: str
    pooler: str


def derive_verifiers(root: str, plan: PluginDatabasePlan) -> Verifiers:
    """The verifiers of the derived passwords."""

    def of(purpose: str) -> str:
        return derived_verifier(root, owner=plan.plugin, purpose=purpose, generation=plan.generation)

    pooler = derived_verifier(root, owner=POOLER_OWNER, purpose=PURPOSE_AUTH, generation=POOLER_GENERATION)
    return Verifiers(owner=of(PURPOSE_OWNER), app=of(PURPOSE_APP), ro=of(PURPOSE_RO), pooler=pooler)


def roles_of(sql: str) -> tuple[str, ...]:
    """Every role of a plugin, its owner first. sql: the plugin as SQL writes it."""
    rights = (f"{sql}_app", f"{sql}_ro")
    return (f"{sql}_owner", *rights, *(f"{role}{EVEN_SUFFIX}" for role in rights))


def content_hash(script: str) -> str:
    """Part of the Job's name: another script is another Job."""
    return hashlib.sha256(script.encode()).hexdigest()[:10]


def render_schema(plan: PluginDatabasePlan, verifiers: Verifiers, *, closed: bool = False) -> str:
    """The whole script. closed: nobody is let in yet, on a shard that a schema is being moved to."""
    parts = (
        _begin(plan),
        _platform(verifiers),
        _roles(plan, verifiers, closed=closed),
        _schema(plan),
        _default_privileges(plan),
        present_objects(plan),
        _withdrawn_grants(plan),
        *(_grant(plan, grant) for grant in plan.grants),
        _logins(plan, verifiers),
        "COMMIT;",
    )
    return "\n\n".join(part.strip("\n") for part in parts if part) + "\n"


def begin() -> str:
    """The start of every script: one transaction, after every other script of the shard."""
    return f"""\\set ON_ERROR_STOP on
\\set QUIET on
BEGIN;
SET LOCAL client_min_messages = warning;
SET LOCAL search_path = pg_catalog;
SET LOCAL lock_timeout = '5min';
SELECT 1 FROM pg_advisory_xact_lock({LOCK}) \\g /dev/null
"""  # noqa: S608  # a constant


def _begin(plan: PluginDatabasePlan) -> str:
    return f"\n-- {plan.plugin}: schema {plan.schema} on shard {plan.shard}\n{begin()}"


def _platform(verifiers: Verifiers) -> str:
    return f"""
-- The platform's own: nobody is let in by default, and the pooler can look logins up.
REVOKE ALL ON DATABASE {DATABASE_NAME} FROM PUBLIC;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
{_role_exists(POOLER_ROLE)}
ALTER ROLE {POOLER_ROLE} LOGIN NOINHERIT CONNECTION LIMIT {POOLER_CONNECTIONS} PASSWORD {_literal(verifiers.pooler)};
ALTER ROLE {POOLER_ROLE} RESET ALL;
ALTER ROLE {POOLER_ROLE} SET search_path = pg_catalog;
ALTER ROLE {POOLER_ROLE} SET default_transaction_read_only = on;
ALTER ROLE {POOLER_ROLE} SET statement_timeout = '5s';
GRANT CONNECT ON DATABASE {DATABASE_NAME} TO {POOLER_ROLE};
CREATE SCHEMA IF NOT EXISTS {POOLER_SCHEMA};
CREATE TABLE IF NOT EXISTS {POOLER_SCHEMA}.logins (rolname text PRIMARY KEY, verifier text NOT NULL);
GRANT USAGE ON SCHEMA {POOLER_SCHEMA} TO {POOLER_ROLE};
GRANT SELECT ON {POOLER_SCHEMA}.logins TO {POOLER_ROLE};
"""


def _roles(plan: PluginDatabasePlan, verifiers: Verifiers, *, closed: bool) -> str:
    app, ro = plan.app_logins, plan.ro_logins
    lines = [
        "-- Roles. SET ROLE leads nowhere: a login is a member of nothing but, in every second generation,",
        "-- the role whose rights it inherits. The other login stays as it is until it is retired.",
        *_role(plan, plan.owner_role, plan.owner_limit, f"{OWNER_STATEMENT_MINUTES}min"),
        *(line for login in sorted(app) for line in _role(plan, login, plan.connection_limit, _APP_STATEMENT)),
        *(line for login in sorted(ro) for line in _role(plan, login, plan.reader_limit, _APP_STATEMENT)),
        *(f"ALTER ROLE {login} SET default_transaction_read_only = on;" for login in sorted(ro)),
    ]
    for rights, logins in ((plan.app_role, app), (plan.ro_role, ro)):
        (even,) = set(logins) - {rights}
        lines += [f"ALTER ROLE {even} INHERIT;", f"GRANT {rights} TO {even} WITH INHERIT TRUE, SET FALSE;"]
    for role, verifier in _current(plan, verifiers):
        lines.append(f"ALTER ROLE {role} {'NOLOGIN' if closed else 'LOGIN'} PASSWORD {_literal(verifier)};")
    return "\n".join(
        [
            *lines,
            f"GRANT CONNECT ON DATABASE {DATABASE_NAME} TO {_all_roles(plan)};",
            "-- The administrator acts as the owner, below and when it archives.",
            f"GRANT {plan.owner_role} TO CURRENT_USER WITH INHERIT TRUE, SET TRUE;",
        ]
    )


def _role(plan: PluginDatabasePlan, role: str, limit: int, statement: str) -> Sequence[str]:
    return (
        _role_exists(role),
        f"ALTER ROLE {role} NOINHERIT NOCREATEDB NOCREATEROLE CONNECTION LIMIT {limit};",
        f"ALTER ROLE {role} RESET ALL;",
        f"ALTER ROLE {role} SET search_path = {_name(plan.schema)};",
        f"ALTER ROLE {role} SET statement_timeout = '{statement}';",
        f"ALTER ROLE {role} SET lock_timeout = '{LOCK_SECONDS}s';",
        f"ALTER ROLE {role} SET idle_in_transaction_session_timeout = '{IDLE_IN_TRANSACTION_SECONDS}s';",
    )


def _current(plan: PluginDatabasePlan, verifiers: Verifiers) -> Sequence[tuple[str, str]]:
    """Logins of this generation. The owner has one only: nothing that serves is logged in as it."""
    return (
        (plan.owner_role, verifiers.owner),
        (plan.app_logins[0], verifiers.app),
        (plan.ro_logins[0], verifiers.ro),
    )


def _schema(plan: PluginDatabasePlan) -> str:
    schema, archived = _name(plan.schema), _name(plan.schema + ARCHIVED_SUFFIX)
    lost = f"schema {plan.schema} was archived and has been dropped: state its archive in database.restore ("
    refused = f"""
  IF to_regnamespace({_literal(schema)}) IS NULL AND note LIKE {_literal(ARCHIVE_NOTE + "%")} THEN
    RAISE EXCEPTION USING MESSAGE = {_literal(lost)} || note || ')';
  END IF;"""
    return f"""
-- The schema is the administrator's, so that its owner role can't hand it on or rename it. An archived one comes back.
DO $back$
DECLARE note text := shobj_description({_literal(plan.owner_role)}::regrole, 'pg_authid');
BEGIN
  IF to_regnamespace({_literal(schema)}) IS NULL AND to_regnamespace({_literal(archived)}) IS NOT NULL THEN
    ALTER SCHEMA {archived} RENAME TO {schema};
  END IF;{"" if plan.restore else refused}
END
$back$;
CREATE SCHEMA IF NOT EXISTS {schema};
COMMENT ON ROLE {plan.owner_role} IS NULL;
GRANT USAGE, CREATE ON SCHEMA {schema} TO {plan.owner_role};
GRANT USAGE ON SCHEMA {schema} TO {plan.app_role}, {plan.ro_role};
"""


def _default_privileges(plan: PluginDatabasePlan) -> str:
    owner, app, ro = plan.owner_role, plan.app_role, plan.ro_role
    here = f"ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA {_name(plan.schema)}"
    everywhere = f"ALTER DEFAULT PRIVILEGES FOR ROLE {owner}"
    return f"""
-- What migrations will make.
{everywhere} REVOKE ALL ON FUNCTIONS FROM PUBLIC;
{everywhere} REVOKE ALL ON TYPES FROM PUBLIC;
{here} GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {app};
{here} GRANT SELECT ON TABLES TO {ro};
{here} GRANT USAGE, SELECT, UPDATE ON SEQUENCES TO {app};
{here} GRANT SELECT ON SEQUENCES TO {ro};
{here} GRANT EXECUTE ON FUNCTIONS TO {app}, {ro};
{here} GRANT USAGE ON TYPES TO {app}, {ro};
"""


def present_objects(plan: PluginDatabasePlan) -> str:
    """Rights on what is in the schema: a part of the script, and the end of a restore."""
    schema, app, ro = _name(plan.schema), plan.app_role, plan.ro_role
    return f"""
-- What is there already, for instance after a restore.
SET LOCAL ROLE {plan.owner_role};
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {app};
GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO {ro};
GRANT USAGE, SELECT, UPDATE ON ALL SEQUENCES IN SCHEMA {schema} TO {app};
GRANT SELECT ON ALL SEQUENCES IN SCHEMA {schema} TO {ro};
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA {schema} TO {app}, {ro};
RESET ROLE;
"""


def _withdrawn_grants(plan: PluginDatabasePlan) -> str:
    """Takes back what an earlier registry granted in other schemas and this one doesn't."""
    roles = ", ".join(_literal(role) for role in (plan.owner_role, plan.app_role, plan.ro_role))
    wanted = [
        f"({_literal(grant.schema)}, {_literal(grant.table)}, {_literal(privilege)})"
        for grant in plan.grants
        for privilege in grant.privileges
    ]
    kept = f"(n.nspname, c.relname, a.privilege_type) IN ({', '.join(wanted)})" if wanted else "false"
    schemas = ", ".join(_literal(schema) for schema in _schemas(plan))
    return f"""
-- Grants in other schemas that are not wanted any more.
DO $withdraw$
DECLARE item record;
BEGIN
  FOR item IN
    SELECT n.nspname, c.relname, o.rolname AS owner, g.rolname AS grantee, a.privilege_type
    FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_roles o ON o.oid = c.relowner
    CROSS JOIN LATERAL aclexplode(c.relacl) a
    JOIN pg_roles g ON g.oid = a.grantee
    WHERE g.rolname IN ({roles}) AND n.nspname <> {_literal(plan.schema)} AND NOT ({kept})
  LOOP
    EXECUTE format('SET LOCAL ROLE %I', item.owner);
    EXECUTE format('REVOKE %s ON %I.%I FROM %I', item.privilege_type, item.nspname, item.relname, item.grantee);
    RESET ROLE;
  END LOOP;
  FOR item IN
    SELECT DISTINCT n.nspname, g.rolname AS grantee
    FROM pg_namespace n
    CROSS JOIN LATERAL aclexplode(n.nspacl) a
    JOIN pg_roles g ON g.oid = a.grantee
    WHERE g.rolname IN ({roles}) AND n.nspname NOT IN ({schemas})
  LOOP
    EXECUTE format('REVOKE ALL ON SCHEMA %I FROM %I', item.nspname, item.grantee);
  END LOOP;
END
$withdraw$;
"""  # noqa: S608  # every name is a quoted literal


def _grant(plan: PluginDatabasePlan, grant: TableGrant) -> str:
    """References are made by migrations; rows are read by all three roles."""
    table = f"{_name(grant.schema)}.{_name(grant.table)}"
    lines = [
        f"-- {grant.schema}.{grant.table}",
        _table_exists(plan, grant),
        f"GRANT USAGE ON SCHEMA {_name(grant.schema)} TO {_all_roles(plan)};",
        f"SET LOCAL ROLE {grant.owner_role};",
    ]
    for privilege in grant.privileges:
        grantees = plan.owner_role if privilege == "REFERENCES" else _all_roles(plan)
        lines.append(f"GRANT {privilege} ON TABLE {table} TO {grantees};")
    return "\n".join([*lines, "RESET ROLE;"])


def _table_exists(plan: PluginDatabasePlan, grant: TableGrant) -> str:
    name = f"{_name(grant.schema)}.{_name(grant.table)}"
    text = (
        f"{plan.plugin} is to refer to {grant.schema}.{grant.table}, which does not exist yet: "
        f"it is made by a migration of {grant.owner_role}"
    )
    return f"""DO $exists$
BEGIN
  IF to_regclass({_literal(name)}) IS NULL THEN
    RAISE EXCEPTION USING MESSAGE = {_literal(text)}, ERRCODE = 'undefined_table';
  END IF;
END
$exists$;"""


def _logins(plan: PluginDatabasePlan, verifiers: Verifiers) -> str:
    rows = ",\n  ".join(f"({_literal(role)}, {_literal(verifier)})" for role, verifier in _current(plan, verifiers))
    return f"""
-- The same verifiers for the pooler.
INSERT INTO {POOLER_SCHEMA}.logins (rolname, verifier) VALUES
  {rows}
ON CONFLICT (rolname) DO UPDATE SET verifier = EXCLUDED.verifier
WHERE logins.verifier IS DISTINCT FROM EXCLUDED.verifier;
"""  # noqa: S608  # every name is a quoted literal


def _role_exists(role: str) -> str:
    return f"""DO $role$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = {_literal(role)}) THEN
    CREATE ROLE {role};
  END IF;
END
$role$;"""


def _all_roles(plan: PluginDatabasePlan) -> str:
    return ", ".join((plan.owner_role, plan.app_role, plan.ro_role))


def _schemas(plan: PluginDatabasePlan) -> Sequence[str]:
    return tuple(dict.fromkeys((plan.schema, *(grant.schema for grant in plan.grants))))


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _name(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'
