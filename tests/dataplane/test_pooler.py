"""PgBouncer with exactly the files that the program puts into its ConfigMaps and Secrets, before a real PostgreSQL."""

import os
import re
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import replace

import pytest

from planning.database.jobs.password_retirement import render_retirement
from planning.database.plugin_database import PluginDatabasePlan
from planning.shared.derived_secrets import derive
from tests.dataplane.conftest import administer, apply_schema, as_role
from tests.dataplane.pooler import Pooler
from tests.dataplane.servers import Answer, Postgres, Replica, answered
from tests.planning.samples import ROOT_SECRET
from tests.wait import wait_for

Plans = Mapping[str, PluginDatabasePlan]


@pytest.fixture(scope="module")
def pooler(database: Postgres, plans: Plans) -> Iterator[Pooler]:
    """With two of the three plugins admitted; the third comes later."""
    made = Pooler(database)
    try:
        for name in ("base-svc", "my-wallet"):
            made.admit(plans[name])
        made.compose()
        made.server.run()
        yield made
    finally:
        made.server.stop()


def test_pgbouncer_takes_every_line_of_its_configuration(pooler: Pooler) -> None:
    log = pooler.server.log.read_text()
    for word in ("WARNING", "ERROR", "FATAL", "unrecognized"):
        assert word not in log, log


@pytest.mark.parametrize(
    ("who", "alias", "statement"),
    [
        (("my-wallet", "app"), "my_wallet", "INSERT INTO wallets VALUES (70, 1); DELETE FROM wallets WHERE id = 70"),
        (("my-wallet", "ro"), "my_wallet_ro", "SELECT count(*) FROM wallets"),
        (("my-wallet", "owner"), "my_wallet_mig", "CREATE TABLE m (id int); DROP TABLE m"),
        (("base-svc", "app"), "base_svc", 'SELECT * FROM "User"'),
    ],
)
def test_every_role_works_through_its_own_alias(
    pooler: Pooler, plans: Plans, who: tuple[str, str], alias: str, statement: str
) -> None:
    answer = pooler.ask(plans[who[0]], who[1], alias, statement)
    assert answer.ok, answer.error


@pytest.mark.parametrize(
    ("role", "alias"),
    [
        ("app", "base_svc"),
        ("app", "my_wallet_ro"),
        ("app", "my_wallet_mig"),
        ("ro", "my_wallet"),
        ("owner", "my_wallet"),
        ("app", "naap_auth"),
        ("app", "pgbouncer"),
        ("app", "naap"),
    ],
)
def test_no_role_comes_in_by_another_alias(pooler: Pooler, plans: Plans, role: str, alias: str) -> None:
    answer = pooler.ask(plans["my-wallet"], role, alias, "SELECT 1")
    assert not answer.ok


def test_the_settings_of_a_role_hold_behind_the_pooler(pooler: Pooler, plans: Plans) -> None:
    answer = pooler.ask(plans["my-wallet"], "app", "my_wallet", "SHOW search_path; SHOW statement_timeout")
    assert answer.out.split() == ["plugin_wallet", "30s"]


def test_a_wrong_password_and_an_unencrypted_client_are_refused(pooler: Pooler, database: Postgres) -> None:
    wrong = database.psql("SELECT 1", user="my_wallet_app", database="my_wallet", port=pooler.server.port)
    assert not wrong.ok
    command = [
        str(database.programs / "psql"),
        "-X",
        "-c",
        "SELECT 1",
        f"host=127.0.0.1 port={pooler.server.port} user=my_wallet_app dbname=my_wallet sslmode=disable",
    ]
    plain = answered(command, {"PATH": os.environ["PATH"], "PGPASSWORD": "x"}, "")
    assert not plain.ok
    assert "SSL required" in plain.error


def test_prepared_statements_survive_transaction_pooling(pooler: Pooler, plans: Plans) -> None:
    load = pooler.load(
        plans["my-wallet"], "SELECT count(*) FROM wallets WHERE id = 1;\n", "-M", "prepared", "-c", "10", "-t", "20"
    )
    answer = load.end()
    assert answer.ok, answer.error
    assert "number of failed transactions: 0" in answer.out


def test_after_a_migration_no_statement_meets_a_plan_of_before(pooler: Pooler, plans: Plans) -> None:
    """Pods of the new version prepare the same text; the server connection has it, with the columns of before."""
    wallet, program = plans["my-wallet"], pooler.watch()

    def select() -> Answer:
        return pooler.load(wallet, "SELECT * FROM wallets;\n", "-M", "prepared", "-t", "1").end()

    try:
        for number, stamp in enumerate(("3f2a91c0de", "00000000ff")):
            assert select().ok
            column = f"ALTER TABLE wallets ADD COLUMN later{number} int"
            assert pooler.ask(wallet, "owner", "my_wallet_mig", column).ok
            assert "cached plan must not change result type" in select().error
            pooler.renew(wallet, stamp)
            wait_for("new server connections", lambda: select().ok, seconds=10)
    finally:
        program.send_signal(signal.SIGTERM)
        program.wait(5)
        for number in range(2):
            pooler.ask(wallet, "owner", "my_wallet_mig", f"ALTER TABLE wallets DROP COLUMN later{number}")


def test_a_new_plugin_comes_in_by_a_reload_that_cuts_nobody(pooler: Pooler, plans: Plans) -> None:
    holder = plans["my-wallet"]
    program = pooler.watch()
    try:
        sleeper = subprocess.Popen(
            [
                "sh",
                "-c",
                'printf "BEGIN;\\nSELECT pg_sleep(3);\\nSELECT 42;\\nCOMMIT;\\n" | "$0" -X -A -t -q -v ON_ERROR_STOP=1',
                str(pooler._database.programs / "psql"),  # pyright: ignore[reportPrivateUsage]  # the test's own class
            ],
            stdout=subprocess.PIPE,
            env={
                "PGHOST": "localhost",
                "PGPORT": str(pooler.server.port),
                "PGUSER": holder.app_role,
                "PGDATABASE": "my_wallet",
                "PGSSLMODE": "require",
                "PATH": os.environ["PATH"],
                "PGPASSWORD": derive(ROOT_SECRET, owner="my-wallet", purpose="database-app"),
            },
        )
        assert not pooler.ask(plans["community"], "app", "community", "SELECT 1").ok
        pooler.admit(plans["community"])
        newcomer = plans["community"]
        wait_for("the new plugin", lambda: pooler.ask(newcomer, "app", "community", "SELECT 1").ok, seconds=10)
        assert sleeper.poll() is None
        out, _ = sleeper.communicate(timeout=20)
        assert b"42" in out
        assert sleeper.returncode == 0
    finally:
        program.send_signal(signal.SIGTERM)
        program.wait(5)


# What pods do while a password is rotated: each transaction comes by a connection of its own.
_EVERY_TIME_ANEW = ("-C", "-c", "4")


def test_a_password_is_rotated_under_load_and_no_connection_fails(
    pooler: Pooler, database: Postgres, plans: Plans
) -> None:
    script = "INSERT INTO wallets VALUES ((random() * 1e9)::int, 1) ON CONFLICT DO NOTHING;\n"
    first = plans["my-wallet"]
    try:
        for number in (1, 2, 3):
            now, following = replace(first, generation=number), replace(first, generation=number + 1)
            old = pooler.load(now, script, *_EVERY_TIME_ANEW, "-T", "3")
            applied = apply_schema(database, following)
            assert applied.ok, applied.error
            assert old.runs
            new = pooler.load(following, script, *_EVERY_TIME_ANEW, "-T", "5")
            _assert_nothing_failed(old.end())
            retired = administer(database, render_retirement(following))
            assert retired.ok, retired.error
            assert new.runs
            _assert_nothing_failed(new.end())
            assert not pooler.ask(now, "app", "my_wallet", "SELECT 1").ok
            assert not as_role(database, now, "app", "SELECT 1").ok
    finally:
        assert apply_schema(database, first).ok
        assert administer(database, render_retirement(first)).ok


def _assert_nothing_failed(answer: Answer) -> None:
    assert answer.ok, answer.error
    assert "number of failed transactions: 0" in answer.out
    done = re.search(r"actually processed: (\d+)", answer.out)
    assert done
    assert int(done[1]) > 10, answer.out


def test_readers_read_from_a_streaming_replica_and_write_nothing(database: Postgres, plans: Plans) -> None:
    plan = plans["my-wallet"]
    with ExitStack() as running:
        replica = Replica(database, "127.0.0.4")
        running.callback(replica.stop)
        pooler = Pooler(database)
        running.callback(pooler.server.stop)
        pooler.admit(plan, readers=(replica.address,))
        pooler.compose()
        pooler.server.run()
        assert pooler.ask(plan, "app", "my_wallet", "INSERT INTO wallets VALUES (90, 1)").ok
        look = "SELECT id FROM wallets WHERE id = 90"
        wait_for("what was written", lambda: pooler.ask(plan, "ro", "my_wallet_ro", look).out == "90\n", seconds=20)
        assert pooler.ask(plan, "ro", "my_wallet_ro", "SELECT pg_is_in_recovery()").out == "t\n"
        write = "SET default_transaction_read_only = off; DELETE FROM wallets"
        assert not pooler.ask(plan, "ro", "my_wallet_ro", write).ok
        assert pooler.ask(plan, "app", "my_wallet", "DELETE FROM wallets WHERE id = 90").ok
