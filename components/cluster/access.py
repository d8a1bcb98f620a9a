"""IAM roles of a cluster: what EKS may do in the account for it, and what a node may do."""

import json
from collections.abc import Mapping
from typing import Any

import pulumi
from pulumi_aws import eks, iam

from components.shared.component import Component
from planning.cluster.cluster import ClusterPlan
from planning.shared.naming import fit

MAX_ROLE_NAME = 64
_MANAGED = "arn:aws:iam::aws:policy"

CONTROL_PLANE_POLICIES = (
    "AmazonEKSClusterPolicy",
    "AmazonEKSComputePolicy",
    "AmazonEKSBlockStoragePolicy",
    "AmazonEKSLoadBalancingPolicy",
    "AmazonEKSNetworkingPolicy",
)
"""What Auto Mode needs, by its documentation."""

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
            _trust("eks.amazonaws.com", ["sts:AssumeRole", "sts:TagSession"]),
        )
        self.control_plane_policies = [
            *self._attach(f"{name}-control-plane", self.control_plane, CONTROL_PLANE_POLICIES),
            iam.RolePolicy(
                f"{name}-control-plane-tags", role=self.control_plane.id, policy=own_tags_policy(), opts=self.child()
            ),
        ]
        self.node = self._role(
            f"{name}-node", fit(f"{cluster}-node", MAX_ROLE_NAME), _trust("ec2.amazonaws.com", ["sts:AssumeRole"])
        )
        self._attach(f"{name}-node", self.node, NODE_POLICIES)

    def _role(self, name: str, physical: str, trust: str) -> iam.Role:
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
    ]
    return _document(statements)


def _trust(service: str, actions: list[str]) -> str:
    return _document([{"Effect": "Allow", "Principal": {"Service": service}, "Action": actions}])


def _document(statements: list[dict[str, Any]]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


_POLICY = "arn:aws:eks::aws:cluster-access-policy"


ADMINISTRATOR = f"{_POLICY}/AmazonEKSClusterAdminPolicy"


NODE = f"{_POLICY}/AmazonEKSAutoNodePolicy"


def cluster_access(
    name: str,
    *,
    plan: ClusterPlan,
    cluster: eks.Cluster,
    node_role: iam.Role,
    tags: Mapping[str, str],
    parent: Component,
) -> list[pulumi.Resource]:
    """Entries of the operators, who administer, and of the nodes, which join. Returns what nodes must wait for."""
    for operator in plan.operators:
        # Role or user name: stays the same whatever the order of the list.
        label = f"{name}-operator-{operator.rsplit('/', 1)[-1]}"
        entry = eks.AccessEntry(
            label, cluster_name=cluster.name, principal_arn=operator, type="STANDARD", tags=tags, opts=parent.child()
        )
        _associate(label, entry, ADMINISTRATOR, parent)
    nodes = eks.AccessEntry(
        f"{name}-nodes-entry",
        cluster_name=cluster.name,
        principal_arn=node_role.arn,
        type="EC2",
        tags=tags,
        opts=parent.child(),
    )
    return [_associate(f"{name}-nodes-entry", nodes, NODE, parent)]


def _associate(label: str, entry: eks.AccessEntry, policy: str, parent: Component) -> pulumi.Resource:
    return eks.AccessPolicyAssociation(
        f"{label}-policy",
        cluster_name=entry.cluster_name,
        principal_arn=entry.principal_arn,
        policy_arn=policy,
        access_scope=eks.AccessPolicyAssociationAccessScopeArgs(type="cluster"),
        opts=parent.child(entry),
    )
