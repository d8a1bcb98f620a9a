"""Database shards: one RDS PostgreSQL instance each, with its replicas, here and in the second region."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from planning.database.shard_size import ShardSize
from planning.inputs.settings import Settings
from planning.inputs.tiers import Tier
from planning.network.addresses import region_addresses
from planning.shared.naming import regional

ENGINE_VERSION = "17"
"""The major version only: RDS upgrades minor ones by itself, and the provider compares by this prefix, so that such
an upgrade is no difference in a later run. How to raise it: docs/upgrading-postgresql.md."""
PARAMETER_FAMILY = f"postgres{ENGINE_VERSION}"
DATABASE_NAME = "naap"
DATABASE_PORT = 5432
ADMINISTRATOR = "naap_admin"
AUTHORITY = "rds-ca-rsa2048-g1"
"""Named, so that AWS changing its default is no restart of ours. Valid until 2061."""
MONITORING_SECONDS = 60
INSIGHTS_DAYS = 7
"""Performance Insights keeps a week for nothing; more is billed by vCPU."""

BASELINE_FROM_GIB = 400
"""From here RDS stripes a gp3 volume of PostgreSQL over four, and states IOPS and throughput; below they are fixed."""
BASELINE_IOPS = 12_000
BASELINE_THROUGHPUT = 500

LOG_EXPORTS = ("postgresql", "upgrade")
REPLICA_BACKUP_DAYS = 7
"""Of the replica in the second region: a promoted one has backups from its first minute."""

SECRET_RECOVERY_DAYS = 30
"""The longest that Secrets Manager offers."""

CEILING_PART = 1.1
"""RDS demands that the ceiling of storage lies a tenth above what is there."""
CEILING_STATED_PART = 1.26
"""Of a stated floor: nearer, RDS reports each day that the ceiling comes near."""

_SLOTS = 8
"""Maintenance of at most every eighth shard falls into the same half hour."""


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """One setting of the parameter group. static: takes effect at the next restart."""

    name: str
    value: str
    static: bool = False


PARAMETERS = (
    Parameter(name="rds.force_ssl", value="1"),
    Parameter(name="rds.logical_replication", value="1", static=True),
    Parameter(name="rds.restrict_password_commands", value="1", static=True),
    Parameter(name="password_encryption", value="scram-sha-256"),
    # Ends the statement of a client that has gone, within a second: poolers and pods come and go.
    Parameter(name="client_connection_check_interval", value="1000"),
    Parameter(name="log_min_duration_statement", value="1000"),
    # Values bound to statements are the users' data.
    Parameter(name="log_parameter_max_length", value="0"),
    Parameter(name="log_parameter_max_length_on_error", value="0"),
    Parameter(name="log_statement", value="ddl"),
    Parameter(name="log_lock_waits", value="1"),
    Parameter(name="log_temp_files", value="10240"),
    Parameter(name="log_autovacuum_min_duration", value="1000"),
    Parameter(name="track_io_timing", value="1"),
    # Backs up the roles' own limits: nothing idles inside a transaction for longer than this.
    Parameter(name="idle_in_transaction_session_timeout", value="300000"),
)


@dataclass(frozen=True, kw_only=True)
class ReplicaPlan:
    """A read replica. maintenance_window: on another day than its primary's, so that readers survive either.

    backup_days: how long backups of its own are kept; 0: it has none, as its primary has them.
    """

    identifier: str
    maintenance_window: str
    backup_days: int = 0


@dataclass(frozen=True, kw_only=True)
class RemotePlan:
    """What a second region holds of a shard: the replica that takes over, and copies of the backups."""

    region: str
    prefix: str
    replica: ReplicaPlan
    multi_az: bool


@dataclass(frozen=True, kw_only=True)
class ShardPlan:
    """One shard. Storage in GiB; iops and throughput (MiB/s): None where the volume is too small to state them.

    engine_version: PostgreSQL's major version. allow_major_upgrade: whether RDS may go up to it from an earlier one.
    prefix: first part of the names of what belongs to the shard. remote_cidrs: networks of other regions whose
    poolers write here. sibling_cidrs: where the other shards are, which a schema may move to or from.
    pooler_pods: in each region.
    """

    shard: int
    region: str
    identifier: str
    engine_version: str
    allow_major_upgrade: bool
    parameter_group: str
    instance_class: str
    memory_gib: int
    pooler_pods: int
    multi_az: bool
    storage_gib: int
    max_storage_gib: int
    iops: int | None
    throughput: int | None
    backup_days: int
    backup_window: str
    maintenance_window: str
    replicas: tuple[ReplicaPlan, ...]
    remote: RemotePlan | None
    remote_cidrs: tuple[str, ...]
    sibling_cidrs: tuple[str, ...]
    log_days: int
    protect: bool

    def client_networks(self, region: str) -> tuple[str, ...]:
        """Data subnets in which poolers of a region find this shard: its own region's, and where the writer is."""
        regions = dict.fromkeys((region, self.region))
        return tuple(subnet.data for name in regions for subnet in region_addresses(name).subnets)

    def replicas_in(self, region: str) -> tuple[str, ...]:
        """Identifiers of the read replicas in a region."""
        if region == self.region:
            return tuple(replica.identifier for replica in self.replicas)
        return (self.remote.replica.identifier,) if self.remote and self.remote.region == region else ()

    def instances_in(self, region: str) -> tuple[str, ...]:
        """The same with the writer, where it is there."""
        return ((self.identifier,) if region == self.region else ()) + self.replicas_in(region)

    @property
    def secret_name(self) -> str:
        """Name of the administrator's secret."""
        return f"{self.identifier}/administrator"

    @property
    def secret_recovery_days(self) -> int:
        """In which that secret can be brought back; 0: its name is free at once, for an environment made anew."""
        return SECRET_RECOVERY_DAYS if self.protect else 0

    @property
    def log_groups(self) -> Mapping[str, tuple[str, ...]]:
        """For each instance in the home region, the names that RDS gives to its log groups."""
        identifiers = (self.identifier, *(replica.identifier for replica in self.replicas))
        return {identifier: log_groups(identifier) for identifier in identifiers}


def log_groups(identifier: str) -> tuple[str, ...]:
    """Names that RDS gives to the log groups of an instance."""
    return tuple(f"/aws/rds/instance/{identifier}/{kind}" for kind in LOG_EXPORTS)


def shard_count(settings: Settings, tier: Tier) -> int:
    """Shards of an environment: never fewer than the settings demand."""
    return max(tier.database.shards, settings.shards or 0)


def plan_shards(*, stack: str, settings: Settings, tier: Tier, sizes: Sequence[ShardSize]) -> tuple[ShardPlan, ...]:
    """The shards of an environment, in order of their numbers, of these sizes."""
    return tuple(_plan_shard(stack, settings, tier, shard, size) for shard, size in enumerate(sizes))


def _plan_shard(stack: str, settings: Settings, tier: Tier, shard: int, sized: ShardSize) -> ShardPlan:
    regions = settings.regions[: tier.regions]
    size = tier.database
    home = regions[0]
    identifier = f"{regional(stack, home)}-pg-{shard}"
    floor = settings.storage_gib or 0
    storage_gib = max(size.storage_gib, floor)
    states_io = storage_gib >= BASELINE_FROM_GIB
    return ShardPlan(
        shard=shard,
        region=home,
        identifier=identifier,
        engine_version=ENGINE_VERSION,
        allow_major_upgrade=settings.allow_major_version_upgrade,
        parameter_group=f"{identifier}-{PARAMETER_FAMILY}",
        instance_class=sized.instance.name,
        memory_gib=sized.instance.memory_gib,
        pooler_pods=sized.pooler_pods,
        multi_az=size.multi_az,
        storage_gib=storage_gib,
        max_storage_gib=max(size.max_storage_gib, math.ceil(floor * CEILING_STATED_PART)),
        iops=BASELINE_IOPS if states_io else None,
        throughput=BASELINE_THROUGHPUT if states_io else None,
        backup_days=size.backup_days,
        backup_window=_window(1, shard),
        maintenance_window=_maintenance("wed", shard),
        replicas=tuple(
            ReplicaPlan(
                identifier=f"{identifier}-r{number}",
                maintenance_window=_maintenance(("mon", "tue")[number % 2], shard),
            )
            for number in range(1, size.replicas + 1)
        ),
        remote=_plan_remote(stack, regions[1], tier, shard) if size.cross_region and len(regions) > 1 else None,
        remote_cidrs=tuple(region_addresses(region).cidr for region in regions[1:]),
        sibling_cidrs=tuple(subnet.data for subnet in region_addresses(home).subnets) if size.shards > 1 else (),
        log_days=tier.log_days,
        protect=settings.production,
    )


def _plan_remote(stack: str, region: str, tier: Tier, shard: int) -> RemotePlan:
    prefix = f"{regional(stack, region)}-pg-{shard}"
    return RemotePlan(
        region=region,
        prefix=prefix,
        replica=ReplicaPlan(
            identifier=f"{prefix}-standby",
            maintenance_window=_maintenance("thu", shard),
            backup_days=REPLICA_BACKUP_DAYS,
        ),
        multi_az=tier.database.multi_az,
    )


def _window(hour: int, shard: int) -> str:
    """Half an hour of the night (UTC), by shard."""
    begin = hour * 60 + shard % _SLOTS * 30
    end = begin + 30
    return f"{begin // 60:02}:{begin % 60:02}-{end // 60:02}:{end % 60:02}"


def _maintenance(day: str, shard: int) -> str:
    """After the backups of the same night have ended (05:00)."""
    begin, end = _window(6, shard).split("-")
    return f"{day}:{begin}-{day}:{end}"
