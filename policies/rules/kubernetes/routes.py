"""Rules on the routes of plugins: who is asked for who they are, and whose a path is."""

from collections.abc import Iterable
from typing import Any

from policies.kubernetes_objects import named, place, targets
from policies.properties import get
from policies.rule import Environment, Resource, Stack, rule, stack_rule

ROUTE = "kubernetes:gateway.networking.k8s.io/v1:HTTPRoute"
SECURITY = "kubernetes:gateway.envoyproxy.io/v1alpha1:SecurityPolicy"
IDENTITY = "x-user-id"
"""What the gateway knows of a request's user; without it, nobody is known."""
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


@stack_rule("stack-routes-guarded")
def _guarded(stack: Stack, _: Environment) -> Findings:
    security = list(stack.of(SECURITY))
    guarded = targets(item for item in security if _authenticates(item))
    from_the_site = targets(item for item in security if get(item.props, "spec.csrf") is not None)
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
