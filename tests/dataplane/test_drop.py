"""What ends a preview environment on a shard, on a real PostgreSQL: nothing of it stays, and nothing of others goes."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from planning.database.jobs.drop_job import plan_drop, render_drop
from planning.database.plugin_database import Aliases, PluginDatabasePlan
from tests.dataplane.conftest import administer, apply_schema, as_role
from tests.dataplane.servers import Postgres

COPY = "pr-12-community"


@pytest.fixture
def copy(plans: Mapping[str, PluginDatabasePlan]) -> PluginDatabasePlan:
    """As planning.preview makes it."""
    return replace(
        plans["community"],
        plugin=COPY,
        shard=0,
        schema="plugin_pr_12_community",
        owner_role="pr_12_community_owner",
        app_role="pr_12_community_app",
        ro_role="pr_12_community_ro",
        aliases=Aliases(writer="pr_12_community", reader="pr_12_community_ro", migration="pr_12_community_mig"),
    )


def test_a_copy_leaves_nothing_on_its_shard_and_takes_nothing_of_others_with_it(
    database: Postgres, copy: PluginDatabasePlan
) -> None:
    before = database.dump()
    made = apply_schema(database, copy)
    assert made.ok, made.error
    filled = as_role(
        database,
        copy,
        "owner",
        "CREATE TABLE posts (id serial PRIMARY KEY, body text); CREATE TYPE mood AS ENUM ('good');"
        "CREATE FUNCTION f() RETURNS int LANGUAGE sql RETURN 1; SELECT lo_create(9001);",
    )
    assert filled.ok, filled.error
    assert as_role(database, copy, "app", "INSERT INTO posts (body) VALUES ('mine')").ok
    assert database.dump() != before

    dropped = administer(database, render_drop(plan_drop(COPY, 0)))
    assert dropped.ok, dropped.error
    assert database.dump() == before
    assert not as_role(database, copy, "app", "SELECT 1").ok


def test_where_nothing_is_left_there_is_nothing_to_do(database: Postgres) -> None:
    before = database.dump()
    answer = administer(database, render_drop(plan_drop("pr-13-never-there", 0)))
    assert answer.ok, answer.error
    assert database.dump() == before


def test_a_copy_reads_nothing_of_the_plugin_that_it_is_a_copy_of(database: Postgres, copy: PluginDatabasePlan) -> None:
    assert apply_schema(database, copy).ok
    try:
        for role in ("owner", "app", "ro"):
            for table in ("plugin_community.posts", 'public."User"', "plugin_wallet.wallets"):
                assert "permission denied" in as_role(database, copy, role, f"TABLE {table}").error
    finally:
        assert administer(database, render_drop(plan_drop(COPY, 0))).ok
