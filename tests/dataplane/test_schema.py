"""The schema Job's own script on a real PostgreSQL, as an administrator who is no superuser."""

import base64
import re
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from planning.database.jobs.password_retirement import render_retirement
from planning.database.jobs.schema import derive_verifiers, render_schema
from planning.database.plugin_database import PluginDatabasePlan, TableGrant
from planning.database.shard import ADMINISTRATOR
from planning.shared.derived_secrets import derive
from tests.dataplane.conftest import administer, apply_schema, as_role
from tests.dataplane.servers import ADMIN_PASSWORD, SUPERUSER, Postgres
from tests.planning.samples import ROOT_SECRET

Plans = Mapping[str, PluginDatabasePlan]
PAGE = Path(__file__).resolve().parents[2] / "docs" / "databases.md"


def test_a_second_run_changes_nothing(database: Postgres, plans: Plans) -> None:
    before = database.dump()
    for plan in plans.values():
        answer = apply_schema(database, plan)
        assert answer.ok, answer.error
        assert answer.out == ""
    assert database.dump() == before


_KILL = "RESET ROLE; SELECT pg_terminate_backend(pg_backend_pid());"


def test_a_job_that_is_killed_at_any_statement_leaves_nothing_and_converges(database: Postgres, plans: Plans) -> None:
    # One server and one client: after each statement in turn, what a dead connection leaves is what a rollback does.
    # At every statement where nothing is there yet; at some of them where it is, or half of it.
    for plan, step in ((_late(plans), 1), (plans["community"], 9), (replace(plans["community"], generation=2), 9)):
        script = render_schema(plan, derive_verifiers(ROOT_SECRET, plan))
        ends = [match.end() for match in re.finditer(r";\n(?=--|(?!BEGIN|END)[A-Z]|\n)", script)]
        head, body = script[: ends[0]], script[ends[0] :]
        cuts = [end - ends[0] for end in ends[1:]]
        assert len(cuts) > 60
        before = database.dump()
        tries = [f"BEGIN;\n{body[:cut]}ROLLBACK;\n" for cut in cuts[::step] if "COMMIT" not in body[:cut]]
        prelude, opened = head.rsplit("BEGIN;", 1)
        assert not opened.strip()
        answer = administer(database, prelude + "".join(tries))
        assert answer.ok, answer.error
        for attempt in tries[::15]:
            killed = administer(database, prelude + attempt.replace("ROLLBACK;", _KILL))
            assert "terminating connection" in killed.error
        assert database.dump() == before
    assert apply_schema(database, plans["community"]).ok


def _late(plans: Plans) -> PluginDatabasePlan:
    return replace(
        plans["community"],
        plugin="late-comer",
        schema="plugin_late",
        owner_role="late_comer_owner",
        app_role="late_comer_app",
        ro_role="late_comer_ro",
    )


def test_a_plugin_that_was_never_there_appears_in_one_piece(database: Postgres, plans: Plans) -> None:
    new = _late(plans)
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
    "empty another's table": "TRUNCATE plugin_wallet.wallets",
    "lock another's table": "BEGIN; LOCK plugin_wallet.wallets",
    "copy another's table out": "COPY plugin_wallet.wallets TO STDOUT",
    "refer to another's table": "CREATE TABLE mine (id int REFERENCES plugin_wallet.wallets)",
    "take another's table over": "ALTER TABLE plugin_wallet.wallets OWNER TO community_owner",
    "take all that another owns": "REASSIGN OWNED BY my_wallet_owner TO community_owner",
    "put a trigger on another's table": "CREATE TRIGGER t AFTER INSERT ON plugin_wallet.wallets EXECUTE FUNCTION x()",
    "put a rule on another's table": "CREATE RULE r AS ON SELECT TO plugin_wallet.wallets DO NOTHING",
    "call another's function": "SELECT plugin_wallet.whisper()",
    "create a function for another": "CREATE FUNCTION plugin_wallet.f() RETURNS int LANGUAGE sql RETURN 1",
    "create a function in C": "CREATE FUNCTION f() RETURNS int LANGUAGE c AS 'libc', 'abort'",
    "run an untrusted language": "DO LANGUAGE plpython3u $$ pass $$",
    "put something into another's search_path": "ALTER ROLE my_wallet_app SET search_path = plugin_community",
    "put something into everybody's search_path": "ALTER DATABASE naap SET search_path = plugin_community",
    "join another's role": "GRANT my_wallet_app TO community_app",
    "become anybody": "SET SESSION AUTHORIZATION naap_admin",
    "rename its own schema": "ALTER SCHEMA plugin_community RENAME TO mine",
    "read another's large object": "SELECT lo_get(7001)",
    "write another's large object": "SELECT lo_put(7001, 0, 'x')",
    "map itself to a foreign user": "CREATE USER MAPPING FOR CURRENT_USER SERVER nothing",
    "end another's session": (
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() "
        "AND usename IS DISTINCT FROM current_user"
    ),
    "switch triggers and keys off": "SET session_replication_role = replica",
    "hide from the server's log": "SET log_statement = 'none'",
    "subscribe to another server": "CREATE SUBSCRIPTION mine CONNECTION 'host=x' PUBLICATION y",
    "list the server's files": "SELECT pg_ls_dir('.')",
    "allow itself more connections": "ALTER ROLE community_owner CONNECTION LIMIT -1",
    "write its own tables as a reader": "SET default_transaction_read_only = off; INSERT INTO posts VALUES (9, 'x')",
}
OF_A_READER = {"write its own tables as a reader"}


@pytest.fixture(scope="module")
def untouched(database: Postgres) -> str:
    """What there was before the first attack."""
    return database.dump()


@pytest.mark.usefixtures("untouched")
@pytest.mark.parametrize("attack", ATTACKS)
def test_a_plugin_is_denied_to(database: Postgres, plans: Plans, attack: str) -> None:
    for role in ("ro",) if attack in OF_A_READER else ("app", "owner"):
        answer = as_role(database, plans["community"], role, ATTACKS[attack])
        assert not answer.ok, f"{role} could {attack}: {answer.out}"


def test_no_attack_left_a_trace(database: Postgres, untouched: str) -> None:
    assert database.dump() == untouched


# What PostgreSQL itself leaves open; docs/databases.md says of each what bounds it.
OPEN = {
    "read the catalog": "SELECT count(*) FROM pg_class WHERE relname = 'wallets'",
    "listen and notify": "LISTEN anything; NOTIFY anything",
    "take advisory locks": "SELECT pg_try_advisory_xact_lock(4711)",
    "raise its own limits of time": "SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0",
    "make large objects": "BEGIN; SELECT lo_create(0); ROLLBACK",
    "see who is connected": "SELECT count(*) FROM pg_stat_activity WHERE usename = 'my_wallet_app'",
}


@pytest.mark.parametrize("deed", OPEN)
def test_what_postgresql_leaves_open_is_written_down(database: Postgres, plans: Plans, deed: str) -> None:
    answer = as_role(database, plans["community"], "app", OPEN[deed])
    assert answer.ok, f"{deed} is not open any more: {answer.error}"
    assert f"| {deed} |" in PAGE.read_text()


def test_another_plugins_queries_are_not_shown(database: Postgres, plans: Plans) -> None:
    seen = "SELECT count(*) FROM pg_stat_activity WHERE usename <> current_user AND query NOT LIKE '<insufficient%'"
    assert as_role(database, plans["community"], "app", f"{seen} AND query <> ''").out == "0\n"


def test_a_plugin_that_takes_every_connection_it_can_leaves_the_others_theirs(database: Postgres, plans: Plans) -> None:
    greedy = plans["community"]
    asked = greedy.connection_limit + 2
    with ThreadPoolExecutor(asked) as pool:
        tries = [pool.submit(as_role, database, greedy, "app", "SELECT pg_sleep(100)") for _ in range(asked)]
        deadline = time.monotonic() + 60
        while sum(one.done() for one in tries) < asked - greedy.connection_limit and time.monotonic() < deadline:
            time.sleep(0.1)
        refused = [one.result().error for one in tries if one.done()]
        other = as_role(database, plans["my-wallet"], "app", "SELECT 1")
        end = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '{greedy.app_role}'"  # noqa: S608
        database.psql(end, user=SUPERUSER)
    assert other.ok, other.error
    assert len(refused) == 2
    assert all("too many connections for role" in error for error in refused), refused


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


def test_a_new_generation_opens_the_other_login_and_closes_the_old_one_when_told(
    database: Postgres, plans: Plans
) -> None:
    plan = plans["community"]
    rotated = replace(plan, generation=2)
    before = database.dump()
    try:
        assert apply_schema(database, rotated).ok
        for generation in (plan, rotated):
            assert as_role(database, generation, "app", "INSERT INTO posts (body) VALUES ('x')").ok
            assert not as_role(database, generation, "ro", "INSERT INTO posts (body) VALUES ('x')").ok
        assert not as_role(database, rotated, "app", "SET ROLE community_app").ok
        for _ in range(2):
            assert administer(database, render_retirement(rotated)).ok
        assert not as_role(database, plan, "app", "SELECT 1").ok
        assert as_role(database, rotated, "app", "SELECT 1").ok
    finally:
        assert apply_schema(database, plan).ok
        assert administer(database, render_retirement(plan)).ok
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


def test_a_member_reads_and_writes_as_the_others_pods_do_until_it_is_one_no_more(
    database: Postgres, plans: Plans
) -> None:
    before, other = plans["my-wallet"], plans["community"]
    plan = replace(before, member_of=(other.app_role,))
    write = (
        "INSERT INTO plugin_community.posts (body) VALUES ('b'); DELETE FROM plugin_community.posts WHERE body = 'b'"
    )
    later = "INSERT INTO plugin_community.later VALUES (1)"
    assert not as_role(database, before, "app", write).ok
    try:
        for _ in range(2):
            assert apply_schema(database, plan).ok
        assert as_role(database, plan, "app", write).ok
        assert as_role(database, other, "owner", "CREATE TABLE later (id int)").ok
        assert as_role(database, plan, "app", later).ok
        for role, statement in (
            ("app", f"SET ROLE {other.app_role}"),
            ("app", "DROP TABLE plugin_community.posts"),
            ("ro", "SELECT * FROM plugin_community.posts"),
            ("owner", write),
        ):
            assert not as_role(database, plan, role, statement).ok, statement
    finally:
        as_role(database, other, "owner", "DROP TABLE IF EXISTS later")
        assert apply_schema(database, before).ok
    assert not as_role(database, before, "app", write).ok


PROFILE = 'CREATE TABLE "Profile" (id int PRIMARY KEY, "displayName" text, "bio""s" text, secret text)'
ROW = "INSERT INTO public.\"Profile\" VALUES (1, 'ann', 'x', 's')"


def test_a_grant_by_column_is_given_kept_and_taken_back(database: Postgres, plans: Plans) -> None:
    base, plan = plans["base-svc"], plans["my-wallet"]
    assert as_role(database, base, "owner", f"{PROFILE}; {ROW}").ok
    grant = TableGrant(schema="public", table="Profile", privileges=("UPDATE",), owner_role=base.owner_role)
    read = replace(grant, privileges=("SELECT",))
    columns = ("displayName", 'bio"s')

    def may(statement: str, role: str = "app") -> bool:
        return as_role(database, plan, role, statement).ok

    name, secret = ('UPDATE public."Profile" SET "displayName" = \'y\' WHERE id = 1',
                    'UPDATE public."Profile" SET secret = \'y\' WHERE id = 1')  # fmt: skip
    try:
        # By column, the whole table, by column again: each time exactly what is stated, and twice the same.
        for wanted in ((columns, True, False), ((), True, True), (columns, True, False)):
            stated = replace(plan, grants=(*plan.grants, read, replace(grant, columns=wanted[0])))
            assert apply_schema(database, stated).ok
            before = database.dump()
            again = apply_schema(database, stated)
            assert (again.ok, again.out) == (True, ""), again.error
            assert database.dump() == before
            assert (may(name), may(secret)) == wanted[1:]
            assert may('SELECT secret FROM public."Profile"', "ro")
            assert not may(f"SET default_transaction_read_only = off; {name}", "ro")
            assert not may(name, "owner"), "writing is the pods'"
        narrow = replace(read, columns=("id", "displayName"))
        assert apply_schema(database, replace(plan, grants=(*plan.grants, narrow))).ok
        assert may('SELECT "displayName" FROM public."Profile"')
        assert not may('SELECT secret FROM public."Profile"')
        assert not may(name)
        assert apply_schema(database, plan).ok
        assert not may('SELECT "displayName" FROM public."Profile"')
    finally:
        assert as_role(database, base, "owner", 'DROP TABLE "Profile"').ok
        assert apply_schema(database, plan).ok


def test_a_column_that_is_not_there_is_named(database: Postgres, plans: Plans) -> None:
    plan = plans["my-wallet"]
    wrong = replace(plan.grants[0], privileges=("UPDATE",), columns=("displayname",))
    answer = apply_schema(database, replace(plan, grants=(wrong,)))
    assert 'column "displayname" of relation "User" does not exist' in answer.error


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
