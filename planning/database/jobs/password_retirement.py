"""The end of a password: what the login of the generation before loses once no pod uses it."""

from planning.database.jobs.sql import begin, literals
from planning.database.plugin_database import PluginDatabasePlan
from planning.database.roles import POOLER_SCHEMA


def render_retirement(plan: PluginDatabasePlan) -> str:
    """A script that closes the logins whose turn it is not, here and in the pooler, and ends their sessions.

    Run when every pod has the new generation's password. The next generation opens them again, with a new one.
    """
    logins = (plan.app_logins[1], plan.ro_logins[1])
    names = literals(logins)
    closed = "\n".join(f"ALTER ROLE {login} NOLOGIN PASSWORD NULL;" for login in logins)
    return f"""-- {plan.plugin}: only generation {plan.generation} of its passwords opens schema {plan.schema} now
{begin()}DELETE FROM {POOLER_SCHEMA}.logins WHERE rolname IN ({names});
{closed}
COMMIT;
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename IN ({names}) \\g /dev/null
"""
