"""What every SQL script of a shard is made of: its start, quoting, and roles.

Whatever a registry states is quoted by these functions; names of roles are our own, of letters, digits and underscores.
"""

from collections.abc import Iterable

LOCK = 0x6E616170
"""Of all scripts of a shard: one at a time ("naap" in ASCII)."""


def begin() -> str:
    """The start of every script: one transaction, after every other script of the shard."""
    return f"""\\set ON_ERROR_STOP on
\\set QUIET on
BEGIN;
SET LOCAL client_min_messages = warning;
SET LOCAL search_path = pg_catalog;
SET LOCAL lock_timeout = '5min';
SELECT 1 FROM pg_advisory_xact_lock({LOCK}) \\g /dev/null
"""


def create_role(role: str) -> str:
    """Makes a role unless there is one: its rights are stated after it."""
    return f"""DO $role$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = {literal(role)}) THEN
    CREATE ROLE {role};
  END IF;
END
$role$;"""


def literals(texts: Iterable[str]) -> str:
    """Texts, as SQL lists them."""
    return ", ".join(map(literal, texts))


def literal(text: str) -> str:
    """A text, as SQL quotes it."""
    return "'" + text.replace("'", "''") + "'"


def identifier(text: str) -> str:
    """A name, as SQL quotes it."""
    return '"' + text.replace('"', '""') + '"'


def regnamespace(schema: str) -> str:
    """The number of a schema that is there."""
    return f"{literal(identifier(schema))}::regnamespace"
