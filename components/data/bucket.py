"""One bucket: private, versioned, encrypted, TLS only, with the ages of its objects."""

from collections.abc import Callable, Mapping

import pulumi
from pulumi_aws import s3

from components.shared.component import Component
from planning.data.bucket_policy import bucket_policy, log_statements
from planning.data.buckets import PREFLIGHT_SECONDS, UPLOAD_HEADERS, UPLOAD_METHODS, Ages, BucketPlan

Policy = Callable[[str, str], str]
"""From a bucket's ARN and the account's number to the bucket's policy."""


class Bucket(Component, token="naap:platform:Bucket"):
    """Handles: name, arn, regional_domain_name, ready (wait for it before delivering).

    policy: None: somebody else gives the bucket one. logs: where its access records go.
    """

    name: pulumi.Output[str]
    arn: pulumi.Output[str]
    regional_domain_name: pulumi.Output[str]
    versioning: s3.BucketVersioning
    closed: s3.BucketPublicAccessBlock

    def __init__(
        self,
        name: str,
        *,
        plan: BucketPlan,
        key_arn: pulumi.Input[str] | None,
        logs: "Bucket | None",
        protect: bool,
        tags: Mapping[str, str],
        account: pulumi.Input[str],
        policy: Policy | None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        self.plan = plan
        bucket = s3.Bucket(
            plan.name,
            object_lock_enabled=plan.lockable,
            # Of an environment that is no production, nothing is left behind.
            force_destroy=not protect,
            tags={**tags, "Name": plan.name},
            opts=pulumi.ResourceOptions(parent=self, protect=protect, retain_on_delete=protect),
        )
        self.name, self.arn = bucket.bucket, bucket.arn
        self.regional_domain_name = bucket.bucket_regional_domain_name
        self.versioning = self._close(name, key_arn)
        self.closed = s3.BucketPublicAccessBlock(
            f"{name}-private",
            bucket=self.name,
            block_public_acls=True,
            block_public_policy=True,
            ignore_public_acls=True,
            restrict_public_buckets=True,
            opts=self.child(),
        )
        self._age(name, plan.ages, plan.passing)
        self._extras(name, plan, logs)
        self.ready: pulumi.Resource = self.closed
        if policy is not None:
            self.ready = s3.BucketPolicy(
                f"{name}-policy",
                bucket=self.name,
                policy=pulumi.Output.all(self.arn, account).apply(lambda known: policy(known[0], known[1])),
                # S3 refuses two changes of a bucket's access at once.
                opts=self.child(self.closed),
            )
        self.register_outputs({"name": self.name})

    def _close(self, name: str, key_arn: pulumi.Input[str] | None) -> s3.BucketVersioning:
        s3.BucketOwnershipControls(
            f"{name}-ownership",
            bucket=self.name,
            rule=s3.BucketOwnershipControlsRuleArgs(object_ownership="BucketOwnerEnforced"),
            opts=self.child(),
        )
        s3.BucketServerSideEncryptionConfiguration(
            f"{name}-encryption",
            bucket=self.name,
            rules=[
                s3.BucketServerSideEncryptionConfigurationRuleArgs(
                    apply_server_side_encryption_by_default=(
                        s3.BucketServerSideEncryptionConfigurationRuleApplyServerSideEncryptionByDefaultArgs(
                            sse_algorithm="aws:kms" if key_arn else "AES256", kms_master_key_id=key_arn
                        )
                    ),
                    # One call to KMS for many objects instead of one for each.
                    bucket_key_enabled=bool(key_arn),
                )
            ],
            opts=self.child(),
        )
        return s3.BucketVersioning(
            f"{name}-versioning",
            bucket=self.name,
            versioning_configuration=s3.BucketVersioningVersioningConfigurationArgs(status="Enabled"),
            opts=self.child(),
        )

    def _age(self, name: str, ages: Ages, passing: Mapping[str, int]) -> None:
        moves = [("STANDARD_IA", ages.infrequent), ("GLACIER_IR", ages.archive)]
        s3.BucketLifecycleConfiguration(
            f"{name}-ages",
            bucket=self.name,
            # Cheaper classes bill at least 128 KB an object: smaller ones stay where they are.
            transition_default_minimum_object_size="all_storage_classes_128K",
            rules=[
                s3.BucketLifecycleConfigurationRuleArgs(
                    id="ages",
                    status="Enabled",
                    filter=s3.BucketLifecycleConfigurationRuleFilterArgs(prefix=""),
                    abort_incomplete_multipart_upload=(
                        s3.BucketLifecycleConfigurationRuleAbortIncompleteMultipartUploadArgs(
                            days_after_initiation=ages.incomplete
                        )
                    ),
                    transitions=[
                        s3.BucketLifecycleConfigurationRuleTransitionArgs(days=days, storage_class=storage)
                        for storage, days in moves
                        if days
                    ],
                    expiration=s3.BucketLifecycleConfigurationRuleExpirationArgs(days=ages.expire)
                    if ages.expire
                    else None,
                    noncurrent_version_expiration=s3.BucketLifecycleConfigurationRuleNoncurrentVersionExpirationArgs(
                        noncurrent_days=ages.noncurrent
                    )
                    if ages.noncurrent
                    else None,
                ),
                *(_passing(prefix, days) for prefix, days in passing.items()),
            ],
            opts=self.child(self.versioning),
        )

    def _extras(self, name: str, plan: BucketPlan, logs: "Bucket | None") -> None:
        if logs is not None and plan.log_prefix:
            s3.BucketLogging(
                f"{name}-records",
                bucket=self.name,
                target_bucket=logs.name,
                target_prefix=plan.log_prefix,
                opts=self.child(logs.ready),
            )
        if plan.lock_days:
            s3.BucketObjectLockConfiguration(
                f"{name}-lock",
                bucket=self.name,
                rule=s3.BucketObjectLockConfigurationRuleArgs(
                    default_retention=s3.BucketObjectLockConfigurationRuleDefaultRetentionArgs(
                        mode="GOVERNANCE", days=plan.lock_days
                    )
                ),
                opts=self.child(self.versioning),
            )
        if plan.cors_origins:
            s3.BucketCorsConfiguration(
                f"{name}-cors",
                bucket=self.name,
                cors_rules=[
                    s3.BucketCorsConfigurationCorsRuleArgs(
                        allowed_methods=list(UPLOAD_METHODS),
                        allowed_origins=list(plan.cors_origins),
                        allowed_headers=list(UPLOAD_HEADERS),
                        expose_headers=["ETag"],
                        max_age_seconds=PREFLIGHT_SECONDS,
                    )
                ],
                opts=self.child(),
            )


def private_policy(arn: str, _account: str) -> str:
    """The policy of a bucket that only the account's IAM opens."""
    return bucket_policy(arn)


def logs_policy(arn: str, account: str) -> str:
    """The policy of a bucket that AWS's own services deliver records to."""
    return bucket_policy(arn, log_statements(arn, account=account))


def _passing(prefix: str, days: int) -> s3.BucketLifecycleConfigurationRuleArgs:
    """What lies there for a while only, versions of it too."""
    return s3.BucketLifecycleConfigurationRuleArgs(
        id=prefix.strip("/"),
        status="Enabled",
        filter=s3.BucketLifecycleConfigurationRuleFilterArgs(prefix=prefix),
        expiration=s3.BucketLifecycleConfigurationRuleExpirationArgs(days=days),
        noncurrent_version_expiration=s3.BucketLifecycleConfigurationRuleNoncurrentVersionExpirationArgs(
            noncurrent_days=1
        ),
    )
