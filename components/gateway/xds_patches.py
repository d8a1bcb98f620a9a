"""What Envoy Gateway's own objects can't say: patches of what it tells the proxies."""

from typing import Any

from components.gateway.envoy import this_gateway
from planning.gateway import internal_listener
from planning.gateway.error_bodies import local_replies
from planning.gateway.gateway import GATEWAY, LISTENER, NAMESPACE, GatewayPlan
from planning.gateway.routes import KEEPALIVE_SECONDS, NETWORK_BITS, NETWORK_HEADER
from planning.gateway.sign_in import CHECKS, CLUSTER, SignInPlan

_MANAGERS = {
    LISTENER: "/filter_chains/0/filters/0/typed_config",
    internal_listener.LISTENER: "/default_filter_chain/filters/0/typed_config",
}
"""Where a listener's way of handling HTTP stands: one with TLS has a filter chain for its certificate."""
_SERVICE_PORT = 80
_HTTP_OPTIONS = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions"


def connections(plan: GatewayPlan) -> dict[str, Any]:
    """The EnvoyPatchPolicy that gives errors of the gateway's own their JSON bodies, every answer its id, and every
    request the address and the network of its client."""
    values = {
        "local_reply_config": local_replies(f"https://{plan.domain}", plan.sign_in.page),
        "always_set_request_id_in_response": True,
        "http_filters/0": _client(),
    }
    return _policy(
        *(
            _patch("listener.v3.Listener", _of(listener), value, path=f"{manager}/{name}")
            for listener, manager in _MANAGERS.items()
            for name, value in values.items()
        )
    )


def _client() -> dict[str, Any]:
    """The filter that states who a client is: before all others, since the limits count by its network, and after its
    address was found, which is later than the removal of what clients wrote there themselves.

    Services learn its address alone, and none of the proxies': who trusts private senders (TRUST_PROXY) takes the last
    address that isn't one, and of a longer list that would be the CDN's.
    """
    address = "DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT"
    stated = {NETWORK_HEADER: f"%{address}({NETWORK_BITS})%", "x-forwarded-for": f"%{address}%"}
    return {
        "name": "naap.client",
        "typed_config": {
            "@type": "type.googleapis.com/envoy.extensions.filters.http.header_mutation.v3.HeaderMutation",
            "mutations": {
                "request_mutations": [
                    {
                        "append": {
                            "header": {"key": key, "value": value},
                            "append_action": "OVERWRITE_IF_EXISTS_OR_ADD",
                        }
                    }
                    for key, value in stated.items()
                ]
            },
        },
    }


def idle_limits(plan: GatewayPlan) -> dict[str, Any]:
    """The EnvoyPatchPolicy by which a request passes no limit but its own plugin's, whose routes switch it on.

    Of the routes, in one piece: to switch the filters off in the listener, one by one, takes time that grows with the
    square of their number (docs/decisions/idle-limits.md).
    """
    off = {"@type": "type.googleapis.com/envoy.config.route.v3.FilterConfig", "disabled": True}
    by_default = dict.fromkeys(plan.limit_filters, off)
    return _policy(_patch("route.v3.RouteConfiguration", _of(LISTENER), by_default, path="/typed_per_filter_config"))


def sign_in_service(plan: SignInPlan) -> dict[str, Any]:
    """The EnvoyPatchPolicy with the proxies' connections to the service that knows the tokens."""
    endpoint = {"address": {"socket_address": {"address": plan.host, "port_value": _SERVICE_PORT}}}
    limits = {"max_connections": CHECKS, "max_pending_requests": CHECKS, "max_requests": CHECKS}
    cluster: dict[str, Any] = {
        "name": CLUSTER,
        "type": "STRICT_DNS",
        "dns_lookup_family": "V4_ONLY",
        "connect_timeout": "1s",
        "load_assignment": {
            "cluster_name": CLUSTER,
            "endpoints": [{"lb_endpoints": [{"endpoint": endpoint}]}],
        },
        "circuit_breakers": {"thresholds": [limits]},
        "typed_extension_protocol_options": {
            _HTTP_OPTIONS: {
                "@type": f"type.googleapis.com/{_HTTP_OPTIONS}",
                "common_http_protocol_options": {"idle_timeout": f"{KEEPALIVE_SECONDS}s"},
                "explicit_http_config": {"http_protocol_options": {}},
            }
        },
    }
    return _policy(_patch("cluster.v3.Cluster", CLUSTER, cluster))


def sign_in_program(plan: SignInPlan) -> dict[str, Any]:
    """The EnvoyExtensionPolicy with the program that every request passes, of either listener."""
    return {"targetRefs": [this_gateway()], "lua": [{"type": "Inline", "inline": plan.program}]}


def _of(listener: str) -> str:
    return f"{NAMESPACE}/{GATEWAY}/{listener}"


def _policy(*patches: dict[str, Any]) -> dict[str, Any]:
    return {"targetRef": this_gateway(), "type": "JSONPatch", "jsonPatches": list(patches)}


def _patch(kind: str, name: str, value: object, *, path: str = "") -> dict[str, Any]:
    """path: where the value is added; without one, it is a resource of its own."""
    return {
        "type": f"type.googleapis.com/envoy.config.{kind}",
        "name": name,
        "operation": {"op": "add", "path": path, "value": value},
    }
