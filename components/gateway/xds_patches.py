"""What Envoy Gateway's own objects can't say: patches of what it tells the proxies."""

from typing import Any

from components.gateway.envoy import this_gateway
from planning.gateway import internal_listener
from planning.gateway.error_bodies import local_replies
from planning.gateway.gateway import GATEWAY, LISTENER, NAMESPACE, GatewayPlan
from planning.gateway.limits import LIMITS_ANNOTATION, LIMITS_HEADER, ROUTE_HEADER
from planning.gateway.routes import KEEPALIVE_SECONDS, NETWORK_BITS, NETWORK_HEADER
from planning.gateway.sign_in import CHECKS, CLUSTER, SignInPlan
from planning.gateway.virtual_hosts import HOST, HOST_HEADER

_MANAGERS = {
    LISTENER: "/filter_chains/0/filters/0/typed_config",
    internal_listener.LISTENER: "/default_filter_chain/filters/0/typed_config",
}
"""Where a listener's way of handling HTTP stands: one with TLS has a filter chain for its certificate."""
_ROUTE = "xds.route_metadata.filter_metadata['envoy-gateway'].resources[0]"
"""The HTTPRoute, as Envoy Gateway notes it. Where nothing is noted, as of limits, the header isn't written."""
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
    """The filter that states who a client is, and what it is counted by: before all others, and after its address was
    found, which is later than the removal of what clients wrote there themselves.

    Services learn its address alone, and none of the proxies': who trusts private senders (TRUST_PROXY) takes the last
    address that isn't one, and of a longer list that would be the CDN's.
    """
    address = "DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT"
    stated = {
        NETWORK_HEADER: f"%{address}({NETWORK_BITS})%",
        "x-forwarded-for": f"%{address}%",
        ROUTE_HEADER: f"%CEL({_ROUTE}.name)%",
        LIMITS_HEADER: f"%CEL({_ROUTE}.annotations['{LIMITS_ANNOTATION.partition('/')[2]}'])%",
    }
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


def virtual_hosts() -> dict[str, Any]:
    """The EnvoyPatchPolicy by which a proxy finds the routes of one plugin, rather than goes through those of all."""
    written = {"header": {"key": HOST_HEADER, "value": HOST}, "append_action": "OVERWRITE_IF_EXISTS_OR_ADD"}
    early = f"{_MANAGERS[LISTENER]}/early_header_mutation_extensions/0/typed_config/mutations/0"
    return _policy(
        _patch("listener.v3.Listener", _of(LISTENER), {"append": written}, path=early),
        _patch("route.v3.RouteConfiguration", _of(LISTENER), HOST_HEADER, path="/vhost_header"),
    )


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
