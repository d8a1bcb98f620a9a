"""A shard in the second region: the replica that takes over, and copies of the backups.

    Standby(f"database-{plan.shard}-standby", plan=plan, source=database, network=second_network,
                    client_security_group_id=second_cluster.security_group_id, tags=tags,
                    opts=ResourceOptions(parent=platform, providers=[second_aws]))

Made where plan.remote is set. Handle: reader_host.
"""

import pulumi
from pulumi_aws import rds

from components.database.instance_foundation import InstanceFoundation
from components.database.read_replica import OwnStorage, read_replica
from components.database.shard import Shard
from components.network.vpc import Network
from components.shared.component import Component
from planning.database.shard import RemotePlan, ShardPlan
from planning.shared.tags import Tags


class Standby(Component, token="naap:platform:DatabaseStandby"):
    """The second region's part of a shard. Its provider is that region's."""

    def __init__(
        self,
        name: str,
        *,
        plan: ShardPlan,
        source: Shard,
        network: Network,
        client_security_group_id: pulumi.Input[str],
        tags: Tags,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        if plan.remote is None:
            raise ValueError(f"shard {plan.shard} has no second region")
        self.plan = plan
        self._name = name
        self._tags = tags.of("database")
        remote = plan.remote
        self._parts = InstanceFoundation(
            name,
            prefix=remote.prefix,
            region=remote.region,
            network=network,
            client_security_group_id=client_security_group_id,
            client_cidrs=(),
            sibling_cidrs=(),
            identifiers=(remote.replica.identifier,),
            log_days=plan.log_days,
            protect=plan.protect,
            tags=self._tags,
            parent=self,
        )
        replica = self._replica(source, remote)
        self.reader_host = replica.address
        self.identifiers = {remote.replica.identifier: replica.identifier}
        rds.InstanceAutomatedBackupsReplication(
            f"{name}-backups",
            source_db_instance_arn=source.arn,
            kms_key_id=self._parts.key.arn,
            retention_period=plan.backup_days,
            # While RDS makes a replica, its source is not available for more.
            opts=self.child(source, replica),
        )
        self.register_outputs({"readerHost": self.reader_host})

    def _replica(self, source: Shard, remote: RemotePlan) -> rds.Instance:
        plan, parts = self.plan, self._parts
        return read_replica(
            f"{self._name}-replica",
            plan=plan,
            replica=remote.replica,
            source=source.arn,
            parts=parts,
            after=source.replicas,
            tags=self._tags,
            parent=self,
            own=OwnStorage(
                multi_az=remote.multi_az,
                key_arn=parts.key.arn,
                subnet_group=parts.subnet_group.name,
                backup_window=plan.backup_window,
            ),
        )
