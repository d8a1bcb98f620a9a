"""A plugin's schema goes into the backups bucket and comes back: the Jobs that the program makes, on real servers."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

import pulumi
import pytest

from components.database.jobs.archive_job import ArchiveJob, RestoreJob
from components.database.jobs.schema_job import SchemaJob
from components.database.shard_access import DatabaseContext, ShardAccess
from components.shared.root_secret import RootSecret
from planning.database.archive import ArchivePlan
from planning.database.plugin_database import PluginDatabasePlan
from planning.database.roles import roles_of
from tests.dataplane.aws_play import REGION, AwsPlay
from tests.dataplane.conftest import administer, as_role
from tests.dataplane.jobs import JobRunner
from tests.dataplane.servers import SUPERUSER, Answer, Postgres
from tests.planning.samples import ROOT_SECRET

Plans = Mapping[str, PluginDatabasePlan]
BUCKET = "backups"
HOST = "writer.rds"
CONTENT = """
CREATE TYPE mood AS ENUM ('good', 'bad');
CREATE TABLE "Mixed" (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, m mood, at timestamptz DEFAULT now(),
  owner int REFERENCES public."User" (id), note text, twice int GENERATED ALWAYS AS (length(note) * 2) STORED);
CREATE INDEX ON "Mixed" (at DESC) WHERE m = 'good';
CREATE TABLE parts (d date NOT NULL, v bytea) PARTITION BY RANGE (d);
CREATE TABLE parts_2026 PARTITION OF parts FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
CREATE FUNCTION shout() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.note := upper(NEW.note); RETURN NEW; END $$;
CREATE TRIGGER loud BEFORE INSERT ON "Mixed" FOR EACH ROW EXECUTE FUNCTION shout();
CREATE VIEW good AS SELECT note FROM "Mixed" WHERE m = 'good';
CREATE MATERIALIZED VIEW counted AS SELECT count(*) AS n FROM "Mixed";
INSERT INTO "Mixed" (m, owner, note) SELECT 'good', 1, E'it''s\\t\\\\ ' || i FROM generate_series(1, 500) i;
INSERT INTO parts SELECT '2026-03-01', decode(md5(i::text), 'hex') FROM generate_series(1, 300) i;
DELETE FROM "Mixed" WHERE id % 7 = 0;
REFRESH MATERIALIZED VIEW counted;
"""
SEEN = """SELECT md5(string_agg(t::text, '|' ORDER BY t.id)), count(*), max(id) FROM "Mixed" t;
SELECT md5(string_agg(p::text, '|' ORDER BY p.v)) FROM parts p; TABLE counted; SELECT count(*) FROM good;"""


class Shelf:
    """The Jobs of one plugin, its database and its bucket."""

    def __init__(self, database: Postgres, aws: AwsPlay, plan: PluginDatabasePlan) -> None:
        self.database, self.aws, self.plan = database, aws, plan
        self._secret = aws.keep_administrator(f"shard/{plan.plugin}", HOST)
        self._runner = JobRunner(aws, {HOST: database})

    def _context(self) -> DatabaseContext:
        shard = ShardAccess(writer_host=HOST, reader_hosts=(), secret_arn=self._secret)
        return DatabaseContext(
            region=REGION,
            shards={0: shard},
            root_secret=RootSecret(pulumi.Output.secret(ROOT_SECRET)),
            backups_bucket=BUCKET,
            pooler_namespace=pulumi.ComponentResource("naap:platform:PoolerNamespace", "poolers"),
            schema=(),
        )

    def _run(self, make: Callable[[DatabaseContext], object], until: str | None = None) -> Answer:
        return self._runner.run(lambda: make(self._context()), until=until)[-1]

    def archive(self, until: str | None = None) -> Answer:
        """The archive Job."""
        roles = roles_of(self.plan.plugin.replace("-", "_"))
        plan = ArchivePlan(plugin=self.plan.plugin, shard=0, schema=self.plan.schema, owner_role=roles[0], logins=roles)
        return self._run(lambda around: ArchiveJob("a", plan=plan, context=around, labels={}), until)

    def restore(self, archive: str) -> Answer:
        """The restore Job."""
        plan = replace(self.plan, restore=archive)
        return self._run(
            lambda around: RestoreJob("r", plan=plan, archive=archive, context=around, labels={}, after=())
        )

    def make_schema(self, archive: str | None = None) -> Answer:
        """The schema Job."""
        plan = replace(self.plan, restore=archive)
        return self._run(
            lambda around: SchemaJob(
                "s",
                plan=plan,
                title=f"schema-{plan.plugin}",
                region=REGION,
                writer_host=HOST,
                secret_arn=self._secret,
                root_secret=around.root_secret,
                labels={},
                after=(),
            )
        )

    def seen(self) -> Answer:
        """What the plugin sees of its data."""
        return as_role(self.database, self.plan, "app", SEEN)

    def archives(self) -> list[str]:
        """Keys in the bucket."""
        listed = self.aws.ask("s3", "ls", f"s3://{BUCKET}/", "--recursive")
        return [line.split()[-1] for line in listed.splitlines()]


@pytest.fixture(scope="module")
def shelf(database: Postgres, plans: Plans) -> Iterator[Shelf]:
    """A plugin that goes, full of what is hard to dump."""
    aws = AwsPlay()
    try:
        aws.ask("s3", "mb", f"s3://{BUCKET}")
        gone = replace(
            plans["my-wallet"],
            plugin="going",
            schema="plugin_going",
            owner_role="going_owner",
            app_role="going_app",
            ro_role="going_ro",
        )
        made = Shelf(database, aws, gone)
        answer = made.make_schema()
        assert answer.ok, answer.error
        filled = as_role(database, gone, "owner", CONTENT)
        assert filled.ok, filled.error
        yield made
    finally:
        aws.stop()


def test_an_archive_that_is_killed_after_any_step_is_done_again_and_there_is_one(shelf: Shelf) -> None:
    before = shelf.seen()
    assert before.ok, before.error
    for step in ("take", "upload"):
        answer = shelf.archive(until=step)
        assert answer.ok, answer.error
    answer = shelf.archive()
    assert answer.ok, answer.error
    assert len(shelf.archives()) == 1
    assert not shelf.seen().ok
    assert (
        shelf.database.psql(
            "SELECT count(*) FROM pg_roles WHERE rolname LIKE 'going%' AND rolcanlogin", user=SUPERUSER
        ).out
        == "0\n"
    )

    # Back within the time in which the schema still lies there: the schema Job alone.
    assert shelf.make_schema().ok
    assert shelf.seen().out == before.out


def test_a_dropped_schema_comes_back_from_its_archive_as_it_was(shelf: Shelf) -> None:
    before = shelf.seen()
    assert shelf.archive().ok
    (archive,) = shelf.archives()
    assert administer(shelf.database, "DROP SCHEMA plugin_going__archived CASCADE").ok

    refused = shelf.make_schema()
    assert not refused.ok
    assert f"state its archive in database.restore (naap archive: {archive})" in refused.error

    for _ in range(2):
        made = shelf.make_schema(archive)
        assert made.ok, made.error
        restored = shelf.restore(archive)
        assert restored.ok, restored.error
        assert shelf.seen().out == before.out
    grown = as_role(shelf.database, shelf.plan, "app", "INSERT INTO \"Mixed\" (m, owner, note) VALUES ('bad', 1, 'x')")
    assert grown.ok, grown.error
    assert not as_role(shelf.database, shelf.plan, "ro", 'DELETE FROM "Mixed"').ok
    again = shelf.restore(archive)
    assert again.ok
    assert "nothing is restored" in again.out
    assert shelf.seen().out != before.out


def test_an_archive_that_does_not_hold_what_its_name_says_is_not_restored(shelf: Shelf) -> None:
    (archive, *_) = shelf.archives()
    forged = archive.replace(archive[-10], "0" if archive[-10] != "0" else "1")
    shelf.aws.ask("s3", "cp", f"s3://{BUCKET}/{archive}", f"s3://{BUCKET}/{forged}")
    assert administer(shelf.database, "DROP SCHEMA plugin_going CASCADE").ok
    assert shelf.make_schema(forged).ok
    answer = shelf.restore(forged)
    assert not answer.ok
    assert "what was restored is not what was archived" in answer.error
    assert not shelf.seen().ok
    shelf.aws.ask("s3", "rm", f"s3://{BUCKET}/{forged}")
    assert shelf.restore(archive).ok


def test_a_schema_that_was_never_made_is_archived_as_nothing(shelf: Shelf) -> None:
    never = Shelf(shelf.database, shelf.aws, replace(shelf.plan, plugin="never", schema="plugin_never"))
    answer = never.archive()
    assert answer.ok, answer.error
    assert len(shelf.archives()) == 1
