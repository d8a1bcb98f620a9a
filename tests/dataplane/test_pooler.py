"""PgBouncer with exactly the files that the program puts into its ConfigMaps and Secrets, before a real PostgreSQL."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from planning.certificates import server_certificate
from planning.databases import PluginDatabasePlan
from planning.pooler_config import (
    METRICS_USER,
    render_compose,
    render_fragment,
    render_main,
    render_platform_hba,
    render_userlist,
)
from planning.schema import POOLER_ROLE
from planning.secrets import derive
from tests.dataplane.servers import Answer, PgBouncer, Postgres, answered
from tests.planning.samples import ROOT_SECRET

Plans = Mapping[str, PluginDatabasePlan]


class Pooler:
    """A pod of poolers: its files, its composing script, its process."""

    def __init__(self, database: Postgres) -> None:
        self.server = PgBouncer()
        self._database = database
        self._put("/etc/naap/pgbouncer.ini", render_main(writer_host="localhost"))
        self._put("/etc/naap/platform.hba", render_platform_hba())
        self._put("/etc/naap/compose.sh", render_compose())
        self._put("/etc/naap/database-ca.pem", database.ca.read_text())
        found = server_certificate(ROOT_SECRET, owner="pooler-0", names=("localhost",))
        self._put("/etc/naap-secret/tls.crt", found.certificate_pem)
        self._put("/etc/naap-secret/tls.key", found.key_pem)
        lookup = derive(ROOT_SECRET, owner="pooler", purpose="database-auth")
        self._put("/etc/naap-secret/userlist.txt", render_userlist({POOLER_ROLE: lookup, METRICS_USER: "counts"}))
        for folder in ("live", "fragments"):
            (self.server.folder / "run/naap" / folder).mkdir(parents=True)

    def admit(self, plan: PluginDatabasePlan) -> None:
        """What the collector does with a plugin's ConfigMap."""
        for name, text in render_fragment(plan, writer_host="localhost", reader_hosts=[], home=True).items():
            self._put(f"/run/naap/fragments/{name}", text)

    def compose(self) -> None:
        """What the container before PgBouncer does."""
        subprocess.run(["sh", self._path("/etc/naap/compose.sh"), "once"], check=True)

    def watch(self) -> "subprocess.Popen[bytes]":
        """What the container beside PgBouncer does; `pidof` finds it in the pod's own process namespace."""
        folder = self.server.folder / "bin"
        folder.mkdir()
        (folder / "pidof").write_text(f"#!/bin/sh\necho {self.server.pid}\n")
        (folder / "pidof").chmod(0o755)
        script = Path(self._path("/etc/naap/compose.sh"))
        script.write_text(script.read_text().replace("sleep 5", "sleep 0.2"))
        return subprocess.Popen(
            ["sh", str(script), "watch"], env={"PATH": f"{folder}:{os.environ['PATH']}"}, stderr=subprocess.DEVNULL
        )

    def ask(self, plan: PluginDatabasePlan, role: str, alias: str, statement: str) -> Answer:
        """Statements of a plugin through one alias."""
        user = {"owner": plan.owner_role, "app": plan.app_role, "ro": plan.ro_role}[role]
        password = derive(ROOT_SECRET, owner=plan.plugin, purpose=f"database-{role}")
        return self._database.psql(statement, user=user, password=password, database=alias, port=self.server.port)

    def _path(self, path: str) -> str:
        return f"{self.server.folder}{path}"

    def _put(self, path: str, text: str) -> None:
        self.server.write(path.removeprefix("/"), self.server.local(text, self._database.port))


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


def test_prepared_statements_survive_transaction_pooling(pooler: Pooler, database: Postgres) -> None:
    bench = str(database.programs / "pgbench")
    script = pooler.server.write("bench.sql", "SELECT count(*) FROM wallets WHERE id = 1;\n", 0o644)
    environment = {
        "PGPASSWORD": derive(ROOT_SECRET, owner="my-wallet", purpose="database-app"),
        "PGSSLMODE": "verify-full",
        "PGSSLROOTCERT": str(database.ca),
        "PATH": os.environ["PATH"],
    }
    command = [
        bench,
        "-n",
        "-M",
        "prepared",
        "-c",
        "10",
        "-t",
        "20",
        "-f",
        str(script),
        "-h",
        "localhost",
        "-p",
        str(pooler.server.port),
        "-U",
        "my_wallet_app",
        "my_wallet",
    ]
    answer = answered(command, environment, "")
    assert answer.ok, answer.error
    assert "number of failed transactions: 0" in answer.out


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
        deadline = time.monotonic() + 10
        while not pooler.ask(plans["community"], "app", "community", "SELECT 1").ok:
            assert time.monotonic() < deadline, pooler.server.log.read_text()[-2000:]
            time.sleep(0.2)
        out, _ = sleeper.communicate(timeout=20)
        assert b"42" in out
        assert sleeper.returncode == 0
    finally:
        program.send_signal(signal.SIGTERM)
        program.wait(5)
