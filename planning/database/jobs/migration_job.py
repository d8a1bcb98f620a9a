"""How a migration is tried, and what makes it another one."""

from collections.abc import Mapping

from planning.database.plugin_database import MigrationPlan, PluginDatabasePlan
from planning.shared.naming import stamp

COMPONENT = "migration"
"""In the label of its pods: not that of the serving ones, to which the Service sends requests."""
BACKOFF_LIMIT = 2
"""A migration that fails does so for a reason; twice more is for a fail-over in between."""
DEADLINE_SECONDS = 1_800
HOPELESS = (65, 126, 127, 128)
"""Exit codes after which nothing is tried again: an image without the files (images/migrations), and a command that is
no program, that isn't there, or that can't be started, in a shell's words and a container runtime's."""
_ENVIRONMENT: Mapping[str, str] = {
    # npx fetches what an image doesn't hold, for more than a minute where nothing answers: without, it says so at once.
    "NPM_CONFIG_OFFLINE": "true",
    # A lock of the whole database: plugins would wait for one another. One Job at a time migrates a plugin anyway.
    "PRISMA_SCHEMA_DISABLE_ADVISORY_LOCK": "1",
    "CHECKPOINT_DISABLE": "1",  # Prisma's question whether it is the newest, to a host that pods can't reach
}


def migration_environment(of_pods: Mapping[str, str]) -> Mapping[str, str]:
    """What the Job finds of its pods' environment, and its own. Without telemetry, which tells the version: where a
    version changes nothing that the Job does, it is the same Job."""
    kept = {name: value for name, value in of_pods.items() if not name.startswith("OTEL_")}
    return {**kept, **_ENVIRONMENT}


def migration_stamp(plan: PluginDatabasePlan, migrate: MigrationPlan) -> str:
    """Of what is run, and on which shard: data that has moved is there already, but a new shard may be empty."""
    return stamp(migrate.image, *migrate.command, plan.schema, str(plan.shard))
