"""Rules on how often users and clients may ask."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from policies.kubernetes_objects import cluster, named, stands_on_another, targets
from policies.properties import get
from policies.rule import Environment, Resource, Stack, rule, stack_rule
from policies.rules.kubernetes.routes import IDENTITY, ROUTE, Findings

TRAFFIC = "kubernetes:gateway.envoyproxy.io/v1alpha1:BackendTrafficPolicy"
NETWORK = "x-client-network"
"""The address of a request's client, or of IPv6 its network."""
OF_ROUTE, BY_LIMITS = "naap-route", "naap-limits"
"""Name a request's route, whose counters it asks, and the limits that the route states."""
LIMITS = "gateway.envoyproxy.io/limits"
"""Annotation of a route with limits of its own: their name."""


@rule("k8s-gateway-limits", frozenset({TRAFFIC}))
def _limits(resource: Resource, _: Environment) -> Iterable[str]:
    spec = get(resource.props, "spec", {})
    if get(spec, "rateLimit") is None and get(spec, "mergeType") is not None:
        return  # with those of the gateway's own policy, which stack-routes-limited asks for
    rules = get(spec, "rateLimit.global.rules", [])
    of_all = any(_of_listeners(resource))
    counted: defaultdict[str, set[str]] = defaultdict(set, {"": set()})
    for item in rules:
        if get(item, "limit.requests", 0) == 0:
            yield "a limit states no number: rateLimit.global.rules.limit.requests"
        if get(item, "shared", False) is not True:
            yield "each rule of a route counts for itself: rateLimit.global.rules.shared"
        for selector in get(item, "clientSelectors", []):
            headers = get(selector, "headers", [])
            distinct = {get(header, "name", "") for header in headers if get(header, "type", "") == "Distinct"}
            counted[", ".join(_stated(headers))] |= distinct
            if of_all and OF_ROUTE not in distinct:
                yield f"all plugins share a counter: rateLimit.global.rules without a Distinct header {OF_ROUTE}"
    for chosen, distinct in counted.items():
        for who, header in (("users", IDENTITY), ("addresses", NETWORK)):
            if header not in distinct:
                of = f" of {BY_LIMITS} {chosen}" if chosen else ""
                yield f"{who}{of} are not limited: rateLimit.global.rules has no Distinct header {header}"


def _stated(headers: Iterable[dict[str, Any]]) -> Iterable[str]:
    """By which stated limits a rule counts; none: by the usual ones, of every route that states none it knows."""
    for header in headers:
        if get(header, "name", "") == BY_LIMITS and not get(header, "invert", False):
            yield get(header, "value", "")


@stack_rule("stack-routes-limited")
def _routes(stack: Stack, _: Environment) -> Findings:
    traffic = list(stack.of(TRAFFIC))
    stated = [item for item in traffic if get(item.props, "spec.rateLimit") is not None]
    own = targets(stated)
    taken_over = targets(item for item in traffic if get(item.props, "spec.mergeType") is not None)
    listeners = {listener for item in stated for listener in _of_listeners(item)}
    known = _pairs(stated)
    # The gateway of a preview environment, and its limits, are another stack's.
    alone = stands_on_another(stack)
    for route in stack.of(ROUTE):
        limited = own | taken_over if alone or _listeners(route) <= listeners else own
        for item in get(route.props, "spec.rules", []):
            section = get(item, "name", "")
            if get(item, "backendRefs", []) and not limited & {(*named(route), ""), (*named(route), section)}:
                yield route, f"rule {section} has no rate limit"
        name = get(route.props, "metadata.annotations", {}).get(LIMITS)
        if name and not alone and name not in known[cluster(route)]:
            yield route, f"its limits {name} are in no rule of the gateway's policy: the whole stack brings them"


def _of_listeners(policy: Resource) -> Iterable[tuple[str, str]]:
    """Cluster and name of each listener of a gateway that a policy is on."""
    for target in get(policy.props, "spec.targetRefs", []):
        if get(target, "kind", "") == "Gateway":
            yield cluster(policy), get(target, "sectionName", "")


def _listeners(route: Resource) -> set[tuple[str, str]]:
    return {(cluster(route), get(parent, "sectionName", "")) for parent in get(route.props, "spec.parentRefs", [])}


def _pairs(policies: Iterable[Resource]) -> Mapping[str, set[str]]:
    """Names of limits that each cluster has rules for."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for item in policies:
        for limit in get(item.props, "spec.rateLimit.global.rules", []):
            for selector in get(limit, "clientSelectors", []):
                found[cluster(item)] |= set(_stated(get(selector, "headers", [])))
    return found
