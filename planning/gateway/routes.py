"""How requests reach a plugin: its route, with what its proxies do for it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from planning.gateway.internal_listener import internal_rules
from planning.gateway.limits import LimitsPlan, limits_of, usual_limits
from planning.gateway.route_rules import Access, RulePlan, rules_of
from planning.gateway.sign_in import TokenPlan, plan_sign_in
from planning.gateway.virtual_hosts import hosts_at, virtual_hosts
from planning.inputs.problem import InvalidInputError, Problem
from planning.inputs.registry.lifecycle import Lifecycle
from planning.inputs.registry.registry_entry import BackendSpec, PluginSpec
from planning.inputs.registry.sections import BUFFERED_MIB
from planning.inputs.settings import Settings
from planning.inputs.tiers import Tier
from planning.shared.naming import canary_name, namespace

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

EVENTS_HEADER = "naap-events"
EVENTS = "%CEL('accept' in request.headers && request.headers['accept'].contains('text/event-stream'))%"
"""Whether a request takes an event stream, maybe besides other types: `true`, written on arrival too. Without a comma:
Envoy Gateway cuts values there."""

CHUNKED_HEADER = "naap-chunked"
CHUNKED = "%CEL('transfer-encoding' in request.headers)%"
"""Whether its body has no stated length: `true`, written on arrival, as nothing later sees it. CloudFront speaks
HTTP/1.1 to its origins."""

EXPOSED_HEADERS = ("x-request-id", "x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset", "retry-after")
"""Of answers, which a page of another origin may read besides the harmless ones."""


CONNECT_SECONDS = 3
KEEPALIVE_SECONDS = 4
"""Idle connections to a pod are closed before Node closes them (5 s by default), or requests would meet a reset."""

STREAM_IDLE_SECONDS = 600
"""A WebSocket or event stream without a byte either way ends. CloudFront ends a WebSocket after ten minutes as well,
and an event stream, to it a slow answer, after two (naap:cdnResponseSeconds)."""

PARALLEL_REQUESTS = 256
PENDING_REQUESTS = 128
CONNECTIONS = 256
"""Per proxy and rule: a plugin that hangs can hold this much of a proxy and no more. At the body limit that is half
of the memory of the smallest proxy."""

PARALLEL_STREAMS = 4096
"""Per proxy and rule: a stream holds a connection for as long as it lives, but nothing else."""

REQUESTS, STREAMS = "requests", "streams"
"""What the two BackendTrafficPolicies of a plugin are of, and named by."""

INTERNAL = "internal"
"""Of the route for pods, and its policies: what their names end in."""

MAX_RULES = 16
MAX_MATCHES = 64
"""Of an HTTPRoute and of one of its rules, by the Gateway API."""


@dataclass(frozen=True, kw_only=True)
class CanaryRoutePlan:
    """Who answers a part of the requests. weight: percent of them. sticky: by user, rather than by request."""

    service: str
    weight: int
    sticky: bool


@dataclass(frozen=True, kw_only=True)
class RoutesPlan:
    """The route of one plugin. hostname: whom clients ask; virtual_hosts: of planning.gateway.virtual_hosts, where the
    route is found then. origin: the site, the only foreign-to-the-API origin that browsers may call from.

    token: which JWTs are good; None: the sign-in service alone says whose a token is. internal: the rules by which pods
    of other plugins reach it (see planning.gateway.internal_listener), none: they reach its pods. own_limits: whether
    they are others than the tier's. seconds, body_mib: of one request, where it doesn't stream.
    """

    plugin: str
    namespace: str
    hostname: str
    virtual_hosts: tuple[str, ...]
    origin: str
    rules: tuple[RulePlan, ...]
    internal: tuple[RulePlan, ...]
    token: TokenPlan | None
    limits: LimitsPlan
    own_limits: bool
    seconds: int
    body_mib: int
    session_affinity: bool
    draining: bool
    canary: CanaryRoutePlan | None

    @property
    def hosts(self) -> list[str]:
        """Of the HTTPRoute."""
        return hosts_at(self.virtual_hosts, self.hostname)

    def of(self, *access: Access) -> tuple[RulePlan, ...]:
        """Rules of these kinds of access."""
        return tuple(rule for rule in self.rules if rule.access in access)

    @property
    def buffers(self) -> bool:
        """Whether proxies hold requests until they are whole: larger ones would take the memory of all plugins."""
        return self.body_mib <= BUFFERED_MIB


def policy_name(plugin: str, kind: str) -> str:
    """Of a policy on a plugin's route."""
    return f"{plugin}-{kind}"


def larger_than(mib: int) -> str:
    """Whether a request states a larger body, or has one and states no length (CEL)."""
    length = "int(request.headers['content-length'])"
    over = f"'content-length' in request.headers ? {length} > {mib * 1024 * 1024}"
    return f"({over} : request.headers['{CHUNKED_HEADER}'] == 'true')"


def plan_routes(*, file: str, spec: PluginSpec, settings: Settings, tier: Tier) -> RoutesPlan | None:
    """The route of a plugin; None without a backend, or once it is stopped (see gone_routes).

    file: the registry's, as errors name it.
    Raises InvalidInputError where the entry's paths need more rules than a route can have.
    """
    backend = spec.backend
    if backend is None or not spec.lifecycle.serves:
        return None
    rules = tuple(rules_of(backend))
    problems = (*_rules_problems(rules), *_timeout_problems(backend, settings))
    if problems:
        raise InvalidInputError(Problem(file=file, entry=spec.name, **found) for found in problems)
    limits = limits_of(backend, tier)
    return RoutesPlan(
        plugin=spec.name,
        namespace=namespace(spec.name),
        hostname=settings.domain,
        virtual_hosts=virtual_hosts(backend),
        origin=f"https://{settings.domain}",
        rules=rules,
        internal=internal_rules(spec, rules),
        token=plan_sign_in(settings).token,
        limits=limits,
        own_limits=limits != usual_limits(tier),
        seconds=backend.requests.timeout_seconds,
        body_mib=backend.requests.body_mib,
        session_affinity=backend.auth.session_affinity,
        draining=spec.lifecycle is Lifecycle.DRAINING,
        canary=CanaryRoutePlan(
            service=canary_name(spec.name),
            weight=backend.canary.weight,
            sticky=backend.canary.sticky,
        )
        if backend.canary
        else None,
    )


def _rules_problems(rules: Sequence[RulePlan]) -> Iterator[dict[str, str]]:
    most = max(len(rule.matches) for rule in rules)
    if len(rules) > MAX_RULES or most > MAX_MATCHES:
        yield {
            "field": "auth",
            "value": f"{len(rules)} rules, up to {most} paths in one",
            "rule": f"a route has at most {MAX_RULES} rules of {MAX_MATCHES} paths; each is one with rewritePrefix",
            "fix": "state fewer public, websocket and streaming paths: a path covers all that is below it",
        }


def _timeout_problems(backend: BackendSpec, settings: Settings) -> Iterator[dict[str, str]]:
    seconds, cdn = backend.requests.timeout_seconds, settings.cdn_response_seconds
    if seconds >= cdn:
        yield {
            "field": "requests.timeoutSeconds",
            "value": str(seconds),
            "rule": f"below {cdn} s, after which CloudFront gives up a silent answer (naap:cdnResponseSeconds)",
            "fix": f"timeoutSeconds: {cdn - 1}; or name the path in requests.streaming and send a byte more often; or "
            "have AWS raise the quota L-AECE9FA7 of CloudFront, then naap:cdnResponseSeconds",
        }
