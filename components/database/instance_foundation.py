"""What an RDS instance stands on in its region: key, network, parameters, monitoring, log groups."""

from collections.abc import Mapping, Sequence
from typing import TypedDict

import pulumi
from pulumi_aws import cloudwatch, ec2, iam, rds, vpc

from components.network.vpc import Network
from components.shared.component import Component
from components.shared.iam import account_id
from components.shared.kms_key import KmsKey
from planning.database.shard import (
    AUTHORITY,
    DATABASE_PORT,
    INSIGHTS_DAYS,
    LOG_EXPORTS,
    MONITORING_SECONDS,
    PARAMETER_FAMILY,
    PARAMETERS,
    ShardPlan,
    log_groups,
)
from planning.shared.iam import account_trust
from planning.shared.kms_key import KmsKeyPlan

_MONITORING_POLICY = "arn:aws:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole"
INSTANCE_TIMEOUTS = pulumi.CustomTimeouts(create="90m", update="120m", delete="90m")
"""Modifying a class of several availability zones takes an hour and more on a full volume."""


class EveryInstance(TypedDict):
    """Arguments of rds.Instance."""

    auto_minor_version_upgrade: bool
    instance_class: str
    port: int
    allocated_storage: int
    iops: int | None
    storage_throughput: int | None
    max_allocated_storage: int
    storage_type: str
    storage_encrypted: bool
    vpc_security_group_ids: Sequence[pulumi.Input[str]]
    publicly_accessible: bool
    parameter_group_name: pulumi.Input[str]
    ca_cert_identifier: str
    iam_database_authentication_enabled: bool
    performance_insights_enabled: bool
    performance_insights_kms_key_id: pulumi.Input[str]
    performance_insights_retention_period: int
    monitoring_interval: int
    monitoring_role_arn: pulumi.Input[str]
    enabled_cloudwatch_logs_exports: Sequence[str]
    copy_tags_to_snapshot: bool
    apply_immediately: bool


class InstanceFoundation:
    """The parts of one shard in one region; children of `parent`. prefix: first part of physical names.

    before: what an instance waits for, beside what it names.
    """

    def __init__(
        self,
        name: str,
        *,
        prefix: str,
        region: str,
        network: Network,
        client_security_group_id: pulumi.Input[str],
        client_cidrs: Sequence[str],
        sibling_cidrs: Sequence[str],
        identifiers: Sequence[str],
        log_days: int,
        protect: bool,
        tags: Mapping[str, str],
        parent: Component,
    ) -> None:
        self._name = name
        self._prefix = prefix
        self._tags = tags
        self._parent = parent
        self._opts = parent.child()
        self.key = KmsKey(
            f"{name}-key",
            plan=KmsKeyPlan(
                alias=prefix,
                description=f"Database {prefix}: storage, snapshots, insights, logs, secret",
                protect=protect,
                logs=True,
            ),
            region=region,
            tags=tags,
            opts=self._opts,
        )
        self.subnet_group = rds.SubnetGroup(
            f"{name}-subnets",
            name=prefix,
            description=f"Data subnets of {prefix}",
            subnet_ids=network.data_subnet_ids,
            tags=tags,
            opts=self._opts,
        )
        self.before: list[pulumi.Resource] = []
        self.security_group = self._security_group(network, client_security_group_id, client_cidrs)
        self._siblings(sibling_cidrs)
        self.parameter_group = self._parameter_group()
        self.monitoring_role = self._monitoring_role()
        self.before += [log for identifier in identifiers for log in self._log_groups(identifier, log_days)]

    def every_instance(self, plan: ShardPlan) -> EveryInstance:
        """What primary and replicas state alike."""
        return EveryInstance(
            auto_minor_version_upgrade=True,
            instance_class=plan.instance_class,
            port=DATABASE_PORT,
            # With a ceiling stated, the provider takes storage that has grown by itself for what was asked for. A
            # replica is made with its source's, and would keep that when the tier's grows.
            allocated_storage=plan.storage_gib,
            iops=plan.iops,
            storage_throughput=plan.throughput,
            max_allocated_storage=plan.max_storage_gib,
            storage_type="gp3",
            storage_encrypted=True,
            vpc_security_group_ids=[self.security_group.id],
            publicly_accessible=False,
            parameter_group_name=self.parameter_group.name,
            ca_cert_identifier=AUTHORITY,
            # For people, with a role of their own (rds_iam): plugins and poolers have SCRAM.
            iam_database_authentication_enabled=True,
            performance_insights_enabled=True,
            performance_insights_kms_key_id=self.key.arn,
            performance_insights_retention_period=INSIGHTS_DAYS,
            monitoring_interval=MONITORING_SECONDS,
            monitoring_role_arn=self.monitoring_role.arn,
            enabled_cloudwatch_logs_exports=LOG_EXPORTS,
            copy_tags_to_snapshot=True,
            # A change that waited for the maintenance window would be a difference in every run until then.
            apply_immediately=True,
        )

    def _security_group(self, network: Network, client: pulumi.Input[str], cidrs: Sequence[str]) -> ec2.SecurityGroup:
        group = ec2.SecurityGroup(
            f"{self._name}-security-group",
            name=self._prefix,
            description=f"Who reaches database {self._prefix}",
            vpc_id=network.vpc_id,
            tags={**self._tags, "Name": self._prefix},
            opts=self._opts,
        )
        from_pods = vpc.SecurityGroupIngressRule(
            f"{self._name}-from-pods",
            security_group_id=group.id,
            referenced_security_group_id=client,
            ip_protocol="tcp",
            from_port=DATABASE_PORT,
            to_port=DATABASE_PORT,
            description="Poolers and schema Jobs of this region",
            tags=self._tags,
            opts=self._opts,
        )
        from_regions = [
            vpc.SecurityGroupIngressRule(
                f"{self._name}-from-region-{number}",
                security_group_id=group.id,
                cidr_ipv4=cidr,
                ip_protocol="tcp",
                from_port=DATABASE_PORT,
                to_port=DATABASE_PORT,
                description="Poolers of another region, over the peering",
                tags=self._tags,
                opts=self._opts,
            )
            for number, cidr in enumerate(cidrs)
        ]
        self.before += [from_pods, *from_regions]
        return group

    def _siblings(self, cidrs: Sequence[str]) -> None:
        """Both ways: of a schema that moves, the target connects to the source."""
        for number, cidr in enumerate(cidrs):
            for way, rule in (("from", vpc.SecurityGroupIngressRule), ("to", vpc.SecurityGroupEgressRule)):
                rule(
                    f"{self._name}-{way}-shards-{number}",
                    security_group_id=self.security_group.id,
                    cidr_ipv4=cidr,
                    ip_protocol="tcp",
                    from_port=DATABASE_PORT,
                    to_port=DATABASE_PORT,
                    description="Other shards, while a schema moves",
                    tags=self._tags,
                    opts=self._opts,
                )

    def _parameter_group(self) -> rds.ParameterGroup:
        return rds.ParameterGroup(
            f"{self._name}-parameters",
            name=f"{self._prefix}-{PARAMETER_FAMILY}",
            family=PARAMETER_FAMILY,
            description=f"Settings of {self._prefix}",
            parameters=[
                rds.ParameterGroupParameterArgs(
                    name=parameter.name,
                    value=parameter.value,
                    apply_method="pending-reboot" if parameter.static else "immediate",
                )
                for parameter in PARAMETERS
            ],
            tags=self._tags,
            opts=self._opts,
        )

    def _monitoring_role(self) -> iam.Role:
        role = iam.Role(
            f"{self._name}-monitoring",
            name=f"{self._prefix}-monitoring",
            description=f"Enhanced monitoring of {self._prefix}",
            assume_role_policy=account_id(self._parent).apply(
                lambda account: account_trust(account, "monitoring.rds.amazonaws.com")
            ),
            tags=self._tags,
            opts=self._opts,
        )
        granted = iam.RolePolicyAttachment(
            f"{self._name}-monitoring-policy", role=role.name, policy_arn=_MONITORING_POLICY, opts=self._opts
        )
        self.before.append(granted)
        return role

    def _log_groups(self, identifier: str, days: int) -> list[cloudwatch.LogGroup]:
        # Made before the instance: RDS would make them itself, kept for ever and under no key of ours.
        return [
            cloudwatch.LogGroup(
                f"{self._name}-log-{group.removeprefix('/aws/rds/instance/').replace('/', '-')}",
                name=group,
                retention_in_days=days,
                kms_key_id=self.key.arn,
                tags=self._tags,
                opts=self._opts,
            )
            for group in log_groups(identifier)
        ]
