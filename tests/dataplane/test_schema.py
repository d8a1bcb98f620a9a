"""The schema Job's own script on a real PostgreSQL, as an administrator who is no superuser."""

import base64
import re
from collections.abc import Mapping
from dataclasses import replace

import pytest

from planning.database import ADMINISTRATOR
from planning.databases import PluginDatabasePlan
from planning.schema import derive_verifiers, render_schema
from planning.secrets import derive
from tests.dataplane.conftest import apply_schema, as_role
from tests.dataplane.servers import ADMIN_PASSWORD, SUPERUSER, Postgres
from tests.planning.samples import ROOT_SECRET

Plans = Mapping[str, PluginDatabasePlan]


def test_a_second_run_changes_nothing(database: Postgres, plans: Plans) -> None:
    before = database.dump()
    for plan in plans.values():
        answer = apply_schema(database, plan)
        assert answer.ok, answer.error
        assert answer.out == ""
    assert database.dump() == before


def test_a_job_that_is_killed_at_any_statement_leaves_nothing_and_converges(database: Postgres, plans: Plans) -> None:
    plan = plans["community"]
    script = render_schema(plan, derive_verifiers(ROOT_SECRET, plan))
    before = database.dump()
    ends = re.finditer(r";\n(?=(?:--|ALTER|GRANT|REVOKE|CREATE|DO |SET|INSERT|COMMIT|\n))", script)
    cuts = [match.end() for match in ends]
    assert len(cuts) > 40
    for cut in cuts[:-1:4]:
        answer = database.psql(script[:cut], user=ADMINISTRATOR, password=ADMIN_PASSWORD)
        assert answer.ok, answer.error
        assert database.dump() == before
    assert apply_schema(database, plan).ok
    assert database.dump() == before


def test_a_plugin_that_was_never_there_appears_in_one_piece(database: Postgres, plans: Plans) -> None:
    new = replace(
        plans["community"],
        plugin="late-comer",
        schema="plugin_late",
        owner_role="late_comer_owner",
        app_role="late_comer_app",
        ro_role="late_comer_ro",
    )
    script = render_schema(new, derive_verifiers(ROOT_SECRET, new)).replace("COMMIT;", "ROLLBACK;")
    before = database.dump()
    assert database.psql(script, user=ADMINISTRATOR, password=ADMIN_PASSWORD).ok
    assert database.dump() == before
    assert apply_schema(database, new).ok
    assert as_role(database, new, "owner", "CREATE TABLE t (id int)").ok
    assert as_role(database, new, "app", "INSERT INTO t VALUES (1)").ok


WORK = [
    ("my-wallet", "owner", "CREATE TABLE wallets_extra (id int); DROP TABLE wallets_extra"),
    ("my-wallet", "app", "INSERT INTO wallets VALUES (7, 1); UPDATE wallets SET owner = NULL; DELETE FROM wallets"),
    ("my-wallet", "app", 'SELECT name FROM public."User"'),
    ("my-wallet", "ro", "SELECT count(*) FROM wallets"),
    ("community", "app", "INSERT INTO posts (body) VALUES ('hello')"),
    ("community", "app", "PREPARE p (int) AS SELECT * FROM posts WHERE id = $1; EXECUTE p (1)"),
    ("base-svc", "app", 'INSERT INTO "User" VALUES (2, \'bob\'); DELETE FROM "User" WHERE id = 2'),
]


@pytest.mark.parametrize(("plugin", "role", "statement"), WORK)
def test_every_plugin_can_do_its_work(database: Postgres, plans: Plans, plugin: str, role: str, statement: str) -> None:
    answer = as_role(database, plans[plugin], role, statement)
    assert answer.ok, answer.error


ATTACKS = {
    "read another's table": "SELECT * FROM plugin_wallet.wallets",
    "write another's table": "INSERT INTO plugin_wallet.wallets VALUES (9)",
    "read the platform's users without a grant": 'SELECT * FROM public."User"',
    "read the poolers' verifiers": "SELECT * FROM naap_pooler.logins",
    "create in another's schema": "CREATE TABLE plugin_wallet.mine (id int)",
    "create in schema public": "CREATE TABLE public.mine (id int)",
    "create a schema": "CREATE SCHEMA mine",
    "drop another's table": "DROP TABLE plugin_wallet.wallets",
    "alter another's table": "ALTER TABLE plugin_wallet.wallets ADD COLUMN x int",
    "drop its own schema": "DROP SCHEMA plugin_community",
    "hand its own schema on": "GRANT ALL ON SCHEMA plugin_community TO PUBLIC; SELECT 1/0",
    "become another's owner": "SET ROLE my_wallet_owner",
    "become the administrator": "SET ROLE naap_admin",
    "become its own owner": "SET ROLE community_owner; SET ROLE my_wallet_app",
    "change another's password": "ALTER ROLE my_wallet_app PASSWORD 'x'",
    "raise its own connection limit": "ALTER ROLE community_app CONNECTION LIMIT 1000",
    "give itself rights": "ALTER ROLE community_app CREATEROLE",
    "create a role": "CREATE ROLE mine",
    "create a database": "CREATE DATABASE mine",
    "make temporary tables": "CREATE TEMP TABLE mine (id int)",
    "create an extension": "CREATE EXTENSION dblink",
    "create a foreign server": "CREATE EXTENSION postgres_fdw",
    "run a program": "COPY (SELECT 1) TO PROGRAM 'id'",
    "write a file": "COPY (SELECT 1) TO '/tmp/naap-attack'",
    "read a file": "SELECT pg_read_file('/etc/passwd')",
    "read a file as a large object": "SELECT lo_import('/etc/passwd')",
    "create an event trigger": "CREATE EVENT TRIGGER mine ON ddl_command_start EXECUTE FUNCTION nothing()",
    "change the server's settings": "ALTER SYSTEM SET log_statement = 'none'",
    "load a library": "LOAD 'auto_explain'",
    "see verifiers of roles": "SELECT rolpassword FROM pg_authid",
    "write the catalog": "UPDATE pg_class SET relacl = NULL",
    "create a publication of everything": "CREATE PUBLICATION mine FOR ALL TABLES",
    "create a replication slot": "SELECT pg_create_logical_replication_slot('mine', 'pgoutput')",
    "write its own tables as a reader": "SET default_transaction_read_only = off; INSERT INTO posts VALUES (9, 'x')",
}
OF_A_READER = {"write its own tables as a reader"}


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_plugin_is_denied_to(database: Postgres, plans: Plans, attack: str) -> None:
    before = database.dump()
    for role in ("ro",) if attack in OF_A_READER else ("app", "owner"):
        answer = as_role(database, plans["community"], role, ATTACKS[attack])
        assert not answer.ok, f"{role} could {attack}: {answer.out}"
    assert database.dump() == before


def test_no_password_and_no_verifier_is_printed_by_a_script_that_fails(database: Postgres, plans: Plans) -> None:
    plan = plans["my-wallet"]
    grants = (replace(plan.grants[0], table="Nobody"),)
    broken = replace(plan, grants=grants)
    answer = apply_schema(database, broken)
    assert not answer.ok
    assert "made by a migration of base_svc_owner" in answer.error
    assert "SCRAM" not in answer.error + answer.out


def test_the_server_never_logs_a_password(database: Postgres, plans: Plans) -> None:
    log = database.log.read_text(errors="replace")
    assert "ALTER ROLE" in log  # it does log what is done to roles
    for plan in plans.values():
        for purpose in ("database-owner", "database-app", "database-ro"):
            assert derive(ROOT_SECRET, owner=plan.plugin, purpose=purpose) not in log


def test_a_new_generation_changes_the_passwords_and_nothing_else(database: Postgres, plans: Plans) -> None:
    plan = plans["community"]
    rotated = replace(plan, generation=2)
    before = database.dump()
    try:
        assert apply_schema(database, rotated).ok
        assert as_role(database, rotated, "app", "SELECT 1").ok
        assert not as_role(database, plan, "app", "SELECT 1").ok
        hidden = re.compile(r"SCRAM-SHA-256[^']*")
        assert hidden.sub("", database.dump()) == hidden.sub("", before)
    finally:
        assert apply_schema(database, plan).ok
    assert database.dump() == before


def test_a_grant_that_leaves_the_registry_is_taken_back(database: Postgres, plans: Plans) -> None:
    plan = plans["my-wallet"]
    read = 'SELECT name FROM public."User"'
    try:
        assert apply_schema(database, replace(plan, grants=())).ok
        assert not as_role(database, plan, "app", read).ok
    finally:
        assert apply_schema(database, plan).ok
    assert as_role(database, plan, "app", read).ok


def test_the_pooler_looks_up_what_the_server_knows(database: Postgres) -> None:
    password = derive(ROOT_SECRET, owner="pooler", purpose="database-auth")
    found = database.psql(
        "SELECT verifier FROM naap_pooler.logins WHERE rolname = 'community_app'", user="naap_pooler", password=password
    )
    known = database.psql("SELECT rolpassword FROM pg_authid WHERE rolname = 'community_app'", user=SUPERUSER)
    assert found.out == known.out
    assert base64.b64decode(found.out.split("$")[1].split(":")[1])
    denied = database.psql("DELETE FROM naap_pooler.logins", user="naap_pooler", password=password)
    assert not denied.ok
