"""The nodes of a cluster and the enforcement of network policies on them.

Auto Mode enforces NetworkPolicies once two things say so: the ConfigMap amazon-vpc-cni in kube-system switches its
controller on, and the NodeClass states what happens to a pod before its policies have arrived. DefaultDeny is the
strict mode: nothing passes until then.
"""

from collections.abc import Mapping, Sequence

import pulumi
from pulumi_kubernetes.apiextensions import CustomResource
from pulumi_kubernetes.core.v1 import ConfigMap
from pulumi_kubernetes.meta.v1 import LabelSelectorArgs, ObjectMetaArgs
from pulumi_kubernetes.networking.v1 import (
    NetworkPolicy,
    NetworkPolicyEgressRuleArgs,
    NetworkPolicyIngressRuleArgs,
    NetworkPolicyPortArgs,
    NetworkPolicySpecArgs,
)

from components.shared.component import Component
from planning.cluster.node_pool import EXPIRE_HOURS, GRACE_HOURS, STORAGE_GIB, NodePoolPlan
from planning.shared.labels import labels
from planning.shared.quantities import memory

_METRICS_SERVER_PORT = 10251
_SYSTEM = "kube-system"


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
        enforcement = ConfigMap(
            f"{name}-network-policy",
            metadata=ObjectMetaArgs(name="amazon-vpc-cni", namespace=_SYSTEM, labels=self._labels),
            data={"enable-network-policy-controller": "true"},
            opts=self.child(),
        )
        node_class = CustomResource(
            f"{name}-class",
            api_version="eks.amazonaws.com/v1",
            kind="NodeClass",
            metadata=ObjectMetaArgs(name=plan.name, labels=self._labels),
            spec={
                "role": node_role,
                "subnetSelectorTerms": [{"id": subnet} for subnet in subnet_ids],
                "securityGroupSelectorTerms": [{"id": security_group_id}],
                "networkPolicy": "DefaultDeny",
                "networkPolicyEventLogs": "Enabled",
                "snatPolicy": "Random",
                "ephemeralStorage": {"size": memory(STORAGE_GIB * 1024), "iops": 3000, "throughput": 125},
                # Auto Mode names its instances itself.
                "tags": {key: value for key, value in tags.items() if key != "Name"},
            },
            opts=self.child(enforcement),
        )
        self._metrics_server(name)
        CustomResource(
            f"{name}-pool",
            api_version="karpenter.sh/v1",
            kind="NodePool",
            metadata=ObjectMetaArgs(name=plan.name, labels=self._labels),
            spec=pool_spec(plan),
            opts=self.child(node_class),
        )

    def _metrics_server(self, name: str) -> None:
        """Strict enforcement closes kube-system too: the API server asks for metrics, kubelets are asked for them."""
        NetworkPolicy(
            f"{name}-metrics-server",
            metadata=ObjectMetaArgs(name="metrics-server", namespace=_SYSTEM, labels=self._labels),
            spec=NetworkPolicySpecArgs(
                pod_selector=LabelSelectorArgs(match_labels={"app.kubernetes.io/name": "metrics-server"}),
                policy_types=["Ingress", "Egress"],
                ingress=[
                    NetworkPolicyIngressRuleArgs(
                        ports=[NetworkPolicyPortArgs(port=_METRICS_SERVER_PORT, protocol="TCP")]
                    )
                ],
                egress=[
                    NetworkPolicyEgressRuleArgs(
                        ports=[
                            NetworkPolicyPortArgs(port=10250, protocol="TCP"),
                            NetworkPolicyPortArgs(port=443, protocol="TCP"),
                            NetworkPolicyPortArgs(port=53, protocol="UDP"),
                            NetworkPolicyPortArgs(port=53, protocol="TCP"),
                        ]
                    )
                ],
            ),
            opts=self.child(),
        )


def pool_spec(plan: NodePoolPlan) -> dict[str, object]:
    """The NodePool's spec, as Karpenter's own schema has it."""
    requirements = {
        "eks.amazonaws.com/instance-family": list(plan.families),
        "eks.amazonaws.com/instance-size": [plan.size],
        "kubernetes.io/arch": ["arm64"],
        "kubernetes.io/os": ["linux"],
        "karpenter.sh/capacity-type": ["on-demand"],
    }
    return {
        "limits": {"cpu": str(plan.cpu_limit), "memory": memory(plan.memory_gib_limit * 1024)},
        "disruption": {
            "consolidationPolicy": "WhenEmptyOrUnderutilized",
            "consolidateAfter": "5m",
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
