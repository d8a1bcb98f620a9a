"""Network policies of what observes a region, and the names of its parts."""

from planning.database.pooler import METRICS_PORT as POOLER_METRICS_PORT
from planning.gateway.gateway import METRICS_PORT
from planning.gateway.gateway import NAMESPACE as GATEWAY_NAMESPACE
from planning.network.addresses import API_ADDRESS, region_addresses
from planning.network.network_policy import (
    INTERNET,
    TO_DNS,
    TO_POD_IDENTITY,
    AddressPeer,
    PodPeer,
    PolicyPlan,
    Port,
    Rule,
    default_deny,
)
from planning.observability.metrics.scraping import KUBELET_PORT, STATE_METRICS_PORT
from planning.shared.naming import SYSTEM_NAMESPACES
from planning.shared.ports import ADAPTER_PORT, OTLP_GRPC_PORT, OTLP_PORT

NAMESPACE = SYSTEM_NAMESPACES["observability"]
COLLECTOR = "otel-collector"
ADAPTER = "kube-metrics-adapter"
STATE_METRICS = "kube-state-metrics"
DASHBOARDS = "grafana"

LOG_NAMESPACE = "amazon-cloudwatch"
LOG_ADDON = "amazon-cloudwatch-observability"
"""Its operator's pods carry this name too."""
LOG_WEBHOOK_PORT = 9443
"""Of that operator."""


_NAME = "app.kubernetes.io/name"


def observability_policies(*, region: str, metrics: bool) -> tuple[PolicyPlan, ...]:
    """Policies of the namespace. metrics: whether series are scraped, and so there is more than the collector."""
    vpc = AddressPeer(cidr=region_addresses(region).cidr)
    # AWS's own endpoints, and the Kubernetes API.
    out = (
        TO_DNS,
        TO_POD_IDENTITY,
        Rule(peers=(INTERNET, vpc, AddressPeer(cidr=API_ADDRESS)), ports=(Port(number=443),)),
    )
    collector = PolicyPlan(
        name=COLLECTOR,
        namespace=NAMESPACE,
        pods={_NAME: COLLECTOR},
        ingress=(Rule(peers=(vpc,), ports=(Port(number=OTLP_PORT), Port(number=OTLP_GRPC_PORT))),),
        egress=(*out, *(_scraped(vpc) if metrics else ())),
    )
    return (default_deny(NAMESPACE), collector, *(_of_metrics(vpc, out) if metrics else ()))


def log_policies(*, region: str) -> tuple[PolicyPlan, ...]:
    """Policies of the add-on that reads logs. Its readers and agents use their node's network, of which no policy
    speaks; its operator is a pod like others: it asks the Kubernetes API, which asks it about what it admits."""
    vpc = AddressPeer(cidr=region_addresses(region).cidr)
    operator = PolicyPlan(
        name=LOG_ADDON,
        namespace=LOG_NAMESPACE,
        pods={_NAME: LOG_ADDON},
        ingress=(Rule(peers=(vpc,), ports=(Port(number=LOG_WEBHOOK_PORT),)),),
        egress=(TO_DNS, _to_api(vpc)),
    )
    return (default_deny(LOG_NAMESPACE), operator)


def _to_api(vpc: AddressPeer) -> Rule:
    return Rule(peers=(vpc, AddressPeer(cidr=API_ADDRESS)), ports=(Port(number=443),))


def _scraped(vpc: AddressPeer) -> tuple[Rule, ...]:
    return (
        Rule(peers=(PodPeer(namespace=GATEWAY_NAMESPACE),), ports=(Port(number=METRICS_PORT),)),
        Rule(peers=(PodPeer(namespace=SYSTEM_NAMESPACES["pooler"]),), ports=(Port(number=POOLER_METRICS_PORT),)),
        Rule(
            peers=(PodPeer(namespace=NAMESPACE, pods={_NAME: STATE_METRICS}),), ports=(Port(number=STATE_METRICS_PORT),)
        ),
        # Nodes are no pods: their kubelets are addresses of the network.
        Rule(peers=(vpc,), ports=(Port(number=KUBELET_PORT),)),
    )


def _of_metrics(vpc: AddressPeer, out: tuple[Rule, ...]) -> tuple[PolicyPlan, ...]:
    return (
        PolicyPlan(
            name=ADAPTER,
            namespace=NAMESPACE,
            pods={_NAME: ADAPTER},
            ingress=(Rule(peers=(vpc,), ports=(Port(number=ADAPTER_PORT),)),),
            egress=out,
        ),
        PolicyPlan(
            name=STATE_METRICS,
            namespace=NAMESPACE,
            pods={_NAME: STATE_METRICS},
            ingress=(
                Rule(
                    peers=(PodPeer(namespace=NAMESPACE, pods={_NAME: COLLECTOR}),),
                    ports=(Port(number=STATE_METRICS_PORT),),
                ),
            ),
            egress=(TO_DNS, _to_api(vpc)),
        ),
        # Nothing comes in but an operator's port-forward, which arrives within the pod.
        PolicyPlan(name=DASHBOARDS, namespace=NAMESPACE, pods={_NAME: DASHBOARDS}, ingress=(), egress=out),
    )
