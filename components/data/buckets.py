"""All buckets of an environment, in each of its regions, and the copies between them.

    Buckets("storage", plan=plan.storage, providers={region: aws_provider, ...}, tags=tags, opts=...)

storage.home.assets.name; storage.in_region("us-west-2").uploads.arn; storage.home.key_arn.
The policy of the assets bucket is made by Cdn, which knows the one distribution that may read it.
"""

from collections.abc import Mapping

import pulumi
import pulumi_aws as aws

from components.data.bucket import Bucket, Policy, logs_policy, private_policy
from components.data.replication import Replication
from components.shared.component import Component
from components.shared.iam import account_id
from components.shared.kms_key import KmsKey
from planning.data.buckets import BucketPlan, BucketsPlan, RegionStoragePlan
from planning.shared.kms_key import KmsKeyPlan
from planning.shared.tags import Tags


class RegionBuckets(Component, token="naap:platform:RegionStorage"):
    """The buckets of one region. Handles: assets, uploads, backups, logs, key_arn, provider."""

    assets: Bucket
    uploads: Bucket
    backups: Bucket
    logs: Bucket
    key_arn: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        *,
        plan: RegionStoragePlan,
        provider: aws.Provider,
        protect: bool,
        tags: Tags,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        own = pulumi.ResourceOptions(providers=[provider])
        super().__init__(name, pulumi.ResourceOptions.merge(opts, own))
        self.provider, self._name, self._guarded = provider, name, protect
        self._tags = tags.of("storage")
        self.key_arn = KmsKey(
            f"{name}-key",
            plan=KmsKeyPlan(alias=plan.key_alias, description="Assets, uploads and backups", protect=protect, cdn=True),
            region=plan.region,
            tags=self._tags,
            opts=self.child(),
        ).arn
        self._account = account_id(self)
        self.logs = self._bucket(plan.logs, logs=None, policy=logs_policy)
        self.assets = self._bucket(plan.assets, logs=self.logs, policy=None)
        self.uploads = self._bucket(plan.uploads, logs=self.logs, policy=private_policy)
        self.backups = self._bucket(plan.backups, logs=self.logs, policy=private_policy)

    def _bucket(self, plan: BucketPlan, *, logs: Bucket | None, policy: Policy | None) -> Bucket:
        return Bucket(
            f"{self._name}-{plan.kind}",
            plan=plan,
            key_arn=self.key_arn if plan.encrypt_with_key else None,
            logs=logs,
            protect=self._guarded,
            tags=self._tags,
            account=self._account,
            policy=policy,
            opts=self.child(),
        )

    def bucket(self, kind: str) -> Bucket:
        """The bucket of this kind."""
        return {bucket.plan.kind: bucket for bucket in (self.assets, self.uploads, self.backups, self.logs)}[kind]


class Buckets(Component, token="naap:platform:Storage"):
    """Buckets of every region and the copies between them."""

    def __init__(
        self,
        name: str,
        *,
        plan: BucketsPlan,
        providers: Mapping[str, aws.Provider],
        tags: Tags,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        self._regions = {
            region.region: RegionBuckets(
                f"{name}-{region.region}",
                plan=region,
                provider=providers[region.region],
                protect=plan.protect,
                tags=tags,
                opts=self.child(),
            )
            for region in plan.regions
        }
        self.home = self._regions[plan.home.region]
        for copy in plan.replications:
            source, destination = self._regions[copy.source], self._regions[copy.destination]
            Replication(
                f"{name}-{copy.kind}-from-{copy.source}",
                plan=copy,
                source=source.bucket(copy.kind),
                destination=destination.bucket(copy.kind),
                source_key_arn=source.key_arn,
                destination_key_arn=destination.key_arn,
                tags=tags.of("storage"),
                opts=pulumi.ResourceOptions(parent=self, providers=[source.provider]),
            )

    def in_region(self, region: str) -> RegionBuckets:
        """The buckets of a region."""
        return self._regions[region]
