"""An IAM role for the pods of one service account, through EKS Pod Identity."""

from collections.abc import Mapping, Sequence

import pulumi
from pulumi_aws import eks, iam

from components.shared.component import Component
from components.shared.iam import account_id
from planning.shared.iam import MAX_ROLE_NAME, account_trust
from planning.shared.naming import fit


class PodIdentity(Component, token="naap:platform:PodIdentity"):
    """Handles: role_arn, association (what a pod waits for).

    The role's name says cluster, namespace and account, so that audit logs read well.

    after: what must be there before the association: the service account, or anything else that needs the cluster
    (its name is planned and so brings no dependency of its own).
    """

    role_arn: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        *,
        cluster: str,
        namespace: str,
        service_account: str,
        policy: pulumi.Input[str],
        tags: Mapping[str, str],
        after: Sequence[pulumi.Resource] = (),
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        role = iam.Role(
            f"{name}-role",
            name=fit(f"{cluster}-{namespace}-{service_account}", MAX_ROLE_NAME),
            description=f"Pods of {service_account} in {namespace}",
            assume_role_policy=account_id(self).apply(
                lambda account: account_trust(account, "pods.eks.amazonaws.com", ("sts:AssumeRole", "sts:TagSession"))
            ),
            tags=tags,
            opts=self.child(),
        )
        granted = iam.RolePolicy(f"{name}-policy", role=role.id, policy=policy, opts=self.child())
        self.association = eks.PodIdentityAssociation(
            f"{name}-association",
            cluster_name=cluster,
            namespace=namespace,
            service_account=service_account,
            role_arn=role.arn,
            tags=tags,
            # A pod that starts before its role may do anything would fail its first call.
            opts=self.child(granted, *after),
        )
        self.role_arn = role.arn
        self.register_outputs({"roleArn": self.role_arn})
