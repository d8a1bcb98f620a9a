"""A lost database, as the poolers see it: no health check tells, clients that wait do."""

import os
import signal
import socket
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import ExitStack

import pytest

from planning.database.plugin_database import PluginDatabasePlan
from planning.database.pooler_config import METRICS_USER
from planning.inputs.tiers import tier_for
from planning.observability.alarms.logs import log_alarms
from planning.shared.derived_secrets import derive
from tests.dataplane.pooler import Pooler
from tests.dataplane.servers import Postgres, answered
from tests.planning.samples import ROOT_SECRET
from tests.wait import wait_for

PLUGIN = "my-wallet"


@pytest.fixture
def lost(database: Postgres, plans: Mapping[str, PluginDatabasePlan]) -> Iterator[Pooler]:
    """Poolers with a client each, before a server that takes no connection any more."""
    with ExitStack() as undone:
        pooler = Pooler(database)
        undone.callback(pooler.server.stop)
        pooler.admit(plans[PLUGIN])
        pooler.compose()
        pooler.server.run()
        undone.callback(os.kill, database.pid, signal.SIGCONT)
        os.kill(database.pid, signal.SIGSTOP)
        client = subprocess.Popen(
            [str(database.programs / "psql"), "-X", "-c", "SELECT 1"],
            env={
                "PGHOST": "127.0.0.1",
                "PGPORT": str(pooler.server.port),
                "PGUSER": plans[PLUGIN].app_role,
                "PGDATABASE": plans[PLUGIN].aliases.writer,
                "PGSSLMODE": "require",
                "PGPASSWORD": derive(ROOT_SECRET, owner=PLUGIN, purpose="database-app"),
                "PATH": os.environ["PATH"],
            },
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        undone.callback(client.wait, 10)
        undone.callback(client.kill)
        yield pooler


def test_clients_wait_while_the_pooler_itself_is_well(lost: Pooler, database: Postgres) -> None:
    def waiting() -> bool:
        return any(row.get("cl_waiting", "0") != "0" for row in pools(lost, database))

    wait_for("waiting clients", waiting, seconds=10)
    with socket.create_connection(("127.0.0.1", lost.server.port), timeout=3):
        pass  # what the pod's probes ask


def test_clients_that_waited_in_vain_are_told_by_the_poolers_log(lost: Pooler) -> None:
    waits, *_ = log_alarms(tier_for(1_000), prefix="p", pods="pods", control_plane="control-plane")
    wait_for("the words in the log", lambda: waits.words in lost.server.log.read_text(), seconds=30)


def pools(pooler: Pooler, database: Postgres) -> list[dict[str, str]]:
    """What the exporter reads, every time that it is scraped."""
    environment = {
        "PGHOST": "127.0.0.1",
        "PGPORT": str(pooler.server.port),
        "PGUSER": METRICS_USER,
        "PGDATABASE": "pgbouncer",
        "PGSSLMODE": "require",
        "PGPASSWORD": "counts",  # as the pooler of these tests is told
        "PATH": os.environ["PATH"],
    }
    answer = answered([str(database.programs / "psql"), "-X", "-A", "-F,"], environment, "SHOW POOLS;")
    assert answer.ok, answer.error
    head, *rows = [line.split(",") for line in answer.out.splitlines() if "," in line]
    return [dict(zip(head, row, strict=True)) for row in rows]
