"""Databases that RDS works at: a source that gets a replica, or is modified, is available for no second request.

RDS's user guide, "DB instance status": requests need `available`. The error is that of provider issue 43474; the
provider does not try again. What takes minutes on AWS takes a moment here, in which others find the database busy.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager

from rehearsal.standins.aws.account.account import Account
from rehearsal.standins.provider import ProviderError
from rehearsal.standins.values import Map

INSTANCE, BACKUP_COPY = "rds/instance", "rds/instanceAutomatedBackupsReplication"
SECONDS = 1.0
_SLACK = 1.0  # seconds after which the work of a killed process is over
_WITHOUT_WORK = {"tags", "tagsAll"}


@contextmanager
def work_at(account: Account, database: str, pause: Callable[[float], None]) -> Generator[None]:
    """Let RDS work at a database ("" for none) for a moment; ProviderError where it does already."""
    if not database:
        yield
        return
    if not account.begin_work(database, SECONDS + _SLACK):
        raise ProviderError(
            f"{INSTANCE} ({database}): InvalidDBInstanceState: DB instance is not in the available state "
            "(it is being modified, or gets a replica: make one after the other, with depends_on)"
        )
    try:
        pause(SECONDS)
        yield
    finally:
        account.end_work(database)


def source_of(kind: str, region: str, inputs: Map) -> str:
    """The database that a new resource makes RDS work at, as region/identifier."""
    source = inputs.get({INSTANCE: "replicateSourceDb", BACKUP_COPY: "sourceDbInstanceArn"}.get(kind, ""))
    if not isinstance(source, str) or not source:
        return ""
    parts = source.split(":")
    return f"{parts[3]}/{parts[-1]}" if len(parts) > 1 else f"{region}/{source}"


def modified(kind: str, region: str, old: Map, new: Map) -> str:
    """The database that an update makes RDS work at: tags alone don't."""
    if kind != INSTANCE or all(old.get(name) == new.get(name) for name in {*old, *new} - _WITHOUT_WORK):
        return ""
    return f"{region}/{new.get('identifier') or old.get('identifier')}"
