"""One shard in the home region: an RDS PostgreSQL instance and its read replicas.

    Shard(f"database-{plan.shard}", plan=plan, network=home_network, root_secret=root_secret, tags=tags,
             client_security_group_id=cluster.security_group_id,
             opts=ResourceOptions(parent=platform, providers=[home_aws]))

Handles: writer_host, reader_hosts, replicas, storage_gib (as AWS says it), arn, master_secret_arn, key_arn. The name
of the database is DATABASE_NAME, its port DATABASE_PORT (planning/database/shard.py). The second region's part is
Standby.

The administrator's password is derived and lies in a secret of its own: RDS can't create replicas of an instance
whose password it manages itself, and a tier without replicas must be able to grow into one with them.
"""

import json
from collections.abc import Sequence

import pulumi
from pulumi_aws import rds, secretsmanager

from components.database.instance_foundation import INSTANCE_TIMEOUTS, InstanceFoundation
from components.database.read_replica import read_replica
from components.network.vpc import Network
from components.shared.component import Component
from components.shared.root_secret import RootSecret
from planning.database.shard import (
    ADMINISTRATOR,
    DATABASE_NAME,
    ReplicaPlan,
    ShardPlan,
)
from planning.shared.derived_secrets import Purpose
from planning.shared.tags import Tags

_SECRET_OWNER = "database"  # noqa: S105  # whose password it is


class Shard(Component, token="naap:platform:Database"):
    """A shard's primary and its replicas in the same region."""

    def __init__(
        self,
        name: str,
        *,
        plan: ShardPlan,
        network: Network,
        client_security_group_id: pulumi.Input[str],
        root_secret: RootSecret,
        tags: Tags,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        self.plan = plan
        self._name = name
        self._tags = tags.of("database")
        self._parts = InstanceFoundation(
            name,
            prefix=plan.identifier,
            region=plan.region,
            network=network,
            client_security_group_id=client_security_group_id,
            client_cidrs=plan.remote_cidrs,
            sibling_cidrs=plan.sibling_cidrs,
            identifiers=tuple(plan.log_groups),
            log_days=plan.log_days,
            protect=plan.protect,
            tags=self._tags,
            parent=self,
        )
        self.key_arn = self._parts.key.arn
        password = root_secret.derive(owner=_SECRET_OWNER, purpose=f"{Purpose.ADMINISTRATOR}-{plan.shard}")
        primary = self._primary(password)
        self.master_secret_arn = self._secret(primary, password)
        replicas: list[rds.Instance] = []
        for replica in plan.replicas:
            replicas.append(self._replica(primary, replica, after=replicas))
        self.replicas: Sequence[pulumi.Resource] = replicas
        self.arn = primary.arn
        self.storage_gib = primary.allocated_storage
        self.writer_host = primary.address
        self.reader_hosts = [replica.address for replica in replicas]
        self.identifiers = {plan.identifier: primary.identifier} | {
            planned.identifier: replica.identifier for planned, replica in zip(plan.replicas, replicas, strict=True)
        }
        self.register_outputs({"writerHost": self.writer_host})

    def _primary(self, password: pulumi.Output[str]) -> rds.Instance:
        plan, parts = self.plan, self._parts
        return rds.Instance(
            f"{self._name}-primary",
            identifier=plan.identifier,
            engine="postgres",
            engine_version=plan.engine_version,
            # Of replicas nothing is stated: RDS upgrades those of the same region together with their primary.
            allow_major_version_upgrade=plan.allow_major_upgrade or None,
            engine_lifecycle_support="open-source-rds-extended-support-disabled",
            multi_az=plan.multi_az,
            db_name=DATABASE_NAME,
            username=ADMINISTRATOR,
            password=password,
            kms_key_id=parts.key.arn,
            db_subnet_group_name=parts.subnet_group.name,
            backup_retention_period=plan.backup_days,
            backup_window=plan.backup_window,
            maintenance_window=plan.maintenance_window,
            delete_automated_backups=not plan.protect,
            deletion_protection=plan.protect,
            skip_final_snapshot=not plan.protect,
            final_snapshot_identifier=f"{plan.identifier}-final" if plan.protect else None,
            tags=self._tags,
            **parts.every_instance(plan),
            opts=pulumi.ResourceOptions(
                parent=self,
                protect=plan.protect,
                retain_on_delete=plan.protect,
                depends_on=parts.before,
                custom_timeouts=INSTANCE_TIMEOUTS,
            ),
        )

    def _replica(
        self, primary: rds.Instance, replica: ReplicaPlan, *, after: Sequence[pulumi.Resource]
    ) -> rds.Instance:
        """Subnets and key are the primary's; it holds nothing of its own, so it needs no protection."""
        plan, parts = self.plan, self._parts
        return read_replica(
            f"{self._name}-{replica.identifier.rsplit('-', 1)[1]}",
            plan=plan,
            replica=replica,
            source=primary.identifier,
            parts=parts,
            after=after,
            tags=self._tags,
            parent=self,
        )

    def _secret(self, primary: rds.Instance, password: pulumi.Output[str]) -> pulumi.Output[str]:
        plan = self.plan
        secret = secretsmanager.Secret(
            f"{self._name}-administrator",
            name=plan.secret_name,
            description=f"Administrator of {plan.identifier}; read by schema Jobs only",
            kms_key_id=self._parts.key.arn,
            recovery_window_in_days=plan.secret_recovery_days,
            tags=self._tags,
            opts=pulumi.ResourceOptions(parent=self, protect=plan.protect, retain_on_delete=plan.protect),
        )
        content = pulumi.Output.all(primary.address, password).apply(
            lambda found: json.dumps({"host": found[0], "username": ADMINISTRATOR, "password": found[1]})
        )
        version = secretsmanager.SecretVersion(
            f"{self._name}-administrator-version",
            secret_id=secret.id,
            secret_string=pulumi.Output.secret(content),
            opts=self.child(),
        )
        # Whoever reads it waits for what is in it.
        return pulumi.Output.all(secret.arn, version.id).apply(lambda found: found[0])
