"""The SQL that takes a schema and its roles off a shard: of a preview environment that ends."""

from dataclasses import dataclass

from planning.database.jobs.sql import begin, identifier, literal, literals
from planning.database.roles import POOLER_SCHEMA, roles_of
from planning.shared.naming import sql_name


@dataclass(frozen=True, kw_only=True)
class DropPlan:
    """What lies on a shard of a plugin. roles: its owner first."""

    plugin: str
    shard: int
    schema: str
    roles: tuple[str, ...]


def plan_drop(plugin: str, shard: int) -> DropPlan:
    """Of a copy in a preview environment, whose schema is named by it."""
    sql = sql_name(plugin)
    return DropPlan(plugin=plugin, shard=shard, schema=f"plugin_{sql}", roles=roles_of(sql))


def render_drop(plan: DropPlan) -> str:
    """One transaction; where nothing is left, it does nothing. The roles can log in no more before they go."""
    owner, *_ = plan.roles
    names = literals(plan.roles)
    return f"""-- {plan.plugin}: nothing of it stays
\\set ON_ERROR_STOP on
SELECT format('ALTER ROLE %I NOLOGIN', rolname) FROM pg_roles WHERE rolname IN ({names}) \\gexec
SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE usename IN ({names}) \\g /dev/null
{begin()}DELETE FROM {POOLER_SCHEMA}.logins WHERE rolname IN ({names});
SELECT format('GRANT %I TO CURRENT_USER', rolname) FROM pg_roles WHERE rolname = {literal(owner)} \\gexec
DROP SCHEMA IF EXISTS {identifier(plan.schema)} CASCADE;
SELECT format('GRANT %I TO CURRENT_USER', rolname) FROM pg_roles WHERE rolname IN ({names}) \\gexec
SELECT format('DROP OWNED BY %I CASCADE', rolname) FROM pg_roles WHERE rolname IN ({names}) \\gexec
SELECT format('DROP ROLE %I', rolname) FROM pg_roles WHERE rolname IN ({names}) \\gexec
COMMIT;
"""
