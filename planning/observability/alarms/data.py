"""Alarms on what holds data: databases, their backups, caches."""

from planning.database.connection_budget import max_connections
from planning.inputs.tiers import Tier
from planning.observability.alarms.alarm import AlarmPlan
from planning.observability.alerts.alert import Severity

GIB = 2**30

_AWAY_LAG_SECONDS = 300
"""Of a replica in another region: longer than any statement that holds it up."""

BACKUP_HOURS = 26
"""A day, and the two hours by which a backup may be late: its window, and its own length."""


def database_alarms(tier: Tier, *, replica: bool, away: bool = False) -> tuple[AlarmPlan, ...]:
    """Of one RDS instance. missing = breaching: an instance that reports nothing is not well.

    away: a replica of another region's writer. If that region is lost, it is what can still tell.
    """
    size = tier.database
    found = [
        _of_instance(
            "storage",
            "FreeStorageSpace",
            0.1 * size.storage_gib * GIB,
            "Storage grows by itself, at most once in six hours: see what writes so much.",
            above=False,
            periods=1,
            severity=Severity.PAGE,
        ),
        _of_instance(
            "cpu", "CPUUtilization", 80, "See Performance Insights for the statement, and its plugin by its role."
        ),
        _of_instance(
            "memory",
            "FreeableMemory",
            0.05 * size.memory_gib * GIB,
            "Look for statements that sort or hash in memory, then at the size of the instance.",
            above=False,
        ),
        _of_instance(
            "connections",
            "DatabaseConnections",
            int(0.8 * max_connections(size.memory_gib)),
            "Compare the poolers' pools with the connection budget; an operator's sessions count too.",
            severity=Severity.PAGE,
        ),
    ]
    if replica:
        found.append(
            _of_instance(
                "lag",
                "ReplicaLag",
                _AWAY_LAG_SECONDS if away else 30,
                "Readers see old rows: look for long statements on the replica, and whether its source is there.",
                periods=2,
                severity=Severity.PAGE if away else Severity.TICKET,
            )
        )
    return tuple(found)


def _of_instance(
    key: str,
    metric: str,
    threshold: float,
    action: str,
    *,
    above: bool = True,
    periods: int = 3,
    severity: Severity = Severity.TICKET,
) -> AlarmPlan:
    return AlarmPlan(
        key=key,
        namespace="AWS/RDS",
        metric=metric,
        statistic="Average",
        dimensions=("DBInstanceIdentifier",),
        threshold=threshold,
        above=above,
        periods=periods,
        action=action,
        runbook=f"database-{key}",
        severity=severity,
        missing="breaching",
    )


def cache_alarms(*, replicated: bool) -> tuple[AlarmPlan, ...]:
    """Of one cache node; replicated: it has replicas, whose lag is watched."""

    def alarm(key: str, metric: str, threshold: float, action: str, statistic: str = "Average") -> AlarmPlan:
        return AlarmPlan(
            key=key,
            namespace="AWS/ElastiCache",
            metric=metric,
            statistic=statistic,
            dimensions=("CacheClusterId",),
            threshold=threshold,
            periods=3,
            action=action,
            runbook=f"cache-{key}",
        )

    found = [
        alarm("cpu", "EngineCPUUtilization", 80, "One core does it all: look for the plugin with large commands."),
        alarm("memory", "DatabaseMemoryUsagePercentage", 80, "See which plugin's keys have no lifetime."),
        alarm("evictions", "Evictions", 0, "Memory is full: keys with a lifetime go before their time.", "Sum"),
    ]
    if replicated:
        found.append(alarm("lag", "ReplicationLag", 5, "A failover now would lose these seconds.", "Maximum"))
    return tuple(found)


def backup_alarm() -> AlarmPlan:
    """Of the rule that counts finished backups of one instance (components/observability/alarms.py).

    RDS measures no age of a backup, but tells when one is finished; a day in which it tells nothing is the alarm. A new
    instance is backed up before it counts as made. No page: such events are delivered as best AWS can.
    """
    return AlarmPlan(
        key="backup",
        namespace="AWS/Events",
        metric="MatchedEvents",
        statistic="Sum",
        dimensions=("RuleName",),
        threshold=1,
        above=False,
        period_seconds=3_600,
        periods=BACKUP_HOURS,
        action="No backup was finished for a day: see the instance's events.",
        runbook="database-backup",
        missing="breaching",
    )
