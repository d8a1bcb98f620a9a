"""Who may speak to a cluster's API: access entries, and no aws-auth ConfigMap."""

from collections.abc import Mapping

import pulumi
from pulumi_aws import eks, iam

from planning.cluster import ClusterPlan

_POLICY = "arn:aws:eks::aws:cluster-access-policy"
ADMINISTRATOR = f"{_POLICY}/AmazonEKSClusterAdminPolicy"
VIEWER = f"{_POLICY}/AmazonEKSAdminViewPolicy"
"""Gets, lists and watches every kind, custom ones and Secrets too: what a refresh reads."""
NODE = f"{_POLICY}/AmazonEKSAutoNodePolicy"


def cluster_access(
    name: str,
    *,
    plan: ClusterPlan,
    cluster: eks.Cluster,
    node_role: iam.Role,
    tags: Mapping[str, str],
    parent: pulumi.Resource,
) -> list[pulumi.Resource]:
    """Entries of the operators, who administer, of the viewers, and of the nodes, which join.

    Returns what nodes must wait for.
    """
    child = pulumi.ResourceOptions(parent=parent)
    people = [
        *(("operator", operator, ADMINISTRATOR) for operator in plan.operators),
        *(("viewer", viewer, VIEWER) for viewer in plan.viewers),
    ]
    for kind, principal, policy in people:
        # Role or user name: stays the same whatever the order of the list.
        label = f"{name}-{kind}-{principal.rsplit('/', 1)[-1]}"
        entry = eks.AccessEntry(
            label, cluster_name=cluster.name, principal_arn=principal, type="STANDARD", tags=tags, opts=child
        )
        _associate(label, entry, policy, parent)
    nodes = eks.AccessEntry(
        f"{name}-nodes-entry",
        cluster_name=cluster.name,
        principal_arn=node_role.arn,
        type="EC2",
        tags=tags,
        opts=child,
    )
    return [_associate(f"{name}-nodes-entry", nodes, NODE, parent)]


def _associate(label: str, entry: eks.AccessEntry, policy: str, parent: pulumi.Resource) -> pulumi.Resource:
    return eks.AccessPolicyAssociation(
        f"{label}-policy",
        cluster_name=entry.cluster_name,
        principal_arn=entry.principal_arn,
        policy_arn=policy,
        access_scope=eks.AccessPolicyAssociationAccessScopeArgs(type="cluster"),
        opts=pulumi.ResourceOptions(parent=parent, depends_on=[entry]),
    )
