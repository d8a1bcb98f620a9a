"""A plugin's route through the gateway, with the policies on it; all of it in the plugin's own namespace."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pulumi

from components.gateway.envoy import the_listener
from components.gateway.route_policies import (
    bearer_access,
    internal_access,
    internal_traffic,
    public_access,
    request_traffic,
    session_access,
    stream_traffic,
)
from components.shared.component import Component
from components.shared.custom_resource import ENVOY, GATEWAY, custom
from planning.gateway import internal_listener
from planning.gateway.limits import LIMITS_ANNOTATION, LimitsPlan
from planning.gateway.route_rules import Access, Match, RulePlan
from planning.gateway.routes import (
    BEARER_SCHEME,
    EVENTS_HEADER,
    INTERNAL,
    REQUESTS,
    SCHEME_HEADER,
    STREAMS,
    RoutesPlan,
    policy_name,
)
from planning.observability.metrics.queue_depth import Track

LIFECYCLE_HEADER = "naap-lifecycle"
TRACK_HEADER = "naap-track"
"""Of answers: whose they are. A filter of each backend, it also has Envoy Gateway make an upstream of each: else both
would be one, without series of their own, and its name would be another one with a canary and without. A route is told
of a new upstream before the upstream is there: requests would be lost whenever a canary comes or goes."""
PUBLIC_RULES = "naap.io/public-rules"
"""Annotation that declares the rules of a route that ask nobody who they are; the policy pack holds routes to it."""
_SERVICE_PORT = 80
_PARTS = 1_000_000
"""Of requests: the largest weight that the Gateway API knows."""

Spec = Callable[[RoutesPlan, Sequence[RulePlan]], dict[str, Any]]


class PluginRoutes(Component, token="naap:platform:PluginRoutes"):
    """The HTTPRoute of a plugin, its SecurityPolicies and its BackendTrafficPolicies; of a core service those by which
    pods reach it too.

    after: what must be there first, the namespace above all (its name is planned and brings no dependency).
    """

    def __init__(
        self,
        name: str,
        *,
        plan: RoutesPlan,
        labels: Mapping[str, str],
        after: Sequence[pulumi.Resource] = (),
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        self._name, self._plan, self._labels, self._after = name, plan, labels, list(after)
        limits = plan.limits if plan.own_limits else None
        self._add("", GATEWAY, "HTTPRoute", plan.plugin, _route(plan), annotations=_declared(plan.rules, limits))
        for suffix, spec, access in (
            ("public", public_access, (Access.PUBLIC, Access.PUBLIC_STREAM)),
            ("bearer", bearer_access, (Access.BEARER, Access.BEARER_STREAM)),
            ("session", session_access, (Access.SESSION, Access.SESSION_STREAM)),
        ):
            self._policy("SecurityPolicy", suffix, spec, access)
        for suffix, spec, access in (
            (REQUESTS, request_traffic, (Access.PUBLIC, Access.BEARER, Access.SESSION)),
            (STREAMS, stream_traffic, (Access.PUBLIC_STREAM, Access.BEARER_STREAM, Access.SESSION_STREAM)),
        ):
            self._policy("BackendTrafficPolicy", suffix, spec, access)
        if plan.internal:
            self._internal(plan.internal)

    def _internal(self, rules: Sequence[RulePlan]) -> None:
        name = policy_name(self._plan.plugin, INTERNAL)
        self._add(INTERNAL, GATEWAY, "HTTPRoute", name, _internal(self._plan), annotations=_declared(rules, None))
        self._add(f"{INTERNAL}-traffic", ENVOY, "BackendTrafficPolicy", name, internal_traffic(self._plan, rules))
        if guarded := [rule for rule in rules if rule.access is not Access.PUBLIC]:
            self._add(f"{INTERNAL}-access", ENVOY, "SecurityPolicy", name, internal_access(self._plan, guarded))

    def _policy(self, kind: str, suffix: str, spec: Spec, access: tuple[Access, ...]) -> None:
        if rules := self._plan.of(*access):
            self._add(suffix, ENVOY, kind, policy_name(self._plan.plugin, suffix), spec(self._plan, rules))

    def _add(
        self,
        suffix: str,
        api_version: str,
        kind: str,
        name: str,
        spec: Mapping[str, Any],
        *,
        annotations: Mapping[str, str] | None = None,
    ) -> None:
        custom(
            f"{self._name}-{suffix or 'route'}",
            api_version=api_version,
            kind=kind,
            name=name,
            namespace=self._plan.namespace,
            labels=self._labels,
            annotations=annotations,
            spec=spec,
            opts=self.child(*self._after),
        )


def _declared(rules: Sequence[RulePlan], limits: LimitsPlan | None) -> dict[str, str] | None:
    """limits: None, those of every plugin that states none."""
    public = [rule.name for rule in rules if rule.access in (Access.PUBLIC, Access.PUBLIC_STREAM)]
    stated = {LIMITS_ANNOTATION: limits.name} if limits else {}
    return {**({PUBLIC_RULES: ",".join(public)} if public else {}), **stated} or None


def _route(plan: RoutesPlan) -> dict[str, Any]:
    return {
        "parentRefs": [the_listener()],
        "hostnames": plan.hosts,
        "rules": [_rule(plan, rule, _backends(plan)) for rule in plan.rules],
    }


def _internal(plan: RoutesPlan) -> dict[str, Any]:
    return {
        "parentRefs": [the_listener(internal_listener.LISTENER)],
        "hostnames": [internal_listener.HOST],
        # Pods of other plugins are answered by the stable version alone, here as at its Service.
        "rules": [_rule(plan, rule, [_backend(plan.plugin, 1)]) for rule in plan.internal],
    }


def _backends(plan: RoutesPlan) -> list[dict[str, Any]]:
    """The stable one first: as its part shrinks, whom a hash has given to the canary stays there.

    A canary has one of a million parts at least: of a backend with none, proxies are told nothing.
    """
    if plan.canary is None:
        return [_tracked(Track.STABLE, plan.plugin, 1)]
    part = max(1, plan.canary.weight * _PARTS // 100)
    return [
        _tracked(Track.STABLE, plan.plugin, _PARTS - part),
        _tracked(Track.CANARY, plan.canary.service, part),
    ]


def _tracked(track: Track, service: str, weight: int) -> dict[str, Any]:
    header = _header(TRACK_HEADER, track.value)
    filters = [{"type": "ResponseHeaderModifier", "responseHeaderModifier": {"set": [header]}}]
    return {**_backend(service, weight), "filters": filters}


def _backend(service: str, weight: int) -> dict[str, Any]:
    return {"group": "", "kind": "Service", "name": service, "port": _SERVICE_PORT, "weight": weight}


def _header(name: str, value: str) -> dict[str, str]:
    return {"name": name, "value": value}


def _rule(plan: RoutesPlan, rule: RulePlan, backends: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    filters = _filters(plan, rule)
    return {
        "name": rule.name,
        "matches": [_match(match) for match in rule.matches],
        **({"filters": filters} if filters else {}),
        "timeouts": {"request": "0s" if rule.access.streams else f"{plan.seconds}s"},
        "backendRefs": list(backends),
    }


def _match(match: Match) -> dict[str, Any]:
    method = "GET" if match.events else match.method
    headers = [
        *([{"name": EVENTS_HEADER, "type": "Exact", "value": "true"}] if match.events else []),
        *([{"name": SCHEME_HEADER, "type": "RegularExpression", "value": BEARER_SCHEME}] if match.bearer else []),
    ]
    return {
        "path": {"type": "PathPrefix", "value": match.path},
        **({"headers": headers} if headers else {}),
        **({"method": method} if method else {}),
    }


def _filters(plan: RoutesPlan, rule: RulePlan) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    if rule.rewrite is not None:
        path = {"type": "ReplacePrefixMatch", "replacePrefixMatch": rule.rewrite}
        found.append({"type": "URLRewrite", "urlRewrite": {"path": path}})
    if not rule.token:  # after the sign-in program has read it
        found.append({"type": "RequestHeaderModifier", "requestHeaderModifier": {"remove": ["authorization"]}})
    if plan.draining:
        header = _header(LIFECYCLE_HEADER, "draining")
        found.append({"type": "ResponseHeaderModifier", "responseHeaderModifier": {"set": [header]}})
    return found
