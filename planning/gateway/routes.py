"""How requests reach a plugin: its route, with what its proxies do for it."""

from dataclasses import dataclass

from planning.gateway.internal_listener import internal_rules
from planning.gateway.route_rules import Access, RulePlan, rules_of
from planning.gateway.sign_in import TokenPlan, plan_sign_in
from planning.inputs.lifecycle import Lifecycle
from planning.inputs.problem import refusal
from planning.inputs.registry_entry import PluginSpec, Registry
from planning.inputs.settings import Settings
from planning.inputs.tiers import Tier
from planning.shared.naming import namespace

NETWORK_HEADER = "x-client-network"
NETWORK_BITS = 64
"""An IPv6 client is counted by the network that its provider gives to one customer at least: within it, it has a new
address for every request. For Envoy, an IPv4 address that is cut to 64 bits is the whole of it."""

SCHEME_HEADER = "naap-scheme"
SCHEME = "%REQ(AUTHORIZATION):6%"
BEARER_SCHEME = "[Bb]earer"
"""The gateway writes the first six letters of `authorization` into a header on arrival, by which routes tell tokens. An
Envoy looks at a route's headers before its path, so that a pattern for the header itself read the whole token once for
every plugin with a longer path: with 100 of them, half of a proxy's requests (docs/decisions/scheme-header.md)."""

EXPOSED_HEADERS = ("x-request-id", "x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset", "retry-after")
"""Of answers, which a page of another origin may read besides the harmless ones."""

REQUEST_SECONDS = 30
"""From the first byte of a request to the last of its answer, retries included; CloudFront waits two minutes."""

CONNECT_SECONDS = 3
KEEPALIVE_SECONDS = 4
"""Idle connections to a pod are closed before Node closes them (5 s by default), or requests would meet a reset."""

STREAM_IDLE_SECONDS = 600
"""A WebSocket or event stream without a byte either way ends. CloudFront ends a WebSocket after ten minutes as well,
and an event stream, to it a slow answer, after two (READ_SECONDS of its origins)."""

BODY_LIMIT = "1Mi"
"""Ten times what the services' JSON parser takes; files go to the object store and not through the gateway."""

PARALLEL_REQUESTS = 256
PENDING_REQUESTS = 128
CONNECTIONS = 256
"""Per proxy and rule: a plugin that hangs can hold this much of a proxy and no more. At the body limit that is half
of the memory of the smallest proxy."""

PARALLEL_STREAMS = 4096
"""Per proxy and rule: a stream holds a connection for as long as it lives, but nothing else."""

REQUESTS, STREAMS = "requests", "streams"
"""What the two BackendTrafficPolicies of a plugin are of, and named by; each counts what passes."""

INTERNAL = "internal"
"""Of the route for pods, and its policies: what their names end in."""

MAX_RULES = 16
MAX_MATCHES = 64
"""Of an HTTPRoute and of one of its rules, by the Gateway API."""


@dataclass(frozen=True, kw_only=True)
class LimitsPlan:
    """Requests a minute, counted over all proxies of a region."""

    user_per_minute: int
    client_per_minute: int


@dataclass(frozen=True, kw_only=True)
class RoutesPlan:
    """The route of one plugin. origin: the site, the only foreign-to-the-API origin that browsers may call from.

    token: which JWTs are good; None: the sign-in service alone says whose a token is. internal: the rules by which pods
    of other plugins reach it (see planning.gateway.internal_listener), none: they reach its pods.
    """

    plugin: str
    namespace: str
    hostname: str
    origin: str
    rules: tuple[RulePlan, ...]
    internal: tuple[RulePlan, ...]
    token: TokenPlan | None
    limits: LimitsPlan
    session_affinity: bool
    draining: bool

    def of(self, *access: Access) -> tuple[RulePlan, ...]:
        """Rules of these kinds of access."""
        return tuple(rule for rule in self.rules if rule.access in access)


def policy_name(plugin: str, kind: str) -> str:
    """Of a policy on a plugin's route."""
    return f"{plugin}-{kind}"


def limit_filters(registry: Registry) -> tuple[str, ...]:
    """Names of the filters that Envoy Gateway makes of the plugins' limits: one for each BackendTrafficPolicy.

    Also of policies that a plugin without streams hasn't: a name more does no harm.
    """
    return tuple(
        f"envoy.filters.http.ratelimit/{namespace(spec.name)}/{policy_name(spec.name, kind)}"
        for spec in registry.plugins
        if spec.backend and spec.lifecycle.serves
        for kind in (REQUESTS, STREAMS)
    )


def plan_routes(*, file: str, spec: PluginSpec, settings: Settings, tier: Tier) -> RoutesPlan | None:
    """The route of a plugin; None without a backend, or once it is stopped (see gone_routes).

    file: the registry's, as errors name it.
    Raises InvalidInputError where the entry's paths need more rules than a route can have.
    """
    backend = spec.backend
    if backend is None or not spec.lifecycle.serves:
        return None
    rules = tuple(rules_of(backend))
    _check(file, spec, rules)
    limits = backend.rate_limit
    return RoutesPlan(
        plugin=spec.name,
        namespace=namespace(spec.name),
        hostname=settings.domain,
        origin=f"https://{settings.domain}",
        rules=rules,
        internal=internal_rules(spec, rules),
        token=plan_sign_in(settings).token,
        limits=LimitsPlan(
            user_per_minute=limits.user_per_minute if limits else tier.user_per_minute,
            client_per_minute=limits.client_per_minute if limits else tier.client_per_minute,
        ),
        session_affinity=backend.auth.session_affinity,
        draining=spec.lifecycle is Lifecycle.DRAINING,
    )


def _check(file: str, spec: PluginSpec, rules: tuple[RulePlan, ...]) -> None:
    most = max(len(rule.matches) for rule in rules)
    if len(rules) <= MAX_RULES and most <= MAX_MATCHES:
        return
    raise refusal(
        file=file,
        entry=spec.name,
        field="auth",
        value=f"{len(rules)} rules, up to {most} paths in one",
        rule=f"a route has at most {MAX_RULES} rules of {MAX_MATCHES} paths; with stripPrefix each path is one",
        fix="state fewer public and websocket paths: a path covers all that is below it",
    )
