"""What a service account may do: a role and its binding, of a whole cluster or of its own namespace."""

from collections.abc import Mapping, Sequence

import pulumi
from pulumi_kubernetes import meta, rbac

from components.shared.component import Component

_GROUP = "rbac.authorization.k8s.io"


def cluster_rights(
    name: str,
    *,
    account: str,
    namespace: str,
    labels: Mapping[str, str],
    rules: Sequence[rbac.v1.PolicyRuleArgs],
    parent: Component,
) -> list[pulumi.Resource]:
    """The role `naap-<account>` with these rules, bound to the account. Gives both, for who must wait for them."""
    role_name = f"naap-{account}"
    metadata = meta.v1.ObjectMetaArgs(name=role_name, labels=labels)
    role = rbac.v1.ClusterRole(f"{name}-role", metadata=metadata, rules=list(rules), opts=parent.child())
    binding = rbac.v1.ClusterRoleBinding(
        f"{name}-binding",
        metadata=metadata,
        role_ref=rbac.v1.RoleRefArgs(api_group=_GROUP, kind="ClusterRole", name=role_name),
        subjects=[rbac.v1.SubjectArgs(kind="ServiceAccount", name=account, namespace=namespace)],
        opts=parent.child(role),
    )
    return [role, binding]


def config_reader(
    name: str, *, account: str, namespace: pulumi.Resource, metadata: meta.v1.ObjectMetaArgs, parent: Component
) -> list[pulumi.Resource]:
    """The role that reads the ConfigMaps of the account's namespace. Gives role and binding, as cluster_rights."""
    role = rbac.v1.Role(
        f"{name}-role",
        metadata=metadata,
        rules=[rbac.v1.PolicyRuleArgs(api_groups=[""], resources=["configmaps"], verbs=["get", "list", "watch"])],
        opts=parent.child(namespace),
    )
    binding = rbac.v1.RoleBinding(
        f"{name}-binding",
        metadata=metadata,
        role_ref=rbac.v1.RoleRefArgs(api_group=_GROUP, kind="Role", name=account),
        subjects=[rbac.v1.SubjectArgs(kind="ServiceAccount", name=account, namespace=metadata.namespace)],
        opts=parent.child(role),
    )
    return [role, binding]
