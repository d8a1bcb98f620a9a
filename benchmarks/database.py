"""PgBouncer as the platform configures it, against direct connections: throughput, latency, a noisy neighbour.

The clients (pgbench), the pooler and the server share this machine: what is compared is the two ways, not a database's
size. Each transaction is one lookup by key, as a prepared statement.
"""

import os
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from planning.database.connection_budget import pool_for
from planning.database.plugin_database import PluginDatabasePlan, plan_databases
from planning.inputs.tiers import tier_for
from tests.dataplane.conftest import apply_schema, as_role, login
from tests.dataplane.pooler import Pooler
from tests.dataplane.servers import Postgres
from tests.planning.samples import settings, shards_of, three_plugins

SECONDS = 8
CONNECTED_A_SECOND = 10
"""Clients, at least, on a busy machine: TLS and SCRAM take both sides' time, which pgbench takes off its run."""
FEW, MANY = 20, 500
ROWS = 100_000
LOOKUP = f"\\set id random(1, {ROWS})\nSELECT body FROM posts WHERE id = :id;\n"  # a constant
WORK = "SELECT sum(sqrt(i)) FROM generate_series(1, 200000) i;\n"
"""What the neighbour asks for, over and over: some tens of milliseconds of a core."""
NEIGHBOUR_CLIENTS = 60


@dataclass(frozen=True, kw_only=True)
class Rate:
    """Transactions a second, and the latency in milliseconds that one in a hundred exceeds."""

    per_second: float
    p99_ms: float

    def __str__(self) -> str:
        return f"{self.per_second:,.0f} | {self.p99_ms:.1f} ms"


class Bench:
    """A server with two plugins, and a pooler before it."""

    def __init__(self) -> None:
        tier = tier_for(1_000)
        shards = shards_of(settings())
        found = plan_databases(registry=three_plugins(), tier=tier, users=1_000, shards=shards, regions=("us-east-1",))
        self._plans = {name: _roomy(found[name]) for name in ("community", "base-svc")}
        self._server = Postgres(more={"max_connections": str(2 * MANY)})
        self._pooler = Pooler(self._server)
        for plan in self._plans.values():
            _succeed(apply_schema(self._server, plan).error)
            self._pooler.admit(plan)
        rows = f"INSERT INTO posts SELECT i, md5(i::text) FROM generate_series(1, {ROWS}) i"  # noqa: S608  # a constant
        table = "CREATE TABLE posts (id int PRIMARY KEY, body text)"
        _succeed(as_role(self._server, self._plans["community"], "owner", f"{table}; {rows}").error)
        self._pooler.compose()
        self._pooler.server.run()

    def close(self) -> None:
        """Ends both servers."""
        self._pooler.server.stop()
        self._server.stop()

    def measure(self, clients: int, *, pooled: bool, neighbour: bool = False) -> Rate:
        """The rate of one plugin's clients. neighbour: while another plugin asks for all that it can get."""
        with tempfile.TemporaryDirectory() as folder:
            noise = None
            if neighbour:
                noise = self._start(Path(folder) / "noise", "base-svc", WORK, NEIGHBOUR_CLIENTS, pooled)
            own = self._start(Path(folder) / "own", "community", LOOKUP, clients, pooled)
            out, error = own.communicate(timeout=SECONDS * 20)
            if own.returncode:
                raise RuntimeError(error[-500:])
            if noise:
                noise.communicate(timeout=SECONDS * 20)
            return _rate(out, Path(folder) / "own")

    def _start(self, folder: Path, plugin: str, script: str, clients: int, pooled: bool) -> "subprocess.Popen[str]":
        folder.mkdir()
        (folder / "script.sql").write_text(script)
        plan = self._plans[plugin]
        user, password = login(plan, "app")
        database = plan.aliases.writer if pooled else "naap"
        port = self._pooler.server.port if pooled else self._server.port
        command = [str(self._server.programs / "pgbench"), "-n", "-M", "prepared", "-c", str(clients), "-T"]
        command += [
            str(SECONDS + clients // CONNECTED_A_SECOND),
            "-l",
            "--log-prefix",
            str(folder / "log"),
            "-f",
            str(folder / "script.sql"),
        ]
        command += ["-h", "127.0.0.1", "-p", str(port), "-U", user, database]
        environment = {"PGPASSWORD": password, "PGSSLMODE": "require", "PATH": os.environ["PATH"]}
        pipe = subprocess.PIPE
        # The benchmark's own command.
        return subprocess.Popen(  # noqa: S603
            command, env=environment, stdout=pipe, stderr=pipe, text=True
        )


def database_lines() -> Iterator[str]:
    """The tables of docs/benchmarks.md, line by line as they are measured."""
    bench = Bench()
    try:
        yield "\n## Databases: through PgBouncer and directly\n"
        yield "| clients | directly, tps | p99 | through PgBouncer, tps | p99 |\n| --- | --- | --- | --- | --- |"
        for clients in (FEW, MANY):
            yield f"| {clients} | {bench.measure(clients, pooled=False)} | {bench.measure(clients, pooled=True)} |"
        yield "\n| with a noisy neighbour | alone, tps | p99 | beside it, tps | p99 | left |"
        yield "| --- | --- | --- | --- | --- | --- |"
        for way, pooled in (("directly", False), ("through pools", True)):
            alone = bench.measure(FEW, pooled=pooled)
            beside = bench.measure(FEW, pooled=pooled, neighbour=True)
            yield f"| {way} | {alone} | {beside} | {beside.per_second / alone.per_second:.2f} |"
    finally:
        bench.close()


def _roomy(plan: PluginDatabasePlan) -> PluginDatabasePlan:
    """As many servers as the budget gives to so many clients; of the role's own, beside those, as many as come."""
    pool = pool_for(MANY if plan.plugin == "community" else NEIGHBOUR_CLIENTS, 1, MANY)
    return replace(plan, pool=pool, connection_limit=MANY + pool.total)


def _rate(out: str, folder: Path) -> Rate:
    lines = [line for line in out.splitlines() if line.startswith("tps = ")]
    if not lines:
        raise RuntimeError("nothing was measured: the clients took all the time to connect")
    (line,) = lines
    latencies = sorted(_latencies(folder))
    return Rate(per_second=float(line.split()[2]), p99_ms=latencies[int(len(latencies) * 0.99)] / 1_000)


def _latencies(folder: Path) -> Sequence[int]:
    return [int(line.split()[2]) for log in folder.glob("log.*") for line in log.read_text().splitlines()]


def _succeed(error: str) -> None:
    if error:
        raise RuntimeError(error)
