"""A shard in the second region: the replica that takes over, and copies of the backups.

    DatabaseStandby(f"database-{plan.shard}-standby", plan=plan, source_arn=database.arn, network=second_network,
                    client_security_group_id=second_cluster.security_group_id, tags=tags,
                    opts=ResourceOptions(parent=platform, providers=[second_aws]))

Made where plan.remote is set. Handle: reader_host.
"""

import pulumi
from pulumi_aws import rds

from components.database_parts import INSTANCE_TIMEOUTS, DatabaseParts
from components.network import Network
from planning.database import (
    AUTHORITY,
    DATABASE_PORT,
    INSIGHTS_DAYS,
    LOG_EXPORTS,
    MONITORING_SECONDS,
    DatabasePlan,
    RemotePlan,
)
from planning.tags import Tags


class DatabaseStandby(pulumi.ComponentResource):
    """The second region's part of a shard. Its provider is that region's."""

    def __init__(
        self,
        name: str,
        *,
        plan: DatabasePlan,
        source_arn: pulumi.Input[str],
        network: Network,
        client_security_group_id: pulumi.Input[str],
        tags: Tags,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("naap:platform:DatabaseStandby", name, None, opts)
        if plan.remote is None:
            raise ValueError(f"shard {plan.shard} has no second region")
        self.plan = plan
        self._name = name
        self._tags = tags.of("database")
        remote = plan.remote
        self._parts = DatabaseParts(
            name,
            prefix=remote.prefix,
            region=remote.region,
            network=network,
            client_security_group_id=client_security_group_id,
            client_cidrs=(),
            identifiers=(remote.replica.identifier,),
            log_days=plan.log_days,
            protect=plan.protect,
            tags=self._tags,
            parent=self,
        )
        self.reader_host = self._replica(source_arn, remote).address
        rds.InstanceAutomatedBackupsReplication(
            f"{name}-backups",
            source_db_instance_arn=source_arn,
            kms_key_id=self._parts.key.arn,
            retention_period=plan.backup_days,
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.register_outputs({"readerHost": self.reader_host})

    def _replica(self, source_arn: pulumi.Input[str], remote: RemotePlan) -> rds.Instance:
        plan, parts = self.plan, self._parts
        return rds.Instance(
            f"{self._name}-replica",
            identifier=remote.replica.identifier,
            replicate_source_db=source_arn,
            auto_minor_version_upgrade=True,
            instance_class=plan.instance_class,
            multi_az=remote.multi_az,
            port=DATABASE_PORT,
            max_allocated_storage=plan.max_storage_gib,
            storage_type="gp3",
            storage_encrypted=True,
            kms_key_id=parts.key.arn,
            db_subnet_group_name=parts.subnet_group.name,
            vpc_security_group_ids=[parts.security_group.id],
            publicly_accessible=False,
            parameter_group_name=parts.parameter_group.name,
            ca_cert_identifier=AUTHORITY,
            iam_database_authentication_enabled=True,
            performance_insights_enabled=True,
            performance_insights_kms_key_id=parts.key.arn,
            performance_insights_retention_period=INSIGHTS_DAYS,
            monitoring_interval=MONITORING_SECONDS,
            monitoring_role_arn=parts.monitoring_role.arn,
            enabled_cloudwatch_logs_exports=list(LOG_EXPORTS),
            backup_retention_period=remote.backup_days,
            backup_window=plan.backup_window,
            maintenance_window=remote.replica.maintenance_window,
            copy_tags_to_snapshot=True,
            # AWS takes no final snapshot of a replica; what it holds is the home region's.
            skip_final_snapshot=True,
            apply_immediately=True,
            tags=self._tags,
            opts=pulumi.ResourceOptions(parent=self, depends_on=parts.logs, custom_timeouts=INSTANCE_TIMEOUTS),
        )
