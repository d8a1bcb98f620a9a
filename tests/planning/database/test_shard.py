"""Shards of an environment: what comes back after a mistake, and for how long."""

import pytest

from planning.database.shard import REPLICA_BACKUP_DAYS, SECRET_RECOVERY_DAYS, ShardPlan
from tests.planning.samples import settings, shards_of


def _shard(users: int, *, production: bool = True) -> ShardPlan:
    stated = settings(users, production=production)
    return shards_of(stated)[0]


@pytest.mark.parametrize(("production", "days"), [(True, SECRET_RECOVERY_DAYS), (False, 0)])
def test_the_administrators_secret_of_production_alone_can_be_brought_back(production: bool, days: int) -> None:
    assert _shard(120_000, production=production).secret_recovery_days == days


def test_of_the_replicas_the_one_in_the_second_region_has_backups_of_its_own() -> None:
    plan = _shard(120_000)
    assert plan.remote is not None
    assert plan.remote.replica.backup_days == REPLICA_BACKUP_DAYS
    assert {replica.backup_days for replica in plan.replicas} == {0}
