"""A listener's policy with the rate limits of all plugins, which the policies on their routes take over."""

from collections.abc import Sequence
from typing import Any

from components.gateway.envoy import this_gateway
from planning.gateway.limits import LIMITS_HEADER, ROUTE_HEADER, LimitPairs, LimitsPlan
from planning.gateway.routes import NETWORK_HEADER
from planning.gateway.sign_in import IDENTITY_HEADER


def rate_limits(listener_name: str, pairs: LimitPairs) -> dict[str, Any]:
    """The BackendTrafficPolicy of one listener of the Gateway.

    What a route states and no rule knows is counted as usual: a route may come before its numbers do.
    """
    stated = [_header(pair) for pair in pairs.others]
    rules = [
        *_rules(pairs.usual, [{**header, "invert": True} for header in stated]),
        *(rule for pair, header in zip(pairs.others, stated, strict=True) for rule in _rules(pair, [header])),
    ]
    return {"targetRefs": [this_gateway(listener_name)], "rateLimit": {"global": {"rules": rules}}}


def _rules(limits: LimitsPlan, chosen: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """One counter over all rules of a route (shared), per user and per client. chosen: headers of the requests that
    have these limits.

    A client is the network that the proxy wrote down: an IPv4 address, or the network of an IPv6 one, to which a
    selector of addresses can't cut them.
    """
    counted = ((IDENTITY_HEADER, limits.user_per_minute), (NETWORK_HEADER, limits.client_per_minute))
    return [
        {
            "clientSelectors": [{"headers": [*chosen, _each(ROUTE_HEADER), _each(header)]}],
            "limit": {"requests": count, "unit": "Minute"},
            "shared": True,
        }
        for header, count in counted
    ]


def _header(limits: LimitsPlan) -> dict[str, Any]:
    return {"name": LIMITS_HEADER, "type": "Exact", "value": limits.name}


def _each(header: str) -> dict[str, Any]:
    return {"name": header, "type": "Distinct"}
