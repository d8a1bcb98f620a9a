"""A planned policy as a Kubernetes object."""

from collections.abc import Mapping

import pulumi
from pulumi_kubernetes import meta, networking

from planning.network.network_policy import AddressPeer, Peer, PolicyPlan, Rule
from planning.shared.labels import NAMESPACE_LABEL


def network_policy(
    resource_name: str, *, plan: PolicyPlan, labels: Mapping[str, str], opts: pulumi.ResourceOptions
) -> networking.v1.NetworkPolicy:
    """The NetworkPolicy that says what the plan says; a direction that the plan leaves open is not in it."""
    ingress, egress = plan.ingress, plan.egress
    return networking.v1.NetworkPolicy(
        resource_name,
        metadata=meta.v1.ObjectMetaArgs(name=plan.name, namespace=plan.namespace, labels=labels),
        spec=networking.v1.NetworkPolicySpecArgs(
            pod_selector=_selector(plan.pods),
            policy_types=[
                *(["Ingress"] if ingress is not None else []),
                *(["Egress"] if egress is not None else []),
            ],
            ingress=[
                networking.v1.NetworkPolicyIngressRuleArgs(from_=_peers(rule), ports=_ports(rule)) for rule in ingress
            ]
            if ingress
            else None,
            egress=[networking.v1.NetworkPolicyEgressRuleArgs(to=_peers(rule), ports=_ports(rule)) for rule in egress]
            if egress
            else None,
        ),
        opts=opts,
    )


def _selector(labels: Mapping[str, str]) -> meta.v1.LabelSelectorArgs:
    return meta.v1.LabelSelectorArgs(match_labels=labels) if labels else meta.v1.LabelSelectorArgs()


def _ports(rule: Rule) -> list[networking.v1.NetworkPolicyPortArgs] | None:
    """None, not an empty list, where all are meant: the API server keeps no empty one."""
    made = [networking.v1.NetworkPolicyPortArgs(port=port.number, protocol=port.protocol) for port in rule.ports]
    return made or None


def _peers(rule: Rule) -> list[networking.v1.NetworkPolicyPeerArgs] | None:
    return [_peer(peer) for peer in rule.peers] or None  # anybody


def _peer(peer: Peer) -> networking.v1.NetworkPolicyPeerArgs:
    if isinstance(peer, AddressPeer):
        return networking.v1.NetworkPolicyPeerArgs(
            ip_block=networking.v1.IPBlockArgs(cidr=peer.cidr, except_=list(peer.excluded) or None)
        )
    return networking.v1.NetworkPolicyPeerArgs(
        namespace_selector=meta.v1.LabelSelectorArgs(match_labels={NAMESPACE_LABEL: peer.namespace}),
        pod_selector=_selector(peer.pods) if peer.pods else None,
    )
