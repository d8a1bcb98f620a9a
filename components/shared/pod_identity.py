"""An IAM role for the pods of one service account, through EKS Pod Identity."""

from collections.abc import Mapping, Sequence

import pulumi
from pulumi_aws import eks, iam

from components.shared.iam import account_id, service_trust
from planning.shared.naming import fit

MAX_ROLE_NAME = 64


class PodIdentity(pulumi.ComponentResource):
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
        super().__init__("naap:platform:PodIdentity", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        role = iam.Role(
            f"{name}-role",
            name=fit(f"{cluster}-{namespace}-{service_account}", MAX_ROLE_NAME),
            description=f"Pods of {service_account} in {namespace}",
            assume_role_policy=account_id(self).apply(
                lambda account: service_trust(account, "pods.eks.amazonaws.com", ("sts:AssumeRole", "sts:TagSession"))
            ),
            tags=tags,
            opts=child,
        )
        granted = iam.RolePolicy(f"{name}-policy", role=role.id, policy=policy, opts=child)
        self.association = eks.PodIdentityAssociation(
            f"{name}-association",
            cluster_name=cluster,
            namespace=namespace,
            service_account=service_account,
            role_arn=role.arn,
            tags=tags,
            # A pod that starts before its role may do anything would fail its first call.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[granted, *after]),
        )
        self.role_arn = role.arn
        self.register_outputs({"roleArn": self.role_arn})
