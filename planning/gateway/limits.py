"""Rate limits: how often a user and a client may ask a plugin, and the few pairs of numbers that a registry has.

The gateway counts by one policy for all plugins, which has rules for each pair: a limit of a plugin's own would be a
filter of its own in the proxies, which every request passes (docs/decisions/shared-limits.md).
"""

from dataclasses import dataclass

from planning.gateway.internal_listener import LIMITS_FACTOR
from planning.inputs.problem import InvalidInputError, Problem
from planning.inputs.registry.registry_entry import BackendSpec, Registry
from planning.inputs.tiers import Tier

LIMITS_ANNOTATION = "gateway.envoyproxy.io/limits"
"""Of an HTTPRoute: the name of its limits, which Envoy Gateway tells the proxies with the route. None: the tier's."""

ROUTE_HEADER, LIMITS_HEADER = "naap-route", "naap-limits"
"""Of a request, written by the proxy: whose counters are asked, and by which numbers."""

RULES_OF_A_PAIR = 2
"""A user's and a client's."""
MAX_RULES = 256
"""Of the policy, by Envoy Gateway's definition (RateLimitSpec.global.rules)."""
MAX_PAIRS = MAX_RULES // RULES_OF_A_PAIR


@dataclass(frozen=True, order=True, kw_only=True)
class LimitsPlan:
    """Requests a minute, counted over all proxies of a region."""

    user_per_minute: int
    client_per_minute: int

    @property
    def name(self) -> str:
        """As routes state it."""
        return f"{self.user_per_minute}-{self.client_per_minute}"


@dataclass(frozen=True, kw_only=True)
class LimitPairs:
    """Of one listener. usual: of every route that states none known; others: what routes state."""

    usual: LimitsPlan
    others: tuple[LimitsPlan, ...]


def usual_limits(tier: Tier) -> LimitsPlan:
    """Of a plugin that states none."""
    return LimitsPlan(user_per_minute=tier.user_per_minute, client_per_minute=tier.client_per_minute)


def limits_of(backend: BackendSpec, tier: Tier) -> LimitsPlan:
    """The entry's own, or the tier's."""
    stated = backend.rate_limit
    if stated is None:
        return usual_limits(tier)
    return LimitsPlan(user_per_minute=stated.user_per_minute, client_per_minute=stated.client_per_minute)


def plan_limits(registry: Registry, tier: Tier) -> LimitPairs:
    """What the routes of these plugins state.

    Raises InvalidInputError for more pairs than one policy has rules for.
    """
    usual = usual_limits(tier)
    serving = [spec.backend for spec in registry.plugins if spec.backend and spec.lifecycle.serves]
    found = {limits_of(backend, tier) for backend in serving} - {usual}
    if len(found) + 1 > MAX_PAIRS:
        raise InvalidInputError([_too_many(registry, len(found) + 1)])
    return LimitPairs(usual=usual, others=tuple(sorted(found)))


def plan_internal_limits(tier: Tier) -> LimitPairs:
    """Of the internal listener: such as a pod reaches only by mistake."""
    usual = usual_limits(tier)
    return LimitPairs(
        usual=LimitsPlan(
            user_per_minute=usual.user_per_minute * LIMITS_FACTOR,
            client_per_minute=usual.client_per_minute * LIMITS_FACTOR,
        ),
        others=(),
    )


def _too_many(registry: Registry, found: int) -> Problem:
    return Problem(
        file=registry.file,
        entry="",
        field="rateLimit",
        value=f"{found} different pairs",
        rule=f"the gateway's policy has {MAX_RULES} rules, {RULES_OF_A_PAIR} for each pair of numbers",
        fix=f"let entries share their pairs: at most {MAX_PAIRS} of userPerMinute and clientPerMinute, the tier's too",
    )
