"""One PostgreSQL for a whole session, with three plugins' schemas made by the Jobs' own scripts."""

from collections.abc import Iterator, Mapping

import pytest

from planning.database.jobs.schema import derive_verifiers, render_schema
from planning.database.plugin_database import PluginDatabasePlan, plan_databases
from planning.database.shard import ADMINISTRATOR
from planning.inputs.tiers import tier_for
from planning.shared.derived_secrets import derive
from tests.dataplane.servers import ADMIN_PASSWORD, Answer, Postgres
from tests.planning.samples import ROOT_SECRET, settings, shards_of, three_plugins

TABLES = {
    "base-svc": 'CREATE TABLE "User" (id int PRIMARY KEY, name text); INSERT INTO "User" VALUES (1, \'ann\');',
    "my-wallet": """CREATE TABLE wallets (id int PRIMARY KEY, owner int REFERENCES public."User" (id));
      CREATE FUNCTION whisper() RETURNS text LANGUAGE sql RETURN 'secret'; SELECT lo_create(7001);""",
    "community": "CREATE TABLE posts (id serial PRIMARY KEY, body text);",
}


@pytest.fixture(scope="session")
def plans() -> Mapping[str, PluginDatabasePlan]:
    """Of three plugins on one shard."""
    tier = tier_for(1_000)
    shards = shards_of(settings())
    return plan_databases(registry=three_plugins(), tier=tier, users=1_000, shards=shards, regions=("us-east-1",))


def apply_schema(server: Postgres, plan: PluginDatabasePlan) -> Answer:
    """What a schema Job does."""
    return administer(server, render_schema(plan, derive_verifiers(ROOT_SECRET, plan)))


def administer(server: Postgres, script: str) -> Answer:
    """A script that a Job runs as the administrator."""
    return server.psql(script, user=ADMINISTRATOR, password=ADMIN_PASSWORD)


def login(plan: PluginDatabasePlan, role: str) -> tuple[str, str]:
    """User and password of a plugin. role: owner, app or ro."""
    user = {"owner": plan.owner_role, "app": plan.app_logins[0], "ro": plan.ro_logins[0]}[role]
    return user, derive(ROOT_SECRET, owner=plan.plugin, purpose=f"database-{role}", generation=plan.generation)


def as_role(server: Postgres, plan: PluginDatabasePlan, role: str, statement: str) -> Answer:
    """Statements of a plugin. role: owner, app or ro."""
    user, password = login(plan, role)
    return server.psql(statement, user=user, password=password)


@pytest.fixture(scope="session")
def database(plans: Mapping[str, PluginDatabasePlan]) -> Iterator[Postgres]:
    """The server, with every plugin's schema made and migrated."""
    server = Postgres()
    try:
        for name, plan in plans.items():
            answer = apply_schema(server, plan)
            assert answer.ok, answer.error
            migrated = as_role(server, plan, "owner", TABLES[name])
            assert migrated.ok, migrated.error
        yield server
    finally:
        server.stop()
