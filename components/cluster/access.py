"""IAM roles of a cluster: what EKS may do in the account for it, and what a node may do."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi_aws import eks, iam

from components.shared.component import Component
from components.shared.iam import account_id, caller_arn, service_trust
from planning.cluster.cluster import ClusterPlan
from planning.shared.iam import MAX_ROLE_NAME
from planning.shared.naming import fit

_MANAGED = "arn:aws:iam::aws:policy"

CONTROL_PLANE_POLICIES = (
    "AmazonEKSClusterPolicy",
    "AmazonEKSComputePolicy",
    "AmazonEKSBlockStoragePolicy",
    "AmazonEKSLoadBalancingPolicy",
    "AmazonEKSNetworkingPolicy",
)
"""What Auto Mode needs, by its documentation."""

_TAGGED = ("instance", "volume", "network-interface", "launch-template", "snapshot")
NODE_POLICIES = ("AmazonEKSWorkerNodeMinimalPolicy", "AmazonEC2ContainerRegistryPullOnly")


class ClusterRoles(Component, token="naap:platform:ClusterRoles"):
    """Handles: control_plane, control_plane_policies (to wait for), node."""

    control_plane: iam.Role
    control_plane_policies: list[pulumi.Resource]
    node: iam.Role

    def __init__(
        self, name: str, *, cluster: str, tags: Mapping[str, str], opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__(name, opts)
        self._tags = tags
        self.control_plane = self._role(
            f"{name}-control-plane",
            fit(f"{cluster}-eks", MAX_ROLE_NAME),
            account_id(self).apply(
                lambda account: service_trust(account, "eks.amazonaws.com", ("sts:AssumeRole", "sts:TagSession"))
            ),
        )
        self.control_plane_policies = [
            *self._attach(f"{name}-control-plane", self.control_plane, CONTROL_PLANE_POLICIES),
            iam.RolePolicy(
                f"{name}-control-plane-tags", role=self.control_plane.id, policy=own_tags_policy(), opts=self.child()
            ),
        ]
        self.node = self._role(f"{name}-node", fit(f"{cluster}-node", MAX_ROLE_NAME), _document([_NODE_TRUST]))
        self._attach(f"{name}-node", self.node, NODE_POLICIES)

    def _role(self, name: str, physical: str, trust: pulumi.Input[str]) -> iam.Role:
        return iam.Role(name, name=physical, assume_role_policy=trust, tags=self._tags, opts=self.child())

    def _attach(self, name: str, role: iam.Role, policies: tuple[str, ...]) -> list[pulumi.Resource]:
        return [
            iam.RolePolicyAttachment(
                f"{name}-{policy}", role=role.name, policy_arn=f"{_MANAGED}/{policy}", opts=self.child()
            )
            for policy in policies
        ]


def own_tags_policy() -> str:
    """Lets Auto Mode put our tags on instances, volumes and network interfaces: its managed policies don't.

    Only on what it makes for this very cluster, which EKS states in the session's own tags.
    """
    cluster = {"aws:RequestTag/eks:eks-cluster-name": "${aws:PrincipalTag/eks:eks-cluster-name}"}
    own = {"aws:ResourceTag/eks:eks-cluster-name": "${aws:PrincipalTag/eks:eks-cluster-name}"}
    pool = {
        "aws:RequestTag/eks:kubernetes-node-class-name": "*",
        "aws:RequestTag/eks:kubernetes-node-pool-name": "*",
    }
    statements = [
        {
            "Sid": "Compute",
            "Effect": "Allow",
            "Action": ["ec2:CreateFleet", "ec2:RunInstances", "ec2:CreateLaunchTemplate"],
            "Resource": "*",
            "Condition": {"StringEquals": cluster, "StringLike": pool},
        },
        {
            "Sid": "Storage",
            "Effect": "Allow",
            "Action": ["ec2:CreateVolume", "ec2:CreateSnapshot"],
            "Resource": ["arn:aws:ec2:*:*:volume/*", "arn:aws:ec2:*:*:snapshot/*"],
            "Condition": {"StringEquals": cluster},
        },
        {
            "Sid": "Networking",
            "Effect": "Allow",
            "Action": "ec2:CreateNetworkInterface",
            "Resource": "*",
            "Condition": {
                "StringEquals": cluster,
                "StringLike": {"aws:RequestTag/eks:kubernetes-cni-node-name": "*"},
            },
        },
        {
            # A changed owner or cost centre reaches what is there already.
            "Sid": "ChangedTags",
            "Effect": "Allow",
            "Action": ["ec2:CreateTags", "ec2:DeleteTags"],
            "Resource": [f"arn:aws:ec2:*:*:{kind}/*" for kind in _TAGGED],
            "Condition": {"StringEquals": own},
        },
    ]
    return _document(statements)


# EC2 doesn't say for which account it asks: a condition on that would be false for every node.
_NODE_TRUST = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": ["sts:AssumeRole"]}


def _document(statements: list[dict[str, Any]]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


_POLICY = "arn:aws:eks::aws:cluster-access-policy"


ADMINISTRATOR = f"{_POLICY}/AmazonEKSClusterAdminPolicy"


NODE = f"{_POLICY}/AmazonEKSAutoNodePolicy"


@dataclass(frozen=True, kw_only=True)
class ClusterAccess:
    """What to wait for. administration: before anything is made inside of the cluster; nodes: before nodes are."""

    administration: Sequence[pulumi.Resource]
    nodes: pulumi.Resource


def cluster_access(
    name: str,
    *,
    plan: ClusterPlan,
    cluster: eks.Cluster,
    node_role: iam.Role,
    tags: Mapping[str, str],
    parent: Component,
) -> ClusterAccess:
    """Entries of the operators, who administer, and of the nodes, which join."""
    administration: list[pulumi.Resource] = []
    for operator in _operators(plan, parent):
        # Role or user name: stays the same whatever the order of the list.
        label = f"{name}-operator-{operator.rsplit('/', 1)[-1]}"
        entry = eks.AccessEntry(
            label, cluster_name=cluster.name, principal_arn=operator, type="STANDARD", tags=tags, opts=parent.child()
        )
        administration.append(_associate(label, entry, ADMINISTRATOR, parent))
    nodes = eks.AccessEntry(
        f"{name}-nodes-entry",
        cluster_name=cluster.name,
        principal_arn=node_role.arn,
        type="EC2",
        tags=tags,
        opts=parent.child(),
    )
    return ClusterAccess(administration=administration, nodes=_associate(f"{name}-nodes-entry", nodes, NODE, parent))


def _operators(plan: ClusterPlan, parent: pulumi.Resource) -> tuple[str, ...]:
    """Who runs this, where none are stated: the cluster grants nothing to whoever makes it."""
    caller = caller_arn(parent)
    if plan.operators and caller not in plan.operators:
        pulumi.log.warn(
            f"{caller} isn't among naap:operators: it may change AWS, and nothing inside of {plan.name}", parent
        )
    return plan.operators or (caller,)


def _associate(label: str, entry: eks.AccessEntry, policy: str, parent: Component) -> pulumi.Resource:
    return eks.AccessPolicyAssociation(
        f"{label}-policy",
        cluster_name=entry.cluster_name,
        principal_arn=entry.principal_arn,
        policy_arn=policy,
        access_scope=eks.AccessPolicyAssociationAccessScopeArgs(type="cluster"),
        opts=parent.child(entry),
    )
