"""EnvoyProxy, Gateway and the policies on it: pods of the proxies, their listener, what they take from clients."""

from typing import Any

from components.gateway.helm_values import cpu_target, resources
from components.shared.custom_resource import ENVOY_GROUP, GATEWAY_GROUP
from components.shared.pods import spread
from planning.cluster.priority_classes import CORE
from planning.gateway import internal_listener
from planning.gateway.gateway import (
    CONCURRENT_STREAMS,
    CPU_PERCENT,
    GATEWAY,
    HEADERS_SECONDS,
    HEALTH_PATH,
    IDLE_SECONDS,
    LEAST_DRAIN_SECONDS,
    LISTENER,
    LISTENER_PORT,
    NAMESPACE,
    SERVICE,
    TRACE_TAGS,
    GatewayPlan,
    proxy_workers,
)
from planning.gateway.limits import LIMITS_HEADER, ROUTE_HEADER
from planning.gateway.routes import (
    CHUNKED,
    CHUNKED_HEADER,
    EVENTS,
    EVENTS_HEADER,
    NETWORK_HEADER,
    SCHEME,
    SCHEME_HEADER,
)
from planning.gateway.sign_in import IDENTITY_HEADER
from planning.shared import images
from planning.shared.labels import COMPONENT_LABEL

CERTIFICATE = "gateway-tls"
TRACES = "traces"
PROXIES = {"app.kubernetes.io/component": "proxy"}
LIMITERS = {"app.kubernetes.io/component": "ratelimit"}

_ACCESS_LOG = {
    "start_time": "%START_TIME%",
    "request_id": "%REQ(X-REQUEST-ID)%",
    "cdn_request_id": "%REQ(X-AMZ-CF-ID)%",
    "trace_id": "%TRACE_ID%",
    "plugin": "%UPSTREAM_CLUSTER%",
    "route": "%ROUTE_NAME%",
    "method": "%REQ(:METHOD)%",
    "path": "%REQ_WITHOUT_QUERY(X-ENVOY-ORIGINAL-PATH?:PATH)%",
    "protocol": "%PROTOCOL%",
    "status": "%RESPONSE_CODE%",
    "details": "%RESPONSE_CODE_DETAILS%",
    "flags": "%RESPONSE_FLAGS%",
    "received_bytes": "%BYTES_RECEIVED%",
    "sent_bytes": "%BYTES_SENT%",
    "duration_ms": "%DURATION%",
    "upstream_ms": "%RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)%",
    "upstream": "%UPSTREAM_HOST%",
    "limit": "%RESP(X-RATELIMIT-LIMIT)%",
    "client": "%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%",
    "user": f"%REQ({IDENTITY_HEADER.upper()})%",
    "user_agent": "%REQ(USER-AGENT)%",
}
"""Without the query, in which clients put what should not be logged."""

_NEVER_FROM_CLIENTS = (
    *(IDENTITY_HEADER, NETWORK_HEADER, ROUTE_HEADER, LIMITS_HEADER, "x-user-email", "x-user-role", "x-session"),
    *("x-real-ip", "cf-connecting-ip", "true-client-ip"),
    *("x-request-id", "x-forwarded-proto", "x-forwarded-host"),
    *("x-envoy-original-path", "x-envoy-decorator-operation", "x-envoy-force-trace", "x-envoy-upstream-alt-stat-name"),
    *("x-envoy-max-retries", "x-envoy-retry-on", "x-envoy-retriable-status-codes", "x-envoy-retriable-header-names"),
    *("x-envoy-upstream-rq-timeout-ms", "x-envoy-upstream-rq-per-try-timeout-ms", "x-envoy-expected-rq-timeout-ms"),
    *("traceparent", "tracestate", "baggage", "x-client-trace-id"),
)
"""Behind trusted hops an Envoy takes a client for one of its own: it would keep the client's id of the request, and do
what these ask of its timeouts and retries. Traces begin here: else any client could have all its requests traced, which
is paid for, in a trace whose id it chose. Of a client's address its service is told by X-Forwarded-For alone: the shell
counts sign-ins by these others first (apps/web-next/src/lib/rateLimit.ts:187 of the application)."""


def proxy(plan: GatewayPlan) -> dict[str, Any]:
    """The EnvoyProxy: pods, logs, and how they end."""
    return {
        "provider": {
            "type": "Kubernetes",
            "kubernetes": {
                "envoyDeployment": _deployment(plan),
                "envoyHpa": {
                    "minReplicas": plan.pods.min,
                    "maxReplicas": plan.pods.max,
                    "metrics": [cpu_target(CPU_PERCENT)],
                    # A proxy that ends drains for minutes: don't let it go for a lull.
                    "behavior": {"scaleDown": {"stabilizationWindowSeconds": plan.drain_seconds}},
                },
                "envoyPDB": {"maxUnavailable": 1},
                "envoyService": {"name": SERVICE, "type": "ClusterIP"},
            },
        },
        "concurrency": proxy_workers(plan.proxy),
        # After a JWT was judged, and before bodies are taken in.
        "filterOrder": [{"name": "envoy.filters.http.lua", "before": "envoy.filters.http.buffer"}],
        "shutdown": {"drainTimeout": f"{plan.drain_seconds}s", "minDrainDuration": f"{LEAST_DRAIN_SECONDS}s"},
        "telemetry": {
            "accessLog": {
                "settings": [
                    {
                        "format": {"type": "JSON", "json": _ACCESS_LOG},
                        "sinks": [{"type": "File", "file": {"path": "/dev/stdout"}}],
                    }
                ]
            },
            **({"tracing": _tracing(plan)} if plan.tracing else {}),
        },
    }


def _deployment(plan: GatewayPlan) -> dict[str, Any]:
    return {
        "name": SERVICE,
        "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 0, "maxSurge": "25%"}},
        "container": {
            "image": images.mirrored(images.ENVOY.reference, plan.image_mirrors),
            "resources": resources(plan.proxy),
        },
        "pod": {"priorityClassName": CORE, "topologySpreadConstraints": spread(PROXIES)},
    }


def _tracing(plan: GatewayPlan) -> dict[str, Any]:
    backend = {"group": ENVOY_GROUP, "kind": "Backend", "name": TRACES}
    return {
        "samplingFraction": {"numerator": plan.traced_percent},
        "provider": {"type": "OpenTelemetry", "serviceName": "gateway", "backendRefs": [backend]},
        "customTags": {
            tag: {"type": "RequestHeader", "requestHeader": {"name": header}} for tag, header in TRACE_TAGS.items()
        },
    }


def listener() -> dict[str, Any]:
    """The Gateway. Routes are taken from namespaces of plugins, and from its own for those that have stopped.

    A pod can't write labels of namespaces, nor routes: it has no right to the API at all; and a list of names would
    change this object, which all share, with every plugin. Who owns which prefix is checked in the registry.
    """
    certificate = {"group": "", "kind": "Secret", "name": CERTIFICATE}
    return {
        "gatewayClassName": GATEWAY,
        "listeners": [
            {
                "name": LISTENER,
                "protocol": "HTTPS",
                "port": LISTENER_PORT,
                "tls": {"mode": "Terminate", "certificateRefs": [certificate]},
                "allowedRoutes": _routes_from("gateway", "plugin"),
            },
            # In clear text, as from the proxies to pods: docs/decisions/opaque-tokens.md.
            {
                "name": internal_listener.LISTENER,
                "protocol": "HTTP",
                "port": internal_listener.LISTENER_PORT,
                "hostname": internal_listener.HOST,
                "allowedRoutes": _routes_from("plugin"),
            },
        ],
    }


def _routes_from(*components: str) -> dict[str, Any]:
    expression = {"key": COMPONENT_LABEL, "operator": "In", "values": list(components)}
    return {
        "namespaces": {"from": "Selector", "selector": {"matchExpressions": [expression]}},
        "kinds": [{"group": GATEWAY_GROUP, "kind": "HTTPRoute"}],
    }


def the_listener(name: str = LISTENER) -> dict[str, str]:
    """For routes of any namespace."""
    return {**this_gateway(name), "namespace": NAMESPACE}


def clients(plan: GatewayPlan) -> dict[str, Any]:
    """The ClientTrafficPolicy of the site's listener."""
    return {
        **_senders(LISTENER),
        "clientIPDetection": {"xForwardedFor": {"numTrustedHops": plan.trusted_hops}},
        "healthCheck": {"path": HEALTH_PATH},
    }


def pods() -> dict[str, Any]:
    """The ClientTrafficPolicy of the internal listener: no proxy stands before it, so that the sender is the client."""
    return _senders(internal_listener.LISTENER)


def _senders(listener_name: str) -> dict[str, Any]:
    return {
        "targetRefs": [this_gateway(listener_name)],
        "tls": {"minVersion": "1.2", "alpnProtocols": ["h2", "http/1.1"]},
        "headers": {
            "requestID": "Generate",
            "withUnderscoresAction": "DropHeader",
            "xForwardedClientCert": {"mode": "Sanitize"},
            "earlyRequestHeaders": {
                "set": [
                    {"name": SCHEME_HEADER, "value": SCHEME},
                    {"name": EVENTS_HEADER, "value": EVENTS},
                    {"name": CHUNKED_HEADER, "value": CHUNKED},
                ],
                "remove": list(_NEVER_FROM_CLIENTS),
            },
        },
        # What a pod sees is what the routes were matched by.
        "path": {"disableMergeSlashes": False, "escapedSlashesAction": "UnescapeAndForward"},
        # There is no limit on receiving a request: it would count for WebSockets too; the route's own timeouts do.
        "timeout": {
            "http": {"requestHeadersReceivedTimeout": f"{HEADERS_SECONDS}s", "idleTimeout": f"{IDLE_SECONDS}s"}
        },
        "http2": {"maxConcurrentStreams": CONCURRENT_STREAMS},
    }


def this_gateway(listener_name: str | None = None) -> dict[str, str]:
    """For policies of its namespace. listener_name: of its listeners the one that is meant; None: all."""
    section = {"sectionName": listener_name} if listener_name else {}
    return {"group": GATEWAY_GROUP, "kind": "Gateway", "name": GATEWAY, **section}
