"""Databases as RDS runs them: made of what the played AWS has, and asked by psql as a Job asks them."""

import os

import pytest

from rehearsal.live.data.estate import Estate, Instance
from tests.dataplane.servers import Answer, answered
from tests.live.data.conftest import SECOND, Serving
from tests.wait import wait_for

CA, SETTING = "Amazon RDS us-east-1 Root CA RSA2048 G1", "SELECT setting FROM pg_settings WHERE name = '{}'"


@pytest.fixture
def instance(serving: Serving) -> Instance:
    """The dev stack's."""
    return next(one for one in serving.plane.estate().instances if one.source is None)


def ask(serving: Serving, instance: Instance, statement: str, *, ca: str = CA, **changes: str) -> Answer:
    """What psql says, as the master, by the name and with the certificate's check that the Jobs have."""
    environment = {
        "PGHOST": instance.host,
        "PGHOSTADDR": serving.address(instance.host),
        "PGPORT": str(instance.port),
        "PGUSER": instance.user,
        "PGPASSWORD": instance.password,
        "PGDATABASE": instance.database,
        "PGSSLMODE": "verify-full",
        "PGSSLROOTCERT": str(serving.authorities.of(ca).file),
        "PATH": os.environ["PATH"],
        **changes,
    }
    command = [str(serving.places.postgres / "psql"), "-X", "-A", "-t", "-q", "-v", "ON_ERROR_STOP=1"]
    return answered(command, environment, statement)


def test_the_master_is_who_the_stack_recorded_and_no_superuser(serving: Serving, instance: Instance) -> None:
    said = ask(serving, instance, "SELECT rolsuper, rolcreaterole, rolcreatedb FROM pg_roles WHERE rolname = USER")
    assert said.out.strip() == "f|t|t", said.error

    assert "permission denied" in ask(serving, instance, "SELECT pg_read_file('/etc/passwd')").error
    assert "authentication failed" in ask(serving, instance, "SELECT 1", PGPASSWORD="another").error
    assert "reject" in ask(serving, instance, "SELECT 1", PGUSER="rdsadmin").error


def test_a_changed_password_counts_once_it_is_recorded(serving: Serving, instance: Instance) -> None:
    serving.change("rds/instance", instance.identifier, password="the-next-one")  # noqa: S106  # of a test's server
    try:
        assert ask(serving, instance, "SELECT 1", PGPASSWORD="the-next-one").ok
        assert not ask(serving, instance, "SELECT 1").ok
    finally:
        serving.change("rds/instance", instance.identifier, password=instance.password)
    assert ask(serving, instance, "SELECT 1").ok


def test_parameters_are_those_of_the_group(serving: Serving, instance: Instance) -> None:
    for name in ("log_min_duration_statement", "idle_in_transaction_session_timeout", "track_io_timing"):
        stated = {"1": "on", "0": "off"} if name == "track_io_timing" else {}
        value = instance.parameters[name]
        assert ask(serving, instance, SETTING.format(name)).out.strip() == stated.get(value, value)
    assert ask(serving, instance, SETTING.format("wal_level")).out.strip() == "logical"


def test_nobody_comes_in_without_tls_or_trusts_it_by_another_regions_authority(
    serving: Serving, instance: Instance
) -> None:
    assert "no encryption" in ask(serving, instance, "SELECT 1", PGSSLMODE="disable").error
    other = CA.replace("us-east-1", "us-west-2")
    assert "certificate verify failed" in ask(serving, instance, "SELECT 1", ca=other).error


def test_a_replica_follows_and_is_read_only(serving: Serving, instance: Instance) -> None:
    replica = next(one for one in serving.plane.estate().instances if one.identifier == SECOND)
    assert ask(serving, instance, "CREATE TABLE followed AS SELECT 7 AS n").ok

    wait_for("the row at the replica", lambda: ask(serving, replica, "SELECT n FROM followed").out.strip() == "7")
    assert "read-only" in ask(serving, replica, "CREATE TABLE x (n int)").error


def test_a_lost_primary_comes_back_with_its_data(serving: Serving, instance: Instance) -> None:
    assert ask(serving, instance, "CREATE TABLE kept AS SELECT 1 AS n").ok
    mark = serving.places.lost / instance.identifier
    mark.touch()
    serving.follow()
    assert not ask(serving, instance, "SELECT 1").ok

    mark.unlink()
    serving.follow()
    assert ask(serving, instance, "SELECT n FROM kept").out.strip() == "1"


def test_what_was_killed_is_started_again(serving: Serving, instance: Instance) -> None:
    pid = ask(serving, instance, "SELECT pg_backend_pid()").out.strip()
    assert pid
    parent = int((serving.places.servers / instance.identifier / "data" / "postmaster.pid").read_text().split()[0])
    os.kill(parent, 9)
    wait_for("the end of it", lambda: not ask(serving, instance, "SELECT 1").ok)
    wait_for("its end to be seen", lambda: serving.plane.follow() == [] and ask(serving, instance, "SELECT 1").ok)


def test_everything_of_the_stack_is_read(estate: Estate) -> None:
    assert [one.identifier for one in estate.instances] == ["naap-dev-use1-pg-0"]
    assert {user.name for cache in estate.caches for user in cache.users} >= {"default", "ratelimit", "base-svc"}
    assert {bucket.name.split("-")[3] for bucket in estate.buckets} == {"assets", "backups", "logs", "uploads"}
    assert all(one.role in estate.roles for one in estate.associations)
    assert all(estate.roles[one.role].policies for one in estate.associations)
