"""The SQL that makes a plugin's part of a shard: schema, roles, grants, limits, verifiers.

One transaction under one advisory lock: killed anywhere, nothing of it has happened, and running it again changes
nothing. It is sent by psql as the administrator, who on RDS is no superuser. Passwords are sent as verifiers, so that
no server ever logs one. Where it touches tables of a plugin, it acts as their owner: a trigger then runs with the
rights that it has anyway.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from planning.database.jobs.grants import (
    all_roles,
    default_privileges,
    memberships,
    present_objects,
    table_grant,
    withdrawn_grants,
)
from planning.database.jobs.sql import begin, create_role, identifier, literal
from planning.database.plugin_database import PluginDatabasePlan
from planning.database.roles import (
    APP_STATEMENT,
    ARCHIVE_NOTE,
    ARCHIVED_SUFFIX,
    IDLE_IN_TRANSACTION_SECONDS,
    LOCK_SECONDS,
    OWNER_STATEMENT_MINUTES,
    POOLER_CONNECTIONS,
    POOLER_GENERATION,
    POOLER_OWNER,
    POOLER_ROLE,
    POOLER_SCHEMA,
)
from planning.database.shard import DATABASE_NAME
from planning.shared.derived_secrets import Purpose
from planning.shared.scram import derived_verifier


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

    pooler = derived_verifier(root, owner=POOLER_OWNER, purpose=Purpose.POOLER_LOGIN, generation=POOLER_GENERATION)
    return Verifiers(
        owner=of(Purpose.OWNER_LOGIN), app=of(Purpose.APP_LOGIN), ro=of(Purpose.READER_LOGIN), pooler=pooler
    )


def render_schema(plan: PluginDatabasePlan, verifiers: Verifiers, *, closed: bool = False) -> str:
    """The whole script. closed: nobody is let in yet, on a shard that a schema is being moved to."""
    parts = (
        _begin(plan),
        _platform(verifiers),
        _roles(plan, verifiers, closed=closed),
        _schema(plan),
        default_privileges(plan),
        present_objects(plan),
        withdrawn_grants(plan),
        *(table_grant(plan, grant) for grant in plan.grants),
        memberships(plan),
        _logins(plan, verifiers),
        "COMMIT;",
    )
    return "\n\n".join(part.strip("\n") for part in parts if part) + "\n"


def _begin(plan: PluginDatabasePlan) -> str:
    return f"\n-- {plan.plugin}: schema {plan.schema} on shard {plan.shard}\n{begin()}"


def _platform(verifiers: Verifiers) -> str:
    return f"""
-- The platform's own: nobody is let in by default, and the pooler can look logins up.
REVOKE ALL ON DATABASE {DATABASE_NAME} FROM PUBLIC;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
{create_role(POOLER_ROLE)}
ALTER ROLE {POOLER_ROLE} LOGIN NOINHERIT CONNECTION LIMIT {POOLER_CONNECTIONS} PASSWORD {literal(verifiers.pooler)};
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
        *(line for login in sorted(app) for line in _role(plan, login, plan.connection_limit, APP_STATEMENT)),
        *(line for login in sorted(ro) for line in _role(plan, login, plan.reader_limit, APP_STATEMENT)),
        *(f"ALTER ROLE {login} SET default_transaction_read_only = on;" for login in sorted(ro)),
    ]
    for rights, logins in ((plan.app_role, app), (plan.ro_role, ro)):
        (even,) = set(logins) - {rights}
        lines += [f"ALTER ROLE {even} INHERIT;", f"GRANT {rights} TO {even} WITH INHERIT TRUE, SET FALSE;"]
    for role, verifier in _current(plan, verifiers):
        lines.append(f"ALTER ROLE {role} {'NOLOGIN' if closed else 'LOGIN'} PASSWORD {literal(verifier)};")
    return "\n".join(
        [
            *lines,
            f"GRANT CONNECT ON DATABASE {DATABASE_NAME} TO {all_roles(plan)};",
            "-- The administrator acts as the owner, below and when it archives.",
            f"GRANT {plan.owner_role} TO CURRENT_USER WITH INHERIT TRUE, SET TRUE;",
        ]
    )


def _role(plan: PluginDatabasePlan, role: str, limit: int, statement: str) -> Sequence[str]:
    return (
        create_role(role),
        f"ALTER ROLE {role} NOINHERIT NOCREATEDB NOCREATEROLE CONNECTION LIMIT {limit};",
        f"ALTER ROLE {role} RESET ALL;",
        f"ALTER ROLE {role} SET search_path = {identifier(plan.schema)};",
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
    schema, archived = identifier(plan.schema), identifier(plan.schema + ARCHIVED_SUFFIX)
    lost = f"schema {plan.schema} was archived and has been dropped: state its archive in database.restore ("
    refused = f"""
  IF to_regnamespace({literal(schema)}) IS NULL AND note LIKE {literal(ARCHIVE_NOTE + "%")} THEN
    RAISE EXCEPTION USING MESSAGE = {literal(lost)} || note || ')';
  END IF;"""
    return f"""
-- The schema is the administrator's, so that its owner role can't hand it on or rename it. An archived one comes back.
DO $back$
DECLARE note text := shobj_description({literal(plan.owner_role)}::regrole, 'pg_authid');
BEGIN
  IF to_regnamespace({literal(schema)}) IS NULL AND to_regnamespace({literal(archived)}) IS NOT NULL THEN
    ALTER SCHEMA {archived} RENAME TO {schema};
  END IF;{"" if plan.restore else refused}
END
$back$;
CREATE SCHEMA IF NOT EXISTS {schema};
COMMENT ON ROLE {plan.owner_role} IS NULL;
GRANT USAGE, CREATE ON SCHEMA {schema} TO {plan.owner_role};
GRANT USAGE ON SCHEMA {schema} TO {plan.app_role}, {plan.ro_role};
"""


def _logins(plan: PluginDatabasePlan, verifiers: Verifiers) -> str:
    rows = ",\n  ".join(f"({literal(role)}, {literal(verifier)})" for role, verifier in _current(plan, verifiers))
    return f"""
-- The same verifiers for the pooler.
INSERT INTO {POOLER_SCHEMA}.logins (rolname, verifier) VALUES
  {rows}
ON CONFLICT (rolname) DO UPDATE SET verifier = EXCLUDED.verifier
WHERE logins.verifier IS DISTINCT FROM EXCLUDED.verifier;
"""
