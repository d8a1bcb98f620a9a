"""A schema moves to another shard while its plugin writes: the program's Jobs, two real servers, a real pooler."""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import replace

import pulumi
import pytest

from components.database.plugin_database import PluginDatabase
from components.database.shard_access import DatabaseContext, ShardAccess
from components.shared.root_secret import RootSecret
from planning.database.plugin_database import PluginDatabasePlan, ShardMovePlan
from tests.dataplane.aws_play import REGION, AwsPlay
from tests.dataplane.conftest import as_role, login
from tests.dataplane.jobs import JobRunner
from tests.dataplane.pooler import Pooler
from tests.dataplane.servers import SUPERUSER, Answer, Postgres
from tests.dataplane.writers import Writer
from tests.planning.samples import ROOT_SECRET
from tests.wait import wait_for

Plans = Mapping[str, PluginDatabasePlan]
SOURCE, TARGET = "source.rds", "target.rds"
CONTENT = """
CREATE TABLE journal (id serial PRIMARY KEY, n bigint NOT NULL UNIQUE);
CREATE TABLE keyless (word text);
CREATE FUNCTION double() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN INSERT INTO keyless VALUES ('by a trigger'); RETURN NEW; END $$;
CREATE TRIGGER once AFTER INSERT ON journal FOR EACH ROW EXECUTE FUNCTION double();
CREATE MATERIALIZED VIEW counted AS SELECT count(*) AS n FROM journal;
INSERT INTO journal (n) SELECT -i FROM generate_series(1, 2000) i;
"""


class Rig:
    """Two shards, a plugin on the first, and the pooler of its pods."""

    def __init__(self, aws: AwsPlay, source: Postgres, target: Postgres, plan: PluginDatabasePlan) -> None:
        self.source, self.target, self.plan = source, target, plan
        self.servers = {SOURCE: source, TARGET: target}
        self._secrets = [aws.keep_administrator(host, host) for host in self.servers]
        self._runner = JobRunner(aws, self.servers)

    def plan_of(self, move: ShardMovePlan | None, shard: int) -> PluginDatabasePlan:
        """The plugin's plan at some point of its move."""
        return replace(self.plan, shard=shard, move=move)

    def run(self, plan: PluginDatabasePlan, job: str) -> Answer:
        """One of the Jobs that the program makes for this plan, by the start of its name."""
        return self._runner.run(self._make(plan), job=job)[-1]

    def _make(self, plan: PluginDatabasePlan) -> Callable[[], object]:
        def make() -> object:
            shards = {
                number: ShardAccess(writer_host=host, reader_hosts=(), secret_arn=secret)
                for number, (host, secret) in enumerate(zip(self.servers, self._secrets, strict=True))
            }
            around = DatabaseContext(
                region=REGION,
                shards=shards,
                root_secret=RootSecret(pulumi.Output.secret(ROOT_SECRET)),
                backups_bucket="unused",
                pooler_namespace=pulumi.ComponentResource("naap:platform:PoolerNamespace", "poolers"),
                schema=(),
            )
            return PluginDatabase("moving", plan=plan, context=around, labels={})

        return make

    def writer(self, pooler: Pooler) -> Writer:
        """A pod that writes."""
        user, password = login(self.plan, "app")
        environment = {
            "PGHOST": "localhost",
            "PGPORT": str(pooler.server.port),
            "PGUSER": user,
            "PGPASSWORD": password,
            "PGDATABASE": self.plan.aliases.writer,
            "PGSSLMODE": "require",
            "PATH": os.environ["PATH"],
        }
        return Writer([str(self.source.programs / "psql"), "-X", "-A", "-t", "-q"], environment)


@pytest.fixture(scope="module")
def rig(database: Postgres, plans: Plans) -> Iterator[Rig]:
    """A plugin that is about to move."""
    with ExitStack() as running:
        aws = AwsPlay()
        running.callback(aws.stop)
        target = Postgres("127.0.0.2", database.port)
        running.callback(target.stop)
        moving = replace(
            plans["community"],
            plugin="moving",
            schema="plugin_moving",
            owner_role="moving_owner",
            app_role="moving_app",
            ro_role="moving_ro",
            aliases=replace(plans["community"].aliases, writer="moving", reader="moving_ro", migration="moving_mig"),
        )
        made = Rig(aws, database, target, moving)
        answer = made.run(made.plan_of(None, 0), "schema-")
        assert answer.ok, answer.error
        filled = as_role(database, moving, "owner", CONTENT)
        assert filled.ok, filled.error
        yield made


def test_a_plugin_that_writes_all_the_time_moves_and_no_row_is_lost(rig: Rig) -> None:
    following = rig.plan_of(ShardMovePlan(source=0, target=1, switched=False), 0)
    pooler = Pooler(rig.source)
    writers: list[Writer] = []
    try:
        pooler.admit(following, hosts=(rig.source.address, rig.target.address))
        pooler.compose()
        pooler.server.run()
        writers = [rig.writer(pooler) for _ in range(3)]
        for writer in writers:
            writer.start()

        closed = rig.run(following, "schema-target-")
        assert closed.ok, closed.error
        for _ in range(2):
            copied = rig.run(following, "copy-")
            assert copied.ok, copied.error
        assert not as_role(rig.target, rig.plan, "app", "SELECT 1").ok
        follows = rig.target.psql("SELECT subconninfo FROM pg_subscription", user=SUPERUSER).out
        assert "sslmode=verify-full sslrootcert=/" in follows

        _a_migration_in_between_is_noticed_and_the_source_serves_on(rig, writers)
        serving = rig.plan_of(ShardMovePlan(source=0, target=1, switched=True), 1)
        for _ in range(2):
            switched = rig.run(serving, "switch-")
            assert switched.ok, switched.error
        opened = rig.run(serving, "schema-")
        assert opened.ok, opened.error
        _wait_for_more(writers)
    finally:
        for writer in writers:
            writer.stop()
        pooler.server.stop()

    acknowledged = {number for writer in writers for number in writer.acknowledged}
    found = rig.target.psql("SELECT n FROM plugin_moving.journal WHERE n > 0", user=SUPERUSER).out.split()
    assert acknowledged <= {int(number) for number in found}
    assert len(acknowledged) > 100
    pause = max(writer.longest_pause for writer in writers)
    # Refused is what came between the closing of the one and the opening of the other.
    refused = sum(writer.refused for writer in writers)
    assert pause < 30, f"{len(acknowledged)} rows, {refused} refused, pause {pause:.1f} s"
    _everything_came_once(rig)
    assert not as_role(rig.source, rig.plan, "app", "SELECT 1").ok
    left = "SELECT count(*) FROM pg_replication_slots; SELECT count(*) FROM pg_publication"
    assert rig.source.psql(left, user=SUPERUSER).out.split() == ["0", "0"]
    for server in rig.servers.values():
        assert "password=" not in server.log.read_text(errors="replace")


def _a_migration_in_between_is_noticed_and_the_source_serves_on(rig: Rig, writers: list[Writer]) -> None:
    serving = rig.plan_of(ShardMovePlan(source=0, target=1, switched=True), 1)
    assert as_role(rig.source, rig.plan, "owner", "CREATE TABLE extra (id int)").ok
    answer = rig.run(serving, "switch-")
    assert not answer.ok
    assert "definitions differ" in answer.error
    _wait_for_more(writers)
    assert as_role(rig.source, rig.plan, "owner", "DROP TABLE extra").ok


def _wait_for_more(writers: list[Writer]) -> None:
    before = [len(writer.acknowledged) for writer in writers]
    wait_for(
        "20 more rows of each writer",
        lambda: all(len(writer.acknowledged) >= seen + 20 for writer, seen in zip(writers, before, strict=True)),
    )


def _everything_came_once(rig: Rig) -> None:
    """Rows of triggers too, sequences go on, and what is made of rows is made anew."""
    rows = "SELECT count(*) FROM plugin_moving.journal; SELECT count(*) FROM plugin_moving.keyless"
    there = [int(count) for count in rig.target.psql(rows, user=SUPERUSER).out.split()]
    assert there[0] == there[1]
    assert as_role(rig.target, rig.plan, "app", "INSERT INTO journal (n) VALUES (0)").ok
    counted = rig.target.psql("SELECT n > 2000 FROM plugin_moving.counted", user=SUPERUSER)
    assert counted.out == "t\n"
