"""How a migration is tried, and what makes it another one."""

from planning.database.plugin_database import PluginDatabasePlan
from planning.shared.naming import stamp

BACKOFF_LIMIT = 2
"""A migration that fails does so for a reason; twice more is for a fail-over in between."""
DEADLINE_SECONDS = 1_800


def migration_stamp(plan: PluginDatabasePlan, image: str) -> str:
    """Of what is run, and on which shard: data that has moved is there already, but a new shard may be empty."""
    return stamp(image, *plan.migrate, plan.schema, str(plan.shard))
