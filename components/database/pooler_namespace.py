"""The namespace of a region's poolers, and what they may do in it.

    PoolerNamespace("poolers", plans=region_plan.poolers,
                    opts=ResourceOptions(parent=region, provider=cluster.provider))

Made once a region, before its poolers. Handles: namespace (what a plugin's entry waits for), needed (what a pooler
waits for).
"""

from collections.abc import Sequence

import pulumi
from pulumi_kubernetes import meta

from components.shared.component import Component
from components.shared.namespace import restricted_namespace
from components.shared.network_policy import network_policy
from components.shared.rbac import config_reader
from components.shared.service_account import service_account
from planning.database.pooler import NAMESPACE, PoolerPlan, pooler_policy
from planning.network.network_policy import default_deny
from planning.shared.labels import labels

ACCOUNT = "pooler"


class PoolerNamespace(Component, token="naap:platform:PoolerNamespace"):
    """Closed but for what the poolers need; plugins are let in by policies of their own."""

    def __init__(self, name: str, *, plans: Sequence[PoolerPlan], opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        found = labels("pooler", "poolers")
        namespace = restricted_namespace(f"{name}-namespace", name=NAMESPACE, labels=found, opts=self.child())
        inside = self.child(namespace)
        self.namespace = namespace
        policies = [
            network_policy(f"{name}-{policy.name}", plan=policy, labels=found, opts=inside)
            for policy in (default_deny(NAMESPACE), *(pooler_policy(plan) for plan in plans))
        ]
        metadata = meta.v1.ObjectMetaArgs(name=ACCOUNT, namespace=NAMESPACE, labels=found)
        account = service_account(name, metadata, inside)
        reader = config_reader(name, account=ACCOUNT, namespace=namespace, metadata=metadata, parent=self)
        self.needed: Sequence[pulumi.Resource] = [*policies, account, *reader]
