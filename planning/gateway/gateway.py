"""The API gateway of a region: proxies, their control plane and the service that counts requests."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

from planning.gateway import internal_listener
from planning.gateway.limits import LimitPairs, plan_internal_limits, plan_limits
from planning.gateway.sign_in import SignInPlan, plan_sign_in
from planning.inputs.assumptions import Assumptions
from planning.inputs.registry.registry_entry import Registry
from planning.inputs.settings import Settings
from planning.inputs.tiers import PodRange, Tier, growth
from planning.network.addresses import DNS_ADDRESS, SERVICE_CIDR, region_addresses
from planning.network.network_policy import INTERNET, AddressPeer, PodPeer, PolicyPlan, Port, Rule, default_deny
from planning.shared.naming import SYSTEM_NAMESPACES
from planning.shared.pods import PodSize

NAMESPACE = SYSTEM_NAMESPACES["gateway"]
GATEWAY = "naap"
LISTENER = "https"
SERVICE = "envoy"
"""The Service before the proxies: what the load balancer's target group is bound to."""

LISTENER_PORT = 443
CONTAINER_PORT = 10443
"""Where a proxy listens: ports below 1024 are moved up by 10,000, as the process has no right to them."""

METRICS_PORT = 19001
METRICS_SERVICE = "envoy-metrics"
"""A name for the addresses of all proxies, for who scrapes them."""

LIMITER_METRICS_SERVICE = "ratelimit-metrics"
"""The same for the service that counts; it listens on the same port."""

HEALTH_PATH = "/healthz/gateway"
"""Answered by a proxy itself, over HTTPS; 503 once it drains, so that the load balancer lets go of it."""

CHART = "oci://docker.io/envoyproxy/gateway-helm"
CHART_VERSION = "v1.9.1"

TRUSTED_HOPS = 2
"""CloudFront appends the viewer's address to X-Forwarded-For, the load balancer appends CloudFront's: the client is
the second from the right, and whatever stands further left was written by the client itself."""

DRAIN_SECONDS = 600
"""How long a proxy that ends, or whose listener changes, lets its open WebSockets live."""

LEAST_DRAIN_SECONDS = 30
"""It lives this long in any case, until the load balancer has seen that it is going."""

IDLE_SECONDS = 900
"""Of a connection to a proxy: longer than the load balancer keeps one, so that it never sends on one that is closed."""

HEADERS_SECONDS = 10
"""For the headers of a request, from its first byte."""

CONCURRENT_STREAMS = 128
"""Requests at one time on a connection of HTTP/2."""

LIMIT_TIMEOUT_MS = 200
LIMIT_STORE_TIMEOUT_MS = 100
"""Of the proxies for the limit service, of that for its cache. The defaults (20 ms, 10 s) let most requests through
uncounted as soon as a node is short of CPU, or hold them while the cache is away."""

TRACE_TAGS = {"cdn.request_id": "x-amz-cf-id", "request_id": "x-request-id"}
"""What a trace is found by: ids that the CDN and the gateway give to its request, and the headers that bear them."""

CPU_PERCENT = 60
"""Of the request, at which pods are added: a proxy or limit service that is short of CPU delays every plugin."""

COUNT_CPU_MS = 0.4
"""Milliseconds of the limit service's CPU that a request costs: docs/benchmarks.md."""

LIMITER_MEMORY_BYTES = 4 * 1024 * 1024
"""In which a limit service remembers whose minute is used up, and refuses them without a question to the cache. A key
has its minute in its name, and once over the limit is over it to the minute's end, so that nobody is counted otherwise;
what finds no room is asked for as before."""

LIMITER_CONNECTION_SECONDS = 300
"""How long a proxy's connection to a limit service lives. A proxy keeps to the pod that it once reached, and the
service's own default is a day: pods that were added would stand idle beside those that are short of CPU."""

_CONTROLLER_POD = PodSize(cpu_m=100, memory_mib=512)
ROOM = 100
"""Plugins, for which that and a tier's proxies have the memory."""
CONTROLLER_MIB, PROXY_MIB = 2, 1
"""For each plugin beyond: docs/benchmarks.md. In steps of so many plugins as well, since a change restarts the pods."""
CERTIFICATE_JOB = PodSize(cpu_m=50, memory_mib=128)
"""Of the chart, once at its installation."""


def gateway_pods(tier: Tier, users: int) -> PodRange:
    """Proxies of a region."""
    return PodRange(min=tier.gateway_pods_min, max=round(tier.gateway_pods_max * growth(users)))


def _beyond(registry: Registry) -> int:
    served = sum(1 for spec in registry.plugins if spec.backend and spec.lifecycle.serves)
    return max(0, math.ceil(served / ROOM) - 1) * ROOM


def proxy_pod(tier: Tier, registry: Registry) -> PodSize:
    """One proxy, which knows the routes of all plugins."""
    return PodSize(cpu_m=tier.gateway_cpu_m, memory_mib=tier.gateway_memory_mib + _beyond(registry) * PROXY_MIB)


def proxy_workers(proxy: PodSize) -> int:
    """Threads of one proxy: as many as the cores that it asks for. Envoy's default is one for each core of the node,
    each with connections of its own to the limit service and to every plugin: docs/decisions/proxy-workers.md."""
    return max(1, math.ceil(proxy.cpu_m / 1000))


def controller_pod(registry: Registry) -> PodSize:
    """One pod of the control plane, which makes them."""
    more = _beyond(registry) * CONTROLLER_MIB
    return replace(_CONTROLLER_POD, memory_mib=_CONTROLLER_POD.memory_mib + more)


def limiter_pod(tier: Tier) -> PodSize:
    """One pod that counts requests."""
    return PodSize(cpu_m=tier.limiter_cpu_m, memory_mib=256)


def limiter_pods(tier: Tier, users: int, assumptions: Assumptions) -> PodRange:
    """Pods of a region that count requests; at most, what the busiest hour of all users asks for."""
    least = min(3, tier.gateway_pods_min)
    cpu_m = assumptions.peak_requests(users) * COUNT_CPU_MS
    return PodRange(min=least, max=max(least, math.ceil(cpu_m / (tier.limiter_cpu_m * CPU_PERCENT / 100))))


def controller_pods(tier: Tier) -> int:
    """Pods of a region's control plane."""
    return min(2, tier.gateway_pods_min)


@dataclass(frozen=True, kw_only=True)
class GatewayPlan:
    """One region's gateway.

    limiter_fails_closed: what a request meets when it can't be counted: False, it passes; True, it is answered 500.
    controller_pods: replicas, fixed. tracing: it takes part in traces, of traced_percent of requests.
    limits, internal_limits: of all plugins, by listener. image_mirrors: planning.shared.images.mirrored.
    """

    region: str
    domain: str
    pods: PodRange
    proxy: PodSize
    limiter_pods: PodRange
    limiter: PodSize
    controller_pods: int
    controller: PodSize
    limiter_fails_closed: bool
    trusted_hops: int
    drain_seconds: int
    tracing: bool
    traced_percent: int
    certificate_names: tuple[str, ...]
    policies: tuple[PolicyPlan, ...]
    limits: LimitPairs
    internal_limits: LimitPairs
    sign_in: SignInPlan
    image_mirrors: Mapping[str, str]


def plan_gateway(*, region: str, settings: Settings, tier: Tier, users: int, registry: Registry) -> GatewayPlan:
    """The gateway of a region for these users; its names are the same in every cluster."""
    sign_in = plan_sign_in(settings)
    return GatewayPlan(
        region=region,
        domain=settings.domain,
        pods=gateway_pods(tier, users),
        proxy=proxy_pod(tier, registry),
        limiter_pods=limiter_pods(tier, users, settings.assumptions),
        limiter=limiter_pod(tier),
        controller_pods=controller_pods(tier),
        controller=controller_pod(registry),
        limiter_fails_closed=tier.limiter_fails_closed,
        trusted_hops=TRUSTED_HOPS,
        drain_seconds=DRAIN_SECONDS,
        tracing=tier.tracing,
        traced_percent=tier.traced_percent,
        certificate_names=(f"{SERVICE}.{NAMESPACE}.svc.cluster.local",),
        policies=_policies(region, sign_in),
        limits=plan_limits(registry, tier),
        internal_limits=plan_internal_limits(tier),
        sign_in=sign_in,
        image_mirrors=settings.image_mirrors,
    )


def _policies(region: str, sign_in: SignInPlan) -> tuple[PolicyPlan, ...]:
    """Proxies go to any pod of the region: what they reach is decided by the plugins' own policies, from-gateway.

    Pods are addresses of the VPC, Services are of their own range, and both are stated as networks: a list of the
    plugins' namespaces would change with every plugin.
    """
    vpc = AddressPeer(cidr=region_addresses(region).cidr)
    return (
        default_deny(NAMESPACE),
        PolicyPlan(
            name="within",
            namespace=NAMESPACE,
            ingress=(Rule(peers=(PodPeer(namespace=NAMESPACE),), ports=()),),
            egress=(
                Rule(
                    peers=(AddressPeer(cidr=f"{DNS_ADDRESS}/32"), PodPeer(namespace="kube-system")),
                    ports=(Port(number=53, protocol="UDP"), Port(number=53)),
                ),
                Rule(peers=(PodPeer(namespace=NAMESPACE), vpc, AddressPeer(cidr=SERVICE_CIDR)), ports=()),
            ),
        ),
        PolicyPlan(
            name="proxies",
            namespace=NAMESPACE,
            pods={"app.kubernetes.io/component": "proxy"},
            # Which pods reach the internal listener is decided by their own policies, to-declared.
            ingress=(
                Rule(
                    peers=(vpc,),
                    ports=tuple(
                        Port(number=port) for port in (CONTAINER_PORT, internal_listener.CONTAINER_PORT, METRICS_PORT)
                    ),
                ),
            ),
            # The keys of an issuer of JWTs.
            egress=(Rule(peers=(INTERNET,), ports=(Port(number=443),)),) if sign_in.token else None,
        ),
        PolicyPlan(
            name="limiter",
            namespace=NAMESPACE,
            pods={"app.kubernetes.io/component": "ratelimit"},
            ingress=(
                Rule(
                    peers=(PodPeer(namespace=SYSTEM_NAMESPACES["observability"]),), ports=(Port(number=METRICS_PORT),)
                ),
            ),
        ),
    )
