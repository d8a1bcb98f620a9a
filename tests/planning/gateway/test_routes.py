"""Who gets a request, by the Gateway API's own order of precedence."""

from collections.abc import Iterable, Mapping

import pytest

from planning.gateway.route_rules import CHANGES, Access, Match, RulePlan
from planning.gateway.routes import RoutesPlan, plan_routes
from planning.inputs.problem import InvalidInputError
from planning.inputs.registry.lifecycle import Lifecycle
from planning.inputs.registry.registry_entry import PluginSpec
from planning.inputs.registry.sections import Auth, RateLimit, Requests
from planning.inputs.registry.site import Site
from planning.inputs.tiers import TIERS
from tests.planning.gateway.open_routes import NOT_FOR_ALL, OPEN
from tests.planning.samples import altered, plugin, settings, without_backend
from tests.plugin_plans import entry, real_registry, with_backend

BEARER = {"authorization": "Bearer x"}
EVENTS = {"accept": "text/event-stream"}


def _plan(spec: PluginSpec) -> RoutesPlan:
    plan = plan_routes(file="registry.yaml", spec=spec, settings=settings(), tier=TIERS[0])
    assert plan is not None
    return plan


def _takes(match: Match, path: str, headers: Mapping[str, str], method: str) -> bool:
    return (
        (path == match.path or path.startswith(f"{match.path.rstrip('/')}/"))
        and (not match.bearer or headers.get("authorization", "").lower().startswith("bearer "))
        and (not match.events or (headers.get("accept") == EVENTS["accept"] and method == "GET"))
        and match.method in (None, method)
    )


def _weight(match: Match) -> tuple[int, int, int]:
    """Longest path, then a method, then the number of headers."""
    return len(match.path), int(match.events or match.method is not None), int(match.events) + int(match.bearer)


def _answers(
    plans: Iterable[RoutesPlan], path: str, headers: Mapping[str, str] | None = None, method: str = "GET"
) -> tuple[str, RulePlan]:
    found = [
        (_weight(match), plan.plugin, rule)
        for plan in plans
        for rule in plan.rules
        for match in rule.matches
        if _takes(match, path, headers or {}, method)
    ]
    best = max(weight for weight, _, _ in found)
    winners = [(name, rule) for weight, name, rule in found if weight == best]
    assert len(winners) == 1, f"{path} is answered by {[(name, rule.name) for name, rule in winners]}"
    return winners[0]


@pytest.mark.parametrize(
    ("path", "headers", "plugin_name", "access"),
    [
        ("/api/v1/wallet/balance", {}, "my-wallet", Access.SESSION),
        ("/api/v1/wallet/balance", BEARER, "my-wallet", Access.BEARER),
        ("/api/v1/wallet/balance", EVENTS, "my-wallet", Access.SESSION_STREAM),
        ("/api/v1/wallet/balance", {**EVENTS, **BEARER}, "my-wallet", Access.BEARER_STREAM),
        ("/api/v1/wallet", {"authorization": "bearer lower"}, "my-wallet", Access.BEARER),
        ("/api/v1/walletful", {}, "base-svc", Access.SESSION),
        ("/api/v1/users/me", BEARER, "base-svc", Access.BEARER),
        ("/api/v1/csp-report", {}, "base-svc", Access.PUBLIC),
        ("/api/v1/csp-report", BEARER, "base-svc", Access.PUBLIC),
        ("/api/v1/roles", {}, "base-svc", Access.SESSION),
        ("/ws", {}, "base-svc", Access.SESSION_STREAM),
        ("/ws/room", BEARER, "base-svc", Access.BEARER_STREAM),
        ("/api/v1/plugin-server/plugins", {}, "plugin-server", Access.SESSION),
        ("/", {}, "web-next", Access.PUBLIC),
        ("/plugins/my-wallet", BEARER, "web-next", Access.PUBLIC),
        ("/wallet", EVENTS, "web-next", Access.PUBLIC_STREAM),
        ("/api/v1/auth/login", {}, "web-next", Access.PUBLIC),
        ("/api/v1/teams/t/members", {**EVENTS, **BEARER}, "web-next", Access.PUBLIC_STREAM),
        ("/api/v1/gw/llm/chat/completions", BEARER, "web-next", Access.PUBLIC_STREAM),
        ("/api/v1/pipelines/llm/run", {}, "web-next", Access.PUBLIC_STREAM),
        ("/api/v1/admin/users", {}, "web-next", Access.PUBLIC),
        ("/api/v1/admin/audit", {}, "base-svc", Access.SESSION),
        ("/api/v1/admin/audit", BEARER, "base-svc", Access.BEARER),
        ("/api/v1/base/user/preferences", {}, "web-next", Access.SESSION),
        ("/api/v1/base/user/preferences", BEARER, "web-next", Access.BEARER),
    ],
)
def test_a_request_has_one_answer_among_all_plugins(
    path: str, headers: Mapping[str, str], plugin_name: str, access: Access
) -> None:
    plans = [_plan(spec) for spec in real_registry().plugins if spec.backend]

    name, rule = _answers(plans, path, headers)

    assert (name, rule.access) == (plugin_name, access)


def test_no_two_rules_tie_for_any_path_of_the_registry() -> None:
    plans = [_plan(spec) for spec in real_registry().plugins if spec.backend]
    paths = {match.path for plan in plans for rule in plan.rules for match in rule.matches}

    for path in paths:
        for headers in ({}, BEARER, EVENTS, {**BEARER, **EVENTS}):
            for method in ("GET", *CHANGES):
                _answers(plans, path, headers, method)


@pytest.mark.parametrize("method", ["GET", *CHANGES])
def test_of_the_shell_s_files_that_refuse_nobody_only_those_are_open_that_may_be(method: str) -> None:
    plans = [_plan(spec) for spec in real_registry().plugins if spec.backend]
    public = (Access.PUBLIC, Access.PUBLIC_STREAM)

    for path, (line, _why) in OPEN.items():
        name, rule = _answers(plans, path, method=method)
        assert (name, rule.access in public) == ("web-next", True), (path, line)
    for path, (line, owner, _why) in NOT_FOR_ALL.items():
        for headers in ({}, BEARER, EVENTS):
            name, rule = _answers(plans, path, headers, method)
            assert (name, rule.access in public) == (owner, False), (path, line)


@pytest.mark.parametrize(
    ("path", "headers", "reads", "changes"),
    [
        ("/api/v1/users/1", {}, (Access.SESSION, True), (Access.SESSION, False)),
        ("/api/v1/users/1", BEARER, (Access.BEARER, True), (Access.BEARER, False)),
        ("/api/v1/csp-report", {}, (Access.PUBLIC, True), (Access.PUBLIC, False)),
        ("/api/v1/registry/publish/token", BEARER, (Access.PUBLIC, True), (Access.PUBLIC, True)),
        ("/ws", {}, (Access.SESSION_STREAM, True), (Access.SESSION_STREAM, True)),
        ("/api/v1/wallet/x", BEARER, (Access.BEARER, True), (Access.BEARER, True)),
    ],
)
def test_base_svc_gets_a_change_without_the_token_that_says_whose_it_is(
    path: str, headers: Mapping[str, str], reads: tuple[Access, bool], changes: tuple[Access, bool]
) -> None:
    plans = [_plan(spec) for spec in real_registry().plugins if spec.backend]

    for method, expected in (("GET", reads), *((each, changes) for each in CHANGES)):
        _, rule = _answers(plans, path, headers, method)
        assert (rule.access, rule.token) == expected, method


def test_pods_reach_base_svc_by_the_same_rules_for_changes() -> None:
    names = {rule.name: rule.token for rule in _plan(entry("base-svc")).internal}

    assert names == {"public": True, "public-change": False, "session": True, "session-change": False}


def test_what_lies_below_a_guarded_path_of_the_site_is_guarded_too() -> None:
    spec = with_backend(
        plugin("web"), api_prefix="/", extra_prefixes=("/api/own", "/api/own/in"),
        requests=Requests(streaming=("/api/own/chat", "/api/live")),
    )  # fmt: skip
    plan = _plan(altered(spec, site=Site(guarded=("/api/own",))))

    for path in ("/api/own", "/api/own/x", "/api/own/in", "/api/own/chat/1"):
        for headers in ({}, BEARER, EVENTS):
            assert _answers([plan], path, headers)[1].access not in (Access.PUBLIC, Access.PUBLIC_STREAM)
    assert _answers([plan], "/api/live")[1].access is Access.PUBLIC_STREAM
    assert _answers([plan], "/api/owner")[1].access is Access.PUBLIC


def test_a_stripped_prefix_is_replaced_by_what_follows_it() -> None:
    plan = _plan(entry("service-gateway"))
    rules = {rule.matches[0].path: rule.rewrite for rule in plan.rules}

    assert rules["/api/v1/ssh-bridge"] == "/"
    assert all(len(rule.matches) == 1 for rule in plan.rules), "a rewrite of the prefix needs a match of its own"


def test_a_stripped_websocket_path_keeps_its_own_part() -> None:
    spec = with_backend(plugin("bridge"), rewrite_prefix="/", auth=Auth(websocket=("/term",)))

    _, rule = _answers([_plan(spec)], "/api/v1/bridge/term")

    assert (rule.access, rule.rewrite) == (Access.SESSION_STREAM, "/term")


def test_a_rewritten_prefix_is_replaced_below_it_too_and_others_pass_as_they_are() -> None:
    spec = with_backend(
        plugin("dash"),
        rewrite_prefix="/api/v1/my-dash",
        extra_prefixes=("/api/v1/my-dash",),
        auth=Auth(public=("/open",)),
        requests=Requests(streaming=("/chat",)),
    )
    rewrites = {(match.path, rule.rewrite) for rule in _plan(spec).rules for match in rule.matches}

    assert rewrites == {
        ("/api/v1/dash", "/api/v1/my-dash"),
        ("/api/v1/dash/open", "/api/v1/my-dash/open"),
        ("/api/v1/dash/chat", "/api/v1/my-dash/chat"),
        ("/api/v1/my-dash", None),
    }


@pytest.mark.parametrize(("headers", "access"), [({}, Access.SESSION_STREAM), (BEARER, Access.BEARER_STREAM)])
def test_a_streaming_path_streams_whatever_is_asked_for(headers: Mapping[str, str], access: Access) -> None:
    plan = _plan(with_backend(plugin("llm"), requests=Requests(streaming=("/chat",))))

    _, rule = _answers([plan], "/api/v1/llm/chat/completions", headers)

    assert rule.access is access


@pytest.mark.parametrize(("seconds", "cdn", "fits"), [(119, 120, True), (120, 120, False), (170, 180, True)])
def test_a_request_may_last_as_long_as_the_cdn_waits(seconds: int, cdn: int, fits: bool) -> None:
    spec = with_backend(plugin("slow"), requests=Requests(timeout_seconds=seconds))
    stated = settings(stated={"cdn_response_seconds": cdn})

    if fits:
        plan = plan_routes(file="registry.yaml", spec=spec, settings=stated, tier=TIERS[0])
        assert plan
        assert plan.seconds == seconds
        return
    with pytest.raises(InvalidInputError) as caught:
        plan_routes(file="registry.yaml", spec=spec, settings=stated, tier=TIERS[0])
    (problem,) = caught.value.problems
    assert (problem.entry, problem.field, problem.value) == ("slow", "requests.timeoutSeconds", str(seconds))
    assert "L-AECE9FA7" in problem.fix


def test_a_draining_plugin_is_served_and_says_so() -> None:
    plan = _plan(plugin("old", lifecycle=Lifecycle.DRAINING))

    assert plan.draining
    assert plan.rules


@pytest.mark.parametrize(
    "spec",
    [
        plugin("old", lifecycle=Lifecycle.STOPPED),
        plugin("old", lifecycle=Lifecycle.ARCHIVED),
        without_backend(plugin("bundle")),
    ],
)
def test_a_stopped_plugin_an_archived_one_and_one_without_backend_have_no_route(spec: PluginSpec) -> None:
    assert plan_routes(file="registry.yaml", spec=spec, settings=settings(), tier=TIERS[0]) is None


def test_limits_are_the_tiers_unless_the_entry_states_its_own() -> None:
    own = with_backend(plugin("busy"), rate_limit=RateLimit(user_per_minute=7, client_per_minute=9))

    assert _plan(plugin("calm")).limits.user_per_minute == TIERS[0].user_per_minute
    assert _plan(own).limits.client_per_minute == 9


def test_more_paths_than_a_route_has_rules_for_are_refused_with_a_way_out() -> None:
    spec = with_backend(
        plugin("many"), rewrite_prefix="/", auth=Auth(public=tuple(f"/p{number}" for number in range(20)))
    )

    with pytest.raises(InvalidInputError, match="rewritePrefix") as caught:
        _plan(spec)

    assert (caught.value.problems[0].file, caught.value.problems[0].entry) == ("registry.yaml", "many")
