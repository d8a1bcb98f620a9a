"""The nodes of a cluster and the enforcement of network policies on them.

Auto Mode enforces NetworkPolicies once two things say so: the ConfigMap amazon-vpc-cni in kube-system switches its
controller on, and the NodeClass states what happens to a pod before its policies have arrived. DefaultDeny is the
strict mode: nothing passes until then.
"""

from collections.abc import Mapping, Sequence

import pulumi
from pulumi_kubernetes import core, meta

from components.shared.component import Component
from components.shared.custom_resource import AUTO_MODE, custom
from components.shared.network_policy import network_policy
from planning.cluster.node_pool import (
    CONSOLIDATE_MINUTES,
    EXPIRE_HOURS,
    GRACE_HOURS,
    STORAGE_GIB,
    STORAGE_IOPS,
    STORAGE_THROUGHPUT,
    SYSTEM_NAMESPACE,
    NodePoolPlan,
    metrics_server_policy,
)
from planning.shared.labels import labels
from planning.shared.quantities import memory


class NodePool(Component, token="naap:platform:NodePool"):
    """Made with the cluster's Kubernetes provider, which comes through opts."""

    def __init__(
        self,
        name: str,
        *,
        plan: NodePoolPlan,
        node_role: pulumi.Input[str],
        subnet_ids: Sequence[pulumi.Input[str]],
        security_group_id: pulumi.Input[str],
        tags: Mapping[str, str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        self._labels = labels("cluster", plan.name)
        enforcement = core.v1.ConfigMap(
            f"{name}-network-policy",
            metadata=meta.v1.ObjectMetaArgs(name="amazon-vpc-cni", namespace=SYSTEM_NAMESPACE, labels=self._labels),
            data={"enable-network-policy-controller": "true"},
            opts=self.child(),
        )
        node_class = custom(
            f"{name}-class",
            api_version=AUTO_MODE,
            kind="NodeClass",
            name=plan.name,
            labels=self._labels,
            spec={
                "role": node_role,
                "subnetSelectorTerms": [{"id": subnet} for subnet in subnet_ids],
                "securityGroupSelectorTerms": [{"id": security_group_id}],
                "networkPolicy": "DefaultDeny",
                "networkPolicyEventLogs": "Enabled",
                "snatPolicy": "Random",
                "ephemeralStorage": {
                    "size": memory(STORAGE_GIB * 1024),
                    "iops": STORAGE_IOPS,
                    "throughput": STORAGE_THROUGHPUT,
                },
                # Auto Mode names its instances itself.
                "tags": {key: value for key, value in tags.items() if key != "Name"},
            },
            opts=self.child(enforcement),
        )
        network_policy(f"{name}-metrics-server", plan=metrics_server_policy(), labels=self._labels, opts=self.child())
        custom(
            f"{name}-pool",
            api_version="karpenter.sh/v1",
            kind="NodePool",
            name=plan.name,
            labels=self._labels,
            spec=pool_spec(plan),
            opts=self.child(node_class),
        )


def pool_spec(plan: NodePoolPlan) -> dict[str, object]:
    """The NodePool's spec, as Karpenter's own schema has it."""
    requirements = {
        "eks.amazonaws.com/instance-family": list(plan.families),
        "eks.amazonaws.com/instance-size": [plan.size],
        "kubernetes.io/arch": list(plan.architectures),
        "karpenter.sh/capacity-type": ["on-demand"],
    }
    return {
        "limits": {"cpu": str(plan.cpu_limit), "memory": memory(plan.memory_gib_limit * 1024)},
        "disruption": {
            "consolidationPolicy": "WhenEmptyOrUnderutilized",
            "consolidateAfter": f"{CONSOLIDATE_MINUTES}m",
            "budgets": [{"nodes": plan.disruption}],
        },
        "template": {
            "spec": {
                "nodeClassRef": {"group": "eks.amazonaws.com", "kind": "NodeClass", "name": plan.name},
                "expireAfter": f"{EXPIRE_HOURS}h",
                "terminationGracePeriod": f"{GRACE_HOURS}h",
                "requirements": [
                    {"key": key, "operator": "In", "values": values} for key, values in requirements.items()
                ],
            }
        },
    }
