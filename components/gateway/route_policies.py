"""SecurityPolicy and BackendTrafficPolicy of a plugin's route: who may pass, and how its pods are treated."""

from collections.abc import Sequence
from typing import Any

from components.shared.custom_resource import GATEWAY_GROUP
from planning.gateway.route_rules import RulePlan
from planning.gateway.routes import (
    CONNECT_SECONDS,
    CONNECTIONS,
    EXPOSED_HEADERS,
    INTERNAL,
    KEEPALIVE_SECONDS,
    PARALLEL_REQUESTS,
    PARALLEL_STREAMS,
    PENDING_REQUESTS,
    STREAM_IDLE_SECONDS,
    RoutesPlan,
    larger_than,
    policy_name,
)
from planning.gateway.sign_in import IDENTITY_HEADER, TokenPlan
from planning.gateway.traffic import (
    AFFINITY_SECONDS,
    GATEWAY_ERRORS_IN_A_ROW,
    JUDGED_EACH_SECONDS,
    KEYS_SECONDS,
    LEFT_OUT_PERCENT,
    LEFT_OUT_SECONDS,
    PREFLIGHT_SECONDS,
    REFUSED_IN_A_ROW,
    RETRIES,
    RETRY_MS,
    SLOW_START_SECONDS,
)
from planning.shared.quantities import memory

_TOKEN = "token"  # noqa: S105  # a name, not a token
_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
_ACCEPTED = ["authorization", "content-type", "x-csrf-token", "x-requested-with", "traceparent", "tracestate"]
_HAS_IDENTITY = f"size(request.headers['{IDENTITY_HEADER}']) > 0"


def public_access(plan: RoutesPlan, rules: Sequence[RulePlan]) -> dict[str, Any]:
    """Anyone."""
    refused = _too_large(plan)
    return {
        "targetRefs": _targets(plan, rules),
        "cors": _cors(plan),
        **({"authorization": {"defaultAction": "Allow", "rules": refused}} if refused else {}),
    }


def bearer_access(plan: RoutesPlan, rules: Sequence[RulePlan]) -> dict[str, Any]:
    """Who has a good token. Its user is known by the sign-in program, which every request passes, or by a JWT."""
    return {
        "targetRefs": _targets(plan, rules),
        "cors": _cors(plan),
        **({"jwt": _jwt(plan.token)} if plan.token else {}),
        "authorization": _only(plan, ("identity", _HAS_IDENTITY)),
    }


def session_access(plan: RoutesPlan, rules: Sequence[RulePlan]) -> dict[str, Any]:
    """Who has a session, from the site itself.

    Changes need an Origin of the site (CSRF). So does whatever else states an Origin: a WebSocket is opened by a GET,
    which the CSRF filter lets pass, and a foreign page could open one with the user's cookie.
    """
    return {
        "targetRefs": _targets(plan, rules),
        "cors": _cors(plan),
        "csrf": {"additionalOrigins": [plan.origin]},
        "authorization": _only(
            plan,
            ("own-origin", f"{_HAS_IDENTITY} && request.headers['origin'] == '{plan.origin}'"),
            ("no-origin", f"{_HAS_IDENTITY} && !('origin' in request.headers)"),
        ),
    }


def internal_access(plan: RoutesPlan, rules: Sequence[RulePlan]) -> dict[str, Any]:
    """Which pod has a user's token. Browsers, and so other sites, can't reach the internal listener."""
    return {
        "targetRefs": _internal(plan, rules),
        **({"jwt": _jwt(plan.token)} if plan.token else {}),
        "authorization": _only(plan, ("identity", _HAS_IDENTITY)),
    }


def internal_traffic(plan: RoutesPlan, rules: Sequence[RulePlan]) -> dict[str, Any]:
    """As of the site's requests."""
    return {**request_traffic(plan, rules), "targetRefs": _internal(plan, rules)}


def _jwt(token: TokenPlan) -> dict[str, Any]:
    """What is no JWT, or none of this issuer, passes here, as it may be one of the platform's own tokens: whoever has
    no identity in the end is refused. One without `sub` gives none."""
    return {
        "failOpen": True,
        "providers": [
            {
                "name": _TOKEN,
                "issuer": token.issuer,
                "audiences": [token.audience],
                "remoteJWKS": {"uri": token.jwks_uri, "cacheDuration": f"{KEYS_SECONDS}s"},
                "claimToHeaders": [{"header": IDENTITY_HEADER, "claim": "sub"}],
                # Stated so that a JWT in a query is none: it would stand in logs. The prefix minds its case.
                "extractFrom": {
                    "headers": [{"name": "authorization", "valuePrefix": prefix} for prefix in ("Bearer ", "bearer ")]
                },
            }
        ],
    }


def request_traffic(plan: RoutesPlan, rules: Sequence[RulePlan]) -> dict[str, Any]:
    """Requests with an end: small ones buffered, so that a slow client holds no pod; tried again only if no pod saw
    them."""
    return {
        **_traffic(plan, rules),
        **({"requestBuffer": {"limit": memory(plan.body_mib)}} if plan.buffers else {}),
        "retry": _retry(["connect-failure", "refused-stream", "reset-before-request"]),
        "timeout": _timeout({}),
        "circuitBreaker": {
            "maxConnections": CONNECTIONS,
            "maxParallelRequests": PARALLEL_REQUESTS,
            "maxPendingRequests": PENDING_REQUESTS,
        },
    }


def stream_traffic(plan: RoutesPlan, rules: Sequence[RulePlan]) -> dict[str, Any]:
    """WebSockets and event streams: nothing is buffered, and only silence ends them. Opening one is counted."""
    return {
        **_traffic(plan, rules),
        "timeout": _timeout({"requestTimeout": "0s", "streamIdleTimeout": f"{STREAM_IDLE_SECONDS}s"}),
        "circuitBreaker": {
            "maxConnections": PARALLEL_STREAMS,
            "maxParallelRequests": PARALLEL_STREAMS,
            "maxPendingRequests": PENDING_REQUESTS,
        },
    }


def _traffic(plan: RoutesPlan, rules: Sequence[RulePlan]) -> dict[str, Any]:
    return {
        "targetRefs": _targets(plan, rules),
        # With the limits of the gateway's own policy.
        "mergeType": "StrategicMerge",
        "loadBalancer": _balancing(plan),
        # A pod that resets or refuses connections is left out for a while; what it answers, even 500, is its own.
        "healthCheck": {
            "panicThreshold": LEFT_OUT_PERCENT,
            "passive": {
                "splitExternalLocalOriginErrors": True,
                "consecutiveLocalOriginFailures": REFUSED_IN_A_ROW,
                "consecutiveGatewayErrors": GATEWAY_ERRORS_IN_A_ROW,
                "consecutive5XxErrors": 0,
                "interval": f"{JUDGED_EACH_SECONDS}s",
                "baseEjectionTime": f"{LEFT_OUT_SECONDS}s",
                "maxEjectionPercent": LEFT_OUT_PERCENT,
            },
        },
    }


def _retry(triggers: list[str]) -> dict[str, Any]:
    return {
        "numRetries": RETRIES,
        "retryOn": {"triggers": triggers},
        "perRetry": {"backOff": {"baseInterval": f"{RETRY_MS[0]}ms", "maxInterval": f"{RETRY_MS[1]}ms"}},
    }


def _timeout(http: dict[str, str]) -> dict[str, Any]:
    return {
        "tcp": {"connectTimeout": f"{CONNECT_SECONDS}s"},
        "http": {"connectionIdleTimeout": f"{KEEPALIVE_SECONDS}s", **http},
    }


def _balancing(plan: RoutesPlan) -> dict[str, Any]:
    if plan.session_affinity:
        cookie = {"name": "naap-affinity", "ttl": f"{AFFINITY_SECONDS}s", "attributes": {"SameSite": "Lax"}}
        return {"type": "ConsistentHash", "consistentHash": {"type": "Cookie", "cookie": cookie}}
    if plan.canary and plan.canary.sticky:
        return {"type": "ConsistentHash", "consistentHash": {"type": "Headers", "headers": [{"name": IDENTITY_HEADER}]}}
    return {"type": "LeastRequest", "slowStart": {"window": f"{SLOW_START_SECONDS}s"}}


def _cors(plan: RoutesPlan) -> dict[str, Any]:
    return {
        "allowOrigins": [plan.origin],
        "allowMethods": _METHODS,
        "allowHeaders": _ACCEPTED,
        "exposeHeaders": list(EXPOSED_HEADERS),
        "allowCredentials": True,
        "maxAge": f"{PREFLIGHT_SECONDS}s",
    }


def _only(plan: RoutesPlan, *allowed: tuple[str, str]) -> dict[str, Any]:
    """An expression that fails, as on a header that isn't there, allows nothing."""
    return {
        "defaultAction": "Deny",
        "rules": [
            *_too_large(plan),
            *({"name": name, "action": "Allow", "cel": expression} for name, expression in allowed),
        ],
    }


def _too_large(plan: RoutesPlan) -> list[dict[str, str]]:
    """Refuses what a buffer would: a body that is too large by what it says, or that doesn't say how large it is."""
    if plan.buffers:
        return []
    return [{"name": "body", "action": "Deny", "cel": larger_than(plan.body_mib)}]


def _targets(plan: RoutesPlan, rules: Sequence[RulePlan]) -> list[dict[str, str]]:
    return _sections(plan.plugin, rules)


def _internal(plan: RoutesPlan, rules: Sequence[RulePlan]) -> list[dict[str, str]]:
    return _sections(policy_name(plan.plugin, INTERNAL), rules)


def _sections(route: str, rules: Sequence[RulePlan]) -> list[dict[str, str]]:
    return [{"group": GATEWAY_GROUP, "kind": "HTTPRoute", "name": route, "sectionName": rule.name} for rule in rules]
