"""How a migration is tried, and what makes it another one."""

from collections.abc import Mapping

from planning.database.plugin_database import MigrationPlan, PluginDatabasePlan
from planning.shared.naming import stamp

COMPONENT = "migration"
"""In the label of its pods: not that of the serving ones, to which the Service sends requests."""
BACKOFF_LIMIT = 2
"""A migration that fails does so for a reason; twice more, 10 s and 20 s later, is for a fail-over in between. A pod
failure policy that fails the Job sooner, on exit code 127, doesn't help: the Kubernetes provider takes a Job for failed
by BackoffLimitExceeded and DeadlineExceeded alone (pkg/kubernetes/job of cloud-ready-checks 1.3.0), and would wait on
until its time is up."""
DEADLINE_SECONDS = 1_800
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
