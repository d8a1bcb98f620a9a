"""Rules on the routes of plugins: who is asked for who they are, how often they may ask, and whose a path is."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from policies.kubernetes_objects import cluster, named, place, stands_on_another, targets
from policies.properties import get
from policies.rule import Environment, Resource, Stack, rule, stack_rule

ROUTE = "kubernetes:gateway.networking.k8s.io/v1:HTTPRoute"
SECURITY = "kubernetes:gateway.envoyproxy.io/v1alpha1:SecurityPolicy"
TRAFFIC = "kubernetes:gateway.envoyproxy.io/v1alpha1:BackendTrafficPolicy"
IDENTITY = "x-user-id"
"""What the gateway knows of a request's user; without it, nobody is known."""
NETWORK = "x-client-network"
"""The address of a request's client, or of IPv6 its network."""
OF_ROUTE, BY_LIMITS = "naap-route", "naap-limits"
"""Name a request's route, whose counters it asks, and the limits that the route states."""
LIMITS = "gateway.envoyproxy.io/limits"
"""Annotation of a route with limits of its own: their name."""
SCHEME = "naap-scheme"
"""Bears what `authorization` begins with: a rule for tokens asks for it."""
Findings = Iterable[tuple[Resource | None, str]]


@rule("k8s-gateway-identity", frozenset({SECURITY}))
def _identity(resource: Resource, _: Environment) -> Iterable[str]:
    spec = get(resource.props, "spec", {})
    for provider in get(spec, "jwt.providers", []):
        for field in ("issuer", "audiences"):
            if not get(provider, field):
                yield f"takes tokens that were made for others: jwt.providers.{field}"
    if get(spec, "extAuth.failOpen", False) is not False:
        yield "lets everyone pass while sessions can't be asked: extAuth.failOpen"
    if get(spec, "authorization") is None and get(spec, "jwt.failOpen", False):
        yield "lets pass who has no token: jwt.failOpen without authorization"
    if not _authenticates(resource):
        return
    if get(spec, "authorization.defaultAction", "Allow") != "Deny" or not get(spec, "authorization.rules", []):
        yield "lets pass whom no rule names: authorization.defaultAction is not Deny"
    for item in get(spec, "authorization.rules", []):
        if get(item, "action", "Deny") == "Allow" and IDENTITY not in get(item, "cel", IDENTITY):
            yield f"lets pass who has no identity: rule {get(item, 'name', '?')} asks for no {IDENTITY}"
    if get(spec, "cors.allowCredentials", False) and "*" in get(spec, "cors.allowOrigins", []):
        yield "other sites may read in a user's name: cors.allowOrigins"


@rule("k8s-gateway-limits", frozenset({TRAFFIC}))
def _limits(resource: Resource, _: Environment) -> Iterable[str]:
    spec = get(resource.props, "spec", {})
    if get(spec, "rateLimit") is None and get(spec, "mergeType") is not None:
        return  # with those of the gateway's own policy, which stack-routes-guarded asks for
    rules = get(spec, "rateLimit.global.rules", [])
    of_all = "Gateway" in _kinds(resource)
    counted: set[str] = set()
    for item in rules:
        if get(item, "limit.requests", 0) == 0:
            yield "a limit states no number: rateLimit.global.rules.limit.requests"
        if get(item, "shared", False) is not True:
            yield "each rule of a route counts for itself: rateLimit.global.rules.shared"
        for selector in get(item, "clientSelectors", []):
            headers = get(selector, "headers", [])
            distinct = {get(header, "name", "") for header in headers if get(header, "type", "") == "Distinct"}
            counted |= distinct
            if of_all and OF_ROUTE not in distinct:
                yield f"all plugins share a counter: rateLimit.global.rules without a Distinct header {OF_ROUTE}"
    for who, header in (("users", IDENTITY), ("addresses", NETWORK)):
        if header not in counted:
            yield f"{who} are not limited: rateLimit.global.rules has no Distinct header {header}"


@stack_rule("stack-routes-guarded")
def _guarded(stack: Stack, _: Environment) -> Findings:
    security = list(stack.of(SECURITY))
    guarded = targets(item for item in security if _authenticates(item))
    from_the_site = targets(item for item in security if get(item.props, "spec.csrf") is not None)
    limited = _limited(stack)
    known = _pairs(stack)
    for route in stack.of(ROUTE):
        whole = (*named(route), "")
        public = set(get(route.props, "metadata.annotations", {}).get("naap.io/public-rules", "").split(","))
        for item in get(route.props, "spec.rules", []):
            if not get(item, "backendRefs", []):
                continue  # answered by the gateway itself
            section = get(item, "name", "")
            own = {whole, (*named(route), section)}
            if section not in public and not own & guarded:
                yield route, f"rule {section} asks nobody who they are and isn't declared public"
            elif section not in public and _for_browsers(route, item) and not own & from_the_site:
                yield route, f"rule {section} lets other sites act in a user's name: cookies without csrf"
            if not own & limited:
                yield route, f"rule {section} has no rate limit"
        stated = get(route.props, "metadata.annotations", {}).get(LIMITS)
        if stated and not stands_on_another(stack) and stated not in known[cluster(route)]:
            yield route, f"its limits {stated} are in no rule of the gateway's policy: the whole stack brings them"


def _limited(stack: Stack) -> set[tuple[str, str, str, str]]:
    """What has limits of its own, or takes over those of the gateway: in a preview environment another stack's."""
    traffic = list(stack.of(TRAFFIC))
    stated = [item for item in traffic if get(item.props, "spec.rateLimit") is not None]
    shared = {cluster(item) for item in stated if "Gateway" in _kinds(item)}
    taken_over = [
        item
        for item in traffic
        if get(item.props, "spec.mergeType") is not None and (cluster(item) in shared or stands_on_another(stack))
    ]
    return targets([*stated, *taken_over])


def _pairs(stack: Stack) -> Mapping[str, set[str]]:
    """Names of limits that the policies of each cluster's gateway have rules for."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for item in stack.of(TRAFFIC):
        for limit in get(item.props, "spec.rateLimit.global.rules", []):
            for selector in get(limit, "clientSelectors", []):
                for header in get(selector, "headers", []):
                    if get(header, "name", "") == BY_LIMITS and not get(header, "invert", False):
                        found[cluster(item)].add(get(header, "value", ""))
    return found


def _kinds(policy: Resource) -> list[str]:
    return [get(target, "kind", "") for target in get(policy.props, "spec.targetRefs", [])]


@stack_rule("stack-prefixes-apart")
def _prefixes_apart(stack: Stack, _: Environment) -> Findings:
    owners: dict[tuple[str, str], Resource] = {}
    for route in stack.of(ROUTE):
        for item in get(route.props, "spec.rules", []):
            for match in get(item, "matches", []):
                path = get(match, "path.value", "/")
                first = owners.setdefault((place(route)[0], path), route)
                if first is not route and place(first) != place(route):
                    yield route, f"path {path} already belongs to {first.name}"


def _for_browsers(route: Resource, item: dict[str, Any]) -> bool:
    """Whether a rule takes requests that state no token, and so have a cookie; pods bring their users' tokens."""
    hosts = get(route.props, "spec.hostnames", [])
    of_pods = bool(hosts) and all(host.endswith(".svc.cluster.local") for host in hosts)
    return not of_pods and any(
        SCHEME not in [get(header, "name", "") for header in get(match, "headers", [])]
        for match in get(item, "matches", [{}])
    )


def _authenticates(policy: Resource) -> bool:
    """By itself, or by asking for the identity that is found for every request before."""
    spec = get(policy.props, "spec", {})
    if any(get(spec, how) is not None for how in ("jwt", "extAuth", "oidc", "basicAuth")):
        return True
    return get(spec, "authorization") is not None and not _only_refuses(spec)


def _only_refuses(spec: dict[str, Any]) -> bool:
    """Whether its rules name what nobody may, as a body that is too large, and let everybody pass besides."""
    actions = {get(item, "action", "Deny") for item in get(spec, "authorization.rules", [])}
    return get(spec, "authorization.defaultAction", "Allow") == "Allow" and actions == {"Deny"}
