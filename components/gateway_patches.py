"""What the proxies are told that no kind of Envoy Gateway's can say: EnvoyPatchPolicies."""

from typing import Any

from components.gateway_proxies import this_gateway
from planning.gateway import GATEWAY, LISTENER, NAMESPACE, GatewayPlan
from planning.gateway_errors import local_replies


def errors(plan: GatewayPlan) -> dict[str, Any]:
    """The EnvoyPatchPolicy that gives errors of the gateway's own their JSON bodies, and every answer its id."""
    values = {
        "local_reply_config": local_replies(f"https://{plan.domain}"),
        "always_set_request_id_in_response": True,
    }
    manager = "/filter_chains/0/filters/0/typed_config"
    return _patches("listener.v3.Listener", {f"{manager}/{name}": value for name, value in values.items()})


def idle_limits(plan: GatewayPlan) -> dict[str, Any]:
    """The EnvoyPatchPolicy by which a request passes no limit but its own plugin's, whose routes switch it on.

    Of the routes, in one piece: to switch the filters off in the listener, one by one, takes time that grows with the
    square of their number (docs/decisions/idle-limits.md).
    """
    off = {"@type": "type.googleapis.com/envoy.config.route.v3.FilterConfig", "disabled": True}
    return _patches("route.v3.RouteConfiguration", {"/typed_per_filter_config": dict.fromkeys(plan.limit_filters, off)})


def _patches(kind: str, values: dict[str, Any]) -> dict[str, Any]:
    """values: by the paths where they are added."""
    return {
        "targetRef": this_gateway(),
        "type": "JSONPatch",
        "jsonPatches": [
            {
                "type": f"type.googleapis.com/envoy.config.{kind}",
                "name": f"{NAMESPACE}/{GATEWAY}/{LISTENER}",
                "operation": {"op": "add", "path": path, "value": value},
            }
            for path, value in values.items()
        ],
    }
