"""The gateway's policy with the rate limits of all plugins, which the policies on their routes take over."""

from collections.abc import Sequence
from typing import Any

from components.gateway.envoy import this_gateway
from planning.gateway.limits import LIMITS_HEADER, ROUTE_HEADER, LimitPairs, LimitsPlan
from planning.gateway.routes import NETWORK_HEADER
from planning.gateway.sign_in import IDENTITY_HEADER


def rate_limits(pairs: LimitPairs) -> dict[str, Any]:
    """The BackendTrafficPolicy of the Gateway.

    What a route states and no rule knows is counted as usual: a route may come before its numbers do.
    """
    stated = [_header(pair) for pair in pairs.others]
    rules = [
        *_rules(pairs.usual, [{**header, "invert": True} for header in stated]),
        *(rule for pair, header in zip(pairs.others, stated, strict=True) for rule in _rules(pair, [header])),
    ]
    return {"targetRefs": [this_gateway()], "rateLimit": {"global": {"rules": rules}}}


def _rules(limits: LimitsPlan, chosen: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """One counter over all rules of a route (shared), per user and per client: IPv4 address, or IPv6 network. chosen:
    headers of the requests that have these limits."""
    counted = (
        ({"headers": [*chosen, _each(ROUTE_HEADER), _each(IDENTITY_HEADER)]}, limits.user_per_minute),
        (
            {"headers": [*chosen, _each(ROUTE_HEADER)], "sourceCIDR": {"type": "Distinct", "value": "0.0.0.0/0"}},
            limits.client_per_minute,
        ),
        # Distinct addresses can't be cut to a network here: the gateway says the network in a header of its own.
        (
            {"headers": [*chosen, _each(ROUTE_HEADER), _each(NETWORK_HEADER)], "sourceCIDR": {"value": "::/0"}},
            limits.client_per_minute,
        ),
    )
    return [
        {"clientSelectors": [selector], "limit": {"requests": count, "unit": "Minute"}, "shared": True}
        for selector, count in counted
    ]


def _header(limits: LimitsPlan) -> dict[str, Any]:
    return {"name": LIMITS_HEADER, "type": "Exact", "value": limits.name}


def _each(header: str) -> dict[str, Any]:
    return {"name": header, "type": "Distinct"}
