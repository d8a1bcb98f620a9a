"""IAM roles of a cluster: what EKS may do in the account for it, and what a node may do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
from pulumi_aws import eks, iam

from components.shared.component import Component
from components.shared.iam import account_id, caller_arn
from planning.cluster.access import (
    ADMINISTRATOR,
    CONTROL_PLANE_POLICIES,
    NODE,
    NODE_POLICIES,
    VIEWER,
    own_tags_policy,
)
from planning.cluster.cluster import ClusterPlan
from planning.shared.iam import MAX_ROLE_NAME, account_trust, trust_policy
from planning.shared.naming import fit

_MANAGED = "arn:aws:iam::aws:policy"


class ClusterRoles(Component, token="naap:platform:ClusterRoles"):
    """Handles: control_plane, node, and to wait for: control_plane_policies, node_policies."""

    control_plane: iam.Role
    control_plane_policies: list[pulumi.Resource]
    node: iam.Role
    node_policies: list[pulumi.Resource]

    def __init__(
        self, name: str, *, cluster: str, tags: Mapping[str, str], opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__(name, opts)
        self._tags = tags
        self.control_plane = self._role(
            f"{name}-control-plane",
            fit(f"{cluster}-eks", MAX_ROLE_NAME),
            account_id(self).apply(
                lambda account: account_trust(account, "eks.amazonaws.com", ("sts:AssumeRole", "sts:TagSession"))
            ),
        )
        self.control_plane_policies = [
            *self._attach(f"{name}-control-plane", self.control_plane, CONTROL_PLANE_POLICIES),
            iam.RolePolicy(
                f"{name}-control-plane-tags", role=self.control_plane.id, policy=own_tags_policy(), opts=self.child()
            ),
        ]
        # EC2 doesn't say for which account it asks: a condition on that would be false for every node.
        self.node = self._role(
            f"{name}-node", fit(f"{cluster}-node", MAX_ROLE_NAME), trust_policy("ec2.amazonaws.com", ["sts:AssumeRole"])
        )
        self.node_policies = self._attach(f"{name}-node", self.node, NODE_POLICIES)

    def _role(self, name: str, physical: str, trust: pulumi.Input[str]) -> iam.Role:
        return iam.Role(name, name=physical, assume_role_policy=trust, tags=self._tags, opts=self.child())

    def _attach(self, name: str, role: iam.Role, policies: tuple[str, ...]) -> list[pulumi.Resource]:
        return [
            iam.RolePolicyAttachment(
                f"{name}-{policy}", role=role.name, policy_arn=f"{_MANAGED}/{policy}", opts=self.child()
            )
            for policy in policies
        ]


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
    """Entries of the operators, who administer, of the viewers, and of the nodes, which join."""
    people = [
        *(("operator", operator, ADMINISTRATOR) for operator in _operators(plan, parent)),
        *(("viewer", viewer, VIEWER) for viewer in plan.viewers),
    ]
    let_in: dict[str, list[pulumi.Resource]] = {"operator": [], "viewer": []}
    for kind, principal, policy in people:
        # Role or user name: stays the same whatever the order of the list.
        label = f"{name}-{kind}-{principal.rsplit('/', 1)[-1]}"
        entry = eks.AccessEntry(
            label, cluster_name=cluster.name, principal_arn=principal, type="STANDARD", tags=tags, opts=parent.child()
        )
        let_in[kind].append(_associate(label, entry, policy, parent))
    nodes = eks.AccessEntry(
        f"{name}-nodes-entry",
        cluster_name=cluster.name,
        principal_arn=node_role.arn,
        type="EC2",
        tags=tags,
        opts=parent.child(),
    )
    return ClusterAccess(
        administration=let_in["operator"], nodes=_associate(f"{name}-nodes-entry", nodes, NODE, parent)
    )


def _operators(plan: ClusterPlan, parent: pulumi.Resource) -> tuple[str, ...]:
    """Who runs this, where none are stated: the cluster grants nothing to whoever makes it."""
    caller = caller_arn(parent)
    if plan.operators and caller not in (*plan.operators, *plan.viewers):
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
