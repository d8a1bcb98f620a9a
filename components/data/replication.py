"""Copies what is written to a bucket to a bucket of another region."""

from collections.abc import Mapping

import pulumi
from pulumi_aws import iam, s3

from components.data.bucket import Bucket
from components.shared.component import Component
from planning.data.bucket_policy import copy_policy
from planning.data.buckets import REPLICATION_MINUTES, ReplicationPlan
from planning.shared.iam import MAX_ROLE_NAME, trust_policy
from planning.shared.naming import fit


class Replication(Component, token="naap:platform:Replication"):
    """Made with the source region's provider."""

    def __init__(
        self,
        name: str,
        *,
        plan: ReplicationPlan,
        source: Bucket,
        destination: Bucket,
        source_key_arn: pulumi.Input[str],
        destination_key_arn: pulumi.Input[str],
        tags: Mapping[str, str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        role = iam.Role(
            f"{name}-role",
            name=fit(f"{source.plan.name}-copy", MAX_ROLE_NAME),
            assume_role_policy=trust_policy("s3.amazonaws.com"),
            tags=tags,
            opts=self.child(),
        )
        granted = iam.RolePolicy(
            f"{name}-policy",
            role=role.id,
            policy=pulumi.Output.all(source.arn, destination.arn, source_key_arn, destination_key_arn).apply(
                lambda arns: copy_policy(arns[0], arns[1], source_key=arns[2], destination_key=arns[3])
            ),
            opts=self.child(),
        )
        s3.BucketReplicationConfig(
            f"{name}-rule",
            bucket=source.name,
            role=role.arn,
            rules=[_rule(plan, destination, destination_key_arn)],
            opts=self.child(granted, source.versioning, destination.versioning),
        )


def _rule(plan: ReplicationPlan, destination: Bucket, key_arn: pulumi.Input[str]) -> s3.BucketReplicationConfigRuleArgs:
    time = s3.BucketReplicationConfigRuleDestinationReplicationTimeTimeArgs(minutes=REPLICATION_MINUTES)
    threshold = s3.BucketReplicationConfigRuleDestinationMetricsEventThresholdArgs(minutes=REPLICATION_MINUTES)
    selection = s3.BucketReplicationConfigRuleSourceSelectionCriteriaArgs(
        sse_kms_encrypted_objects=s3.BucketReplicationConfigRuleSourceSelectionCriteriaSseKmsEncryptedObjectsArgs(
            status="Enabled"
        ),
        # A change of a copy's tags goes back too.
        replica_modifications=s3.BucketReplicationConfigRuleSourceSelectionCriteriaReplicaModificationsArgs(
            status="Enabled" if plan.both_ways else "Disabled"
        ),
    )
    return s3.BucketReplicationConfigRuleArgs(
        id=f"{plan.kind}-to-{plan.destination}",
        status="Enabled",
        priority=1,
        filter=s3.BucketReplicationConfigRuleFilterArgs(prefix=""),
        delete_marker_replication=s3.BucketReplicationConfigRuleDeleteMarkerReplicationArgs(status="Enabled"),
        source_selection_criteria=selection,
        destination=s3.BucketReplicationConfigRuleDestinationArgs(
            bucket=destination.arn,
            encryption_configuration=s3.BucketReplicationConfigRuleDestinationEncryptionConfigurationArgs(
                replica_kms_key_id=key_arn
            ),
            replication_time=s3.BucketReplicationConfigRuleDestinationReplicationTimeArgs(status="Enabled", time=time),
            metrics=s3.BucketReplicationConfigRuleDestinationMetricsArgs(status="Enabled", event_threshold=threshold),
        ),
    )
