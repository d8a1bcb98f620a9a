"""VPC flow logs: records of who spoke to whom in a network."""

import pulumi
from pulumi_aws import cloudwatch, ec2, iam

from components.shared.component import Component
from components.shared.iam import account_id
from components.shared.kms_key import KmsKey
from planning.network.vpc import FLOW_LOG_SECONDS, NetworkPlan, flow_logs_policy, flow_logs_trust
from planning.shared.iam import MAX_ROLE_NAME
from planning.shared.kms_key import KmsKeyPlan
from planning.shared.naming import fit
from planning.shared.tags import Tags


class FlowLogs(Component, token="naap:platform:FlowLogs"):
    """A log group with a key and retention of its own, and the role that writes it."""

    def __init__(
        self,
        name: str,
        *,
        plan: NetworkPlan,
        vpc_id: pulumi.Input[str],
        tags: Tags,
        protect: bool,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        named = tags.of("network", name=f"{plan.name}-flow-logs")
        key = KmsKey(
            f"{name}-key",
            plan=KmsKeyPlan(
                alias=f"{plan.name}-flow-logs", description="Flow records of the network", protect=protect, logs=True
            ),
            region=plan.region,
            tags=named,
            opts=self.child(),
        )
        group = cloudwatch.LogGroup(
            f"{name}-group",
            name=f"/naap/{plan.name}/flow-logs",
            retention_in_days=plan.log_days,
            kms_key_id=key.arn,
            tags=named,
            opts=self.child(),
        )
        role = iam.Role(
            f"{name}-role",
            name=fit(f"{plan.name}-flow-logs", MAX_ROLE_NAME),
            assume_role_policy=account_id(self).apply(flow_logs_trust),
            tags=named,
            opts=self.child(),
        )
        policy = iam.RolePolicy(
            f"{name}-policy", role=role.id, policy=group.arn.apply(flow_logs_policy), opts=self.child()
        )
        ec2.FlowLog(
            f"{name}-records",
            vpc_id=vpc_id,
            traffic_type="ALL",
            log_destination_type="cloud-watch-logs",
            log_destination=group.arn,
            iam_role_arn=role.arn,
            max_aggregation_interval=FLOW_LOG_SECONDS,
            tags=named,
            opts=self.child(policy),
        )
