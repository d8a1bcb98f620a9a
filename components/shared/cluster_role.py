"""What a service account may do in a whole cluster: a role and its binding."""

from collections.abc import Mapping, Sequence

import pulumi
from pulumi_kubernetes import meta, rbac

from components.shared.component import Component


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
        role_ref=rbac.v1.RoleRefArgs(api_group="rbac.authorization.k8s.io", kind="ClusterRole", name=role_name),
        subjects=[rbac.v1.SubjectArgs(kind="ServiceAccount", name=account, namespace=namespace)],
        opts=parent.child(role),
    )
    return [role, binding]
