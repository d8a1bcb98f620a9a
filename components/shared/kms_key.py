"""A KMS key with its alias, rotated every year."""

from collections.abc import Mapping

import pulumi
from pulumi_aws import kms

from components.shared.component import Component
from components.shared.iam import account_id
from planning.shared.kms_key import DELETION_DAYS, ROTATION_DAYS, KmsKeyPlan, key_policy


class KmsKey(Component, token="naap:platform:Key"):
    """Handles: arn."""

    arn: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        *,
        plan: KmsKeyPlan,
        region: str,
        tags: Mapping[str, str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        key = kms.Key(
            f"{name}-key",
            description=plan.description,
            enable_key_rotation=True,
            rotation_period_in_days=ROTATION_DAYS,
            deletion_window_in_days=DELETION_DAYS,
            policy=account_id(self).apply(lambda account: key_policy(plan, account=account, region=region)),
            tags=tags,
            opts=pulumi.ResourceOptions(parent=self, protect=plan.protect, retain_on_delete=plan.protect),
        )
        kms.Alias(
            f"{name}-alias",
            name=f"alias/{plan.alias}",
            target_key_id=key.key_id,
            opts=self.child(),
        )
        self.arn = key.arn
        self.register_outputs({"arn": self.arn})
