"""Roles and logins of a shard: a plugin's, and the pooler's; the limits that they work under."""

from planning.database.plugin_database import EVEN_SUFFIX

POOLER_ROLE = "naap_pooler"
POOLER_SCHEMA = "naap_pooler"
POOLER_CONNECTIONS = 20
AUTH_QUERY = f"SELECT rolname, verifier FROM {POOLER_SCHEMA}.logins WHERE rolname = $1"
"""PgBouncer asks this for a login that it doesn't know: on RDS nobody may read PostgreSQL's own verifiers."""

POOLER_OWNER = "pooler"

POOLER_GENERATION = 1

ARCHIVED_SUFFIX = "__archived"
"""Of a schema whose plugin is archived."""

ARCHIVE_NOTE = "naap archive: "
"""How the comment on an archived plugin's owner begins; the rest is the archive's key."""

OWNER_STATEMENT_MINUTES = 15
APP_STATEMENT_SECONDS = 30
IDLE_IN_TRANSACTION_SECONDS = 60

APP_STATEMENT = f"{APP_STATEMENT_SECONDS}s"

LOCK_SECONDS = 10
"""A migration that waits for a lock longer than this blocks everybody behind it: it fails and is tried again."""


def roles_of(sql: str) -> tuple[str, ...]:
    """Every role of a plugin, its owner first. sql: the plugin as SQL writes it."""
    rights = (f"{sql}_app", f"{sql}_ro")
    return (f"{sql}_owner", *rights, *(f"{role}{EVEN_SUFFIX}" for role in rights))
