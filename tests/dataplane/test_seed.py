"""The SQL of `naap plugin seed`, run in PostgreSQL on tables with the columns of the application's."""

from collections.abc import Iterator

import pytest

from plugins.commands.seed import ROLES, seed_sql
from tests.dataplane.servers import ADMIN_PASSWORD, Answer, Postgres
from tests.planning.samples import altered
from tests.plugin_plans import entry, real_registry, registry_with

# packages/database/prisma/schema.prisma of github.com/livepeer/naap at 2893ab65: what has no default there has none.
TABLES = """CREATE ROLE base_svc_owner; GRANT base_svc_owner TO naap_admin;
GRANT CREATE ON SCHEMA public TO base_svc_owner; SET ROLE base_svc_owner; SET search_path = public;
CREATE TABLE "WorkflowPlugin" (id text PRIMARY KEY, name text NOT NULL UNIQUE, "displayName" text NOT NULL,
  version text NOT NULL, "remoteUrl" text NOT NULL, "bundleUrl" text, "stylesUrl" text, "globalName" text,
  "deploymentType" text DEFAULT 'cdn', routes text[], enabled boolean NOT NULL DEFAULT true,
  "order" integer NOT NULL DEFAULT 0, icon text, metadata jsonb, "createdAt" timestamp(3) NOT NULL DEFAULT now(),
  "updatedAt" timestamp(3) NOT NULL);
CREATE TABLE "PluginPackage" (id text PRIMARY KEY, name text NOT NULL UNIQUE, "displayName" text NOT NULL,
  description text, category text NOT NULL DEFAULT 'other', icon text, downloads integer NOT NULL DEFAULT 0,
  deprecated boolean NOT NULL DEFAULT false, "isCore" boolean NOT NULL DEFAULT false,
  "publishStatus" text NOT NULL DEFAULT 'draft', "visibleToUsers" boolean NOT NULL DEFAULT true, "publisherId" text,
  "createdAt" timestamp(3) NOT NULL DEFAULT now(), "updatedAt" timestamp(3) NOT NULL);
CREATE TABLE "User" (id text PRIMARY KEY, email text UNIQUE, "emailVerified" timestamp(3));
CREATE TABLE "Role" (id text PRIMARY KEY, name text NOT NULL UNIQUE, "displayName" text NOT NULL, description text,
  permissions jsonb NOT NULL, "canAssign" text[] DEFAULT '{}', inherits text[] DEFAULT '{}',
  scope text NOT NULL DEFAULT 'system', "isSystem" boolean NOT NULL DEFAULT false, "updatedAt" timestamp(3) NOT NULL);
CREATE TABLE "UserRole" (id text PRIMARY KEY, "userId" text NOT NULL REFERENCES "User", "roleId" text NOT NULL
  REFERENCES "Role", "grantedBy" text, "grantedAt" timestamp(3) NOT NULL DEFAULT now(), UNIQUE ("userId", "roleId"));
INSERT INTO "User" VALUES ('1', 'o''brien@x.example', now());
INSERT INTO "PluginPackage" (id, name, "displayName", "publishStatus", "publisherId", "isCore", "updatedAt") VALUES
  ('1', 'theirs', 'x', 'published', 'somebody', false, now()), ('2', 'left', 'x', 'published', NULL, false, now()),
  ('3', 'myWallet', 'x', 'draft', NULL, true, now());
INSERT INTO "WorkflowPlugin" (id, name, "displayName", version, "remoteUrl", "updatedAt") VALUES
  ('1', 'theirs', 'x', '1.0.0', 'x', now()), ('2', 'left', 'x', '1.0.0', 'x', now());
"""


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    """With the tables, an entry that has left, one that a user published, and one that an administrator made core."""
    found = Postgres()
    made = found.psql(TABLES, user="naap_admin", password=ADMIN_PASSWORD)
    assert made.ok, made.error
    yield found
    found.stop()


def run(server: Postgres, sql: str) -> Answer:
    return server.psql(sql, user="naap_admin", password=ADMIN_PASSWORD)


def read(server: Postgres, sql: str) -> list[str]:
    answer = run(server, f"SET ROLE base_svc_owner; {sql}")
    assert answer.ok, answer.error
    return answer.out.split()


def test_the_shell_finds_the_menu_the_roles_and_the_administrator_and_finds_them_again(server: Postgres) -> None:
    frontends = sum(1 for one in real_registry().plugins if one.frontend)
    renamed = registry_with(altered(entry("my-wallet"), display_name="O'Brien's $wallet$ \\ :name"))
    for registry in (real_registry(), renamed, renamed):
        answer = run(server, seed_sql(registry, "o'brien@x.example"))
        assert answer.ok, answer.error
        assert "o'brien@x.example" in answer.out

    enabled = read(server, 'SELECT name FROM "WorkflowPlugin" WHERE enabled')
    assert len(enabled) == frontends + 1
    assert "left" not in enabled
    assert "theirs" in enabled
    assert read(server, """SELECT version, routes FROM "WorkflowPlugin" WHERE name = 'community'""") == [
        "1.2.0|{/forum,/forum/*}"
    ]
    named = run(
        server, """SET ROLE base_svc_owner; SELECT "displayName" FROM "WorkflowPlugin" WHERE name = 'myWallet'"""
    )
    assert named.out.strip() == "O'Brien's $wallet$ \\ :name"
    published = read(server, """SELECT name FROM "PluginPackage" WHERE "publishStatus" = 'published'""")
    assert {*published} == {*enabled}
    assert read(server, """SELECT "isCore" FROM "PluginPackage" WHERE name = 'myWallet'""") == ["t"]
    assert read(server, """SELECT count(*) FROM "Role" WHERE scope = 'system' AND "isSystem" """) == [str(len(ROLES))]
    assert read(
        server, """SELECT permissions->0->>'resource', "canAssign" FROM "Role" WHERE name = 'system:root'"""
    ) == ["*|{*}"]
    assert read(server, 'SELECT count(*) FROM "UserRole"') == ["1"]


def test_an_address_that_nobody_has_signed_up_with_changes_nothing(server: Postgres) -> None:
    before = read(server, 'SELECT * FROM "Role" ORDER BY id')
    answer = run(server, seed_sql(real_registry(), "nobody's@x.example"))

    assert not answer.ok
    assert "nobody with this address has signed up" in answer.error
    assert read(server, 'SELECT * FROM "Role" ORDER BY id') == before
