"""Rules on the gateway: how it listens, what clients may claim, and what it runs as."""

from collections.abc import Iterable
from typing import Any

from policies.kubernetes_objects import named, targets
from policies.properties import get
from policies.rule import Environment, Resource, Stack, rule, stack_rule
from policies.rules.kubernetes.pods import image_problems, literal_problems

GATEWAY = "kubernetes:gateway.networking.k8s.io/v1:Gateway"
CLIENTS = "kubernetes:gateway.envoyproxy.io/v1alpha1:ClientTrafficPolicy"
PROXY = "kubernetes:gateway.envoyproxy.io/v1alpha1:EnvoyProxy"
RELEASE = "kubernetes:helm.sh/v3:Release"
CLAIMS = {
    *("x-user-id", "x-user-email", "x-user-role", "x-session", "x-envoy-original-path", "x-client-network"),
    *("x-real-ip", "cf-connecting-ip", "true-client-ip", "naap-route", "naap-limits"),
}
"""Headers by which backends know who asks, from which address, and where, and the limits what is counted: no client may
send them."""
ORDERS = {
    *("x-request-id", "x-forwarded-proto", "x-forwarded-host", "x-envoy-decorator-operation", "x-envoy-force-trace"),
    *("x-envoy-max-retries", "x-envoy-retry-on", "x-envoy-retriable-status-codes", "x-envoy-retriable-header-names"),
    *("x-envoy-upstream-rq-timeout-ms", "x-envoy-upstream-rq-per-try-timeout-ms", "x-envoy-expected-rq-timeout-ms"),
    *("x-envoy-upstream-alt-stat-name", "x-client-trace-id", "traceparent", "tracestate", "baggage"),
}
"""Headers by which one Envoy tells the next what to record, retry and wait for: from clients it would obey them too."""
RELEASE_PARTS = (
    "certgen.job",
    "deployment.envoyGateway",
    "config.envoyGateway.provider.kubernetes.rateLimitDeployment.container",
)
CALM_SECONDS = 60
RESOURCES = ("requests.cpu", "requests.memory", "limits.memory")
Findings = Iterable[tuple[Resource | None, str]]


@rule("k8s-gateway-listener", frozenset({GATEWAY}))
def _listener(resource: Resource, _: Environment) -> Iterable[str]:
    for listener in get(resource.props, "spec.listeners", []):
        name = get(listener, "name", "?")
        # A name of the cluster's own is one that only pods can look up: what comes by it has not left the cluster.
        of_pods = get(listener, "hostname", "").endswith(".svc.cluster.local")
        if not of_pods and (get(listener, "protocol", "HTTP") not in ("HTTPS", "TLS") or get(listener, "tls") is None):
            yield f"listener {name} takes clear text: protocol HTTPS with tls"
        if get(listener, "allowedRoutes.namespaces.from", "All") == "All":
            yield f"listener {name} takes routes of anybody: allowedRoutes.namespaces.from"


@rule("k8s-gateway-clients", frozenset({CLIENTS}))
def _clients(resource: Resource, _: Environment) -> Iterable[str]:
    spec = get(resource.props, "spec", {})
    if get(spec, "tls.minVersion", "1.0") not in ("1.2", "1.3"):
        yield "takes old protocols: tls.minVersion is below 1.2"
    removed = set(get(spec, "headers.earlyRequestHeaders.remove", []))
    for does, headers in (("believes what clients claim to be", CLAIMS), ("does what clients tell a proxy", ORDERS)):
        if missing := headers - removed:
            yield f"{does}: earlyRequestHeaders.remove lacks {', '.join(sorted(missing))}"
    if get(spec, "headers.withUnderscoresAction", "RejectRequest") == "Allow":
        yield "x_user_id passes for x-user-id: headers.withUnderscoresAction"
    if get(spec, "headers.xForwardedClientCert.mode", "Sanitize") != "Sanitize":
        yield "believes a certificate that a client only tells of: headers.xForwardedClientCert.mode"


@rule("k8s-gateway-proxies", frozenset({PROXY}))
def _proxies(resource: Resource, environment: Environment) -> Iterable[str]:
    spec = get(resource.props, "spec.provider.kubernetes", {})
    container = get(spec, "envoyDeployment.container", {})
    yield from image_problems(get(container, "image", ""), environment)
    yield from _unbounded("envoyDeployment.container", container)
    if not _spread(get(spec, "envoyDeployment.pod.topologySpreadConstraints", [])):
        yield "proxies aren't spread over zones and nodes: topologySpreadConstraints"
    if get(spec, "envoyDeployment.strategy.rollingUpdate.maxUnavailable", "25%") not in (0, "0%"):
        yield "a rollout takes proxies away: rollingUpdate.maxUnavailable is not 0"
    if get(spec, "envoyService.type", "LoadBalancer") != "ClusterIP":
        yield "opens a way past the CDN: envoyService.type is not ClusterIP"
    if not get(spec, "envoyHpa.metrics", []):
        yield "scales by nothing: envoyHpa.metrics"
    if get(spec, "envoyHpa.behavior.scaleDown.stabilizationWindowSeconds", 0) < CALM_SECONDS:
        yield "gives pods back at the first lull: envoyHpa.behavior.scaleDown.stabilizationWindowSeconds is below 60"
    settings = get(resource.props, "spec.telemetry.accessLog.settings", [])
    if not any(get(item, "sinks", []) for item in settings):
        yield "requests leave no record: telemetry.accessLog"


@rule("k8s-gateway-release", frozenset({RELEASE}))
def _release(resource: Resource, environment: Environment) -> Iterable[str]:
    if not get(resource.props, "version", ""):
        yield "installs whatever is newest: version"
    values = get(resource.props, "values", {})
    for image in _images(values):
        yield from image_problems(image, environment)
    for part in RELEASE_PARTS:
        yield from _unbounded(part, get(values, part, {}))
    limiter = get(values, "config.envoyGateway.provider.kubernetes.rateLimitDeployment", {})
    scaler = get(values, "config.envoyGateway.provider.kubernetes.rateLimitHpa")
    if scaler is not None and get(scaler, "minReplicas", 1) < get(limiter, "replicas", 1):
        yield "one pod may count all requests: rateLimitHpa.minReplicas is below rateLimitDeployment.replicas"
    for name, pod in (
        ("deployment", get(values, "deployment.pod", {})),
        ("rateLimitDeployment", get(limiter, "pod", {})),
    ):
        if not _spread(get(pod, "topologySpreadConstraints", [])):
            yield f"pods of {name} aren't spread over zones and nodes: topologySpreadConstraints"
    if get(values, "podDisruptionBudget.unhealthyPodEvictionPolicy", "") != "AlwaysAllow":
        yield "a broken pod blocks every drain: podDisruptionBudget.unhealthyPodEvictionPolicy"
    if get(values, "config.envoyGateway.rateLimit.backend.type", "") != "Redis":
        yield "nobody is limited: config.envoyGateway.rateLimit"
    yield from literal_problems(get(limiter, "container.env", []))


@stack_rule("stack-clients-held")
def _held(stack: Stack, _: Environment) -> Findings:
    held = targets(stack.of(CLIENTS))
    for gateway in stack.of(GATEWAY):
        for name in [get(listener, "name", "") for listener in get(gateway.props, "spec.listeners", [])]:
            if not {(*named(gateway), ""), (*named(gateway), name)} & held:
                yield gateway, f"clients of listener {name} may claim anything: no ClientTrafficPolicy targets it"


def _spread(constraints: list[dict[str, Any]]) -> bool:
    keys = {get(item, "topologyKey", "") for item in constraints if get(item, "labelSelector.matchLabels", {})}
    return keys >= {"topology.kubernetes.io/zone", "kubernetes.io/hostname"}


def _unbounded(name: str, container: dict[str, Any]) -> Iterable[str]:
    for field in RESOURCES:
        if get(container, f"resources.{field}") is None:
            yield f"{name} may take the whole node: resources.{field} is missing"


def _images(values: Any) -> Iterable[str]:
    if isinstance(values, dict):
        for key, value in values.items():  # pyright: ignore[reportUnknownVariableType]  # a chart's values
            if key == "image" and isinstance(value, str):
                yield value
            else:
                yield from _images(value)
