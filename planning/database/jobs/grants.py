"""Part of the script of a plugin's schema: rights on what is in it, and on tables of others that it refers to."""

from collections.abc import Sequence

from planning.database.jobs.sql import identifier, literal, literals
from planning.database.plugin_database import PluginDatabasePlan, TableGrant


def default_privileges(plan: PluginDatabasePlan) -> str:
    """Rights on what its migrations will make."""
    owner, app, ro = plan.owner_role, plan.app_role, plan.ro_role
    here = f"ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA {identifier(plan.schema)}"
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
    schema, app, ro = identifier(plan.schema), plan.app_role, plan.ro_role
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


def withdrawn_grants(plan: PluginDatabasePlan) -> str:
    """Takes back what an earlier registry granted in other schemas and this one doesn't."""
    roles = literals((plan.owner_role, plan.app_role, plan.ro_role))
    whole = [
        (grant.schema, grant.table, privilege)
        for grant in plan.grants
        if not grant.columns
        for privilege in grant.privileges
    ]
    by_column = [
        (grant.schema, grant.table, column, privilege)
        for grant in plan.grants
        for column in grant.columns
        for privilege in grant.privileges
    ]
    kept = _among("n.nspname, c.relname, a.privilege_type", whole)
    kept_columns = _among("n.nspname, c.relname, t.attname, a.privilege_type", by_column)
    schemas = literals(_schemas(plan))
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
    WHERE g.rolname IN ({roles}) AND n.nspname <> {literal(plan.schema)} AND NOT ({kept})
  LOOP
    EXECUTE format('SET LOCAL ROLE %I', item.owner);
    EXECUTE format('REVOKE %s ON %I.%I FROM %I', item.privilege_type, item.nspname, item.relname, item.grantee);
    RESET ROLE;
  END LOOP;
  FOR item IN
    SELECT n.nspname, c.relname, t.attname, o.rolname AS owner, g.rolname AS grantee, a.privilege_type
    FROM pg_attribute t
    JOIN pg_class c ON c.oid = t.attrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_roles o ON o.oid = c.relowner
    CROSS JOIN LATERAL aclexplode(t.attacl) a
    JOIN pg_roles g ON g.oid = a.grantee
    WHERE g.rolname IN ({roles}) AND n.nspname <> {literal(plan.schema)} AND NOT ({kept_columns})
  LOOP
    EXECUTE format('SET LOCAL ROLE %I', item.owner);
    EXECUTE format('REVOKE %s (%I) ON %I.%I FROM %I',
      item.privilege_type, item.attname, item.nspname, item.relname, item.grantee);
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
"""


def memberships(plan: PluginDatabasePlan) -> str:
    """All rights of others' pods, for pods of a core service; SET ROLE leads nowhere. Earlier ones are taken back."""
    wanted = [f"GRANT {role} TO {plan.app_role} WITH INHERIT TRUE, SET FALSE;" for role in plan.member_of]
    kept = f" AND r.rolname NOT IN ({literals(plan.member_of)})" if plan.member_of else ""
    return f"""
-- Roles of others whose rights it has.
DO $members$
DECLARE other text;
BEGIN
  FOR other IN
    SELECT r.rolname FROM pg_auth_members m
    JOIN pg_roles r ON r.oid = m.roleid
    JOIN pg_roles g ON g.oid = m.member
    WHERE g.rolname = {literal(plan.app_role)}{kept}
  LOOP
    EXECUTE format('REVOKE %I FROM {plan.app_role}', other);
  END LOOP;
END
$members$;
""" + "\n".join(wanted)


def _among(columns: str, wanted: Sequence[tuple[str, ...]]) -> str:
    """The condition that a row is one of these."""
    rows = ", ".join(f"({literals(row)})" for row in wanted)
    return f"({columns}) IN ({rows})" if wanted else "false"


def table_grant(plan: PluginDatabasePlan, grant: TableGrant) -> str:
    """References are made by migrations; rows are read by all three roles, and written by pods alone."""
    table = f"{identifier(grant.schema)}.{identifier(grant.table)}"
    lines = [
        f"-- {grant.schema}.{grant.table}",
        _table_exists(plan, grant),
        f"GRANT USAGE ON SCHEMA {identifier(grant.schema)} TO {all_roles(plan)};",
        f"SET LOCAL ROLE {grant.owner_role};",
    ]
    columns = f" ({', '.join(map(identifier, grant.columns))})" if grant.columns else ""
    for privilege in grant.privileges:
        grantees = {"REFERENCES": plan.owner_role, "SELECT": all_roles(plan)}.get(privilege, plan.app_role)
        lines.append(f"GRANT {privilege}{columns} ON TABLE {table} TO {grantees};")
    return "\n".join([*lines, "RESET ROLE;"])


def _table_exists(plan: PluginDatabasePlan, grant: TableGrant) -> str:
    name = f"{identifier(grant.schema)}.{identifier(grant.table)}"
    text = (
        f"{plan.plugin} is to refer to {grant.schema}.{grant.table}, which does not exist yet: "
        f"it is made by a migration of {grant.owner_role}"
    )
    return f"""DO $exists$
BEGIN
  IF to_regclass({literal(name)}) IS NULL THEN
    RAISE EXCEPTION USING MESSAGE = {literal(text)}, ERRCODE = 'undefined_table';
  END IF;
END
$exists$;"""


def all_roles(plan: PluginDatabasePlan) -> str:
    """Those that rights are granted to, as a statement lists them."""
    return ", ".join((plan.owner_role, plan.app_role, plan.ro_role))


def _schemas(plan: PluginDatabasePlan) -> Sequence[str]:
    return tuple(dict.fromkeys((plan.schema, *(grant.schema for grant in plan.grants))))
