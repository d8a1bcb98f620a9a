"""A plugin's route as it is registered."""

from collections.abc import Callable
from typing import Any

from components.gateway.routes import PluginRoutes
from planning.gateway.routes import RoutesPlan, plan_routes
from planning.gateway.sign_in import IDENTITY_HEADER
from planning.inputs.registry.canary import Canary
from planning.inputs.registry.lifecycle import Lifecycle
from planning.inputs.registry.registry_entry import PluginSpec
from planning.inputs.registry.sections import Auth, RateLimit, Requests
from planning.inputs.tiers import TIERS
from planning.shared.labels import labels
from tests.components.recording import Recorded, assert_same_names, build
from tests.planning.samples import altered, plugin, settings
from tests.plugin_plans import with_backend

WALLET = plugin("my-wallet")
MIXED = with_backend(plugin("mixed"), auth=Auth(public=("/status",), websocket=("/live",), session_affinity=True))


def _plan(spec: PluginSpec, issuer: str | None) -> RoutesPlan:
    stated = settings(stated={"jwt_issuer": issuer})
    plan = plan_routes(file="registry.yaml", spec=spec, settings=stated, tier=TIERS[0])
    assert plan is not None
    return plan


def _make(*specs: PluginSpec, issuer: str | None = None) -> Callable[[], None]:
    def make() -> None:
        for spec in specs:
            PluginRoutes(spec.name, plan=_plan(spec, issuer), labels=labels("plugin", spec.name, plugin=spec.name))

    return make


def _objects(*specs: PluginSpec, issuer: str | None = None) -> dict[tuple[str, str], Recorded]:
    return {
        (record.inputs["kind"], record.inputs["metadata"]["name"]): record
        for record in build(_make(*specs, issuer=issuer))
        if record.custom
    }


def _spec(found: dict[tuple[str, str], Recorded], kind: str, name: str) -> dict[str, Any]:
    return found[kind, name].inputs["spec"]


def _sections(spec: dict[str, Any]) -> set[str]:
    return {target["sectionName"] for target in spec["targetRefs"]}


def test_every_rule_is_covered_by_one_security_and_one_traffic_policy() -> None:
    found = _objects(MIXED)
    rules = [rule["name"] for rule in _spec(found, "HTTPRoute", "mixed")["rules"]]

    for kind in ("SecurityPolicy", "BackendTrafficPolicy"):
        sections = [
            target["sectionName"]
            for (k, _), record in found.items()
            if k == kind
            for target in record.inputs["spec"]["targetRefs"]
        ]
        assert sorted(sections) == sorted(rules)


def test_all_objects_are_in_the_plugins_own_namespace() -> None:
    assert {record.inputs["metadata"]["namespace"] for record in _objects(MIXED).values()} == {"plugin-mixed"}


def test_every_rule_that_isn_t_public_refuses_who_has_no_identity() -> None:
    for (kind, name), record in _objects(altered(MIXED, core=True)).items():
        if kind == "SecurityPolicy" and not name.endswith("-public"):
            authorization = record.inputs["spec"]["authorization"]
            assert authorization["defaultAction"] == "Deny"
            assert all(
                f"size(request.headers['{IDENTITY_HEADER}']) > 0" in each["cel"] for each in authorization["rules"]
            )


def test_jwts_are_taken_where_an_issuer_is_configured_and_from_no_query() -> None:
    assert "jwt" not in _spec(_objects(WALLET), "SecurityPolicy", "my-wallet-bearer")

    policy = _spec(_objects(WALLET, issuer="https://issuer.example/"), "SecurityPolicy", "my-wallet-bearer")
    (provider,) = policy["jwt"]["providers"]

    assert policy["jwt"]["failOpen"] is True, "what is no JWT may be one of the platform's own tokens"
    assert policy["authorization"]["defaultAction"] == "Deny"
    assert provider["claimToHeaders"] == [{"header": IDENTITY_HEADER, "claim": "sub"}]
    assert set(provider["extractFrom"]) == {"headers"}
    assert [each["valuePrefix"] for each in provider["extractFrom"]["headers"]] == ["Bearer ", "bearer "]


def test_pods_state_jwts_too_where_an_issuer_is_configured() -> None:
    core = altered(WALLET, core=True)
    assert "jwt" not in _spec(_objects(core), "SecurityPolicy", "my-wallet-internal")

    found = _objects(core, issuer="https://issuer.example/")
    policies = [_spec(found, "SecurityPolicy", f"my-wallet-{kind}") for kind in ("internal", "bearer")]

    assert policies[0]["jwt"] == policies[1]["jwt"]


def test_a_rule_without_the_token_removes_it_and_no_other_does() -> None:
    spec = altered(with_backend(plugin("strict"), auth=Auth(public=("/open",), identity_only=True)), core=True)
    found = _objects(spec)

    for name in ("strict", "strict-internal"):
        for rule in _spec(found, "HTTPRoute", name)["rules"]:
            removed = [each["requestHeaderModifier"] for each in rule.get("filters", [])]
            change = rule["name"].endswith("-change")
            assert removed == ([{"remove": ["authorization"]}] if change else []), rule["name"]
            assert not change or {match["method"] for match in rule["matches"]} == {"POST", "PUT", "PATCH", "DELETE"}


def test_pods_reach_a_core_service_by_a_route_of_its_own_and_no_other_plugin() -> None:
    found = _objects(altered(MIXED, core=True))
    route = _spec(found, "HTTPRoute", "mixed-internal")

    assert ("HTTPRoute", "mixed-internal") not in _objects(MIXED)
    assert [each["sectionName"] for each in route["parentRefs"]] == ["internal"]
    assert route["hostnames"] == ["envoy.naap-gateway.svc.cluster.local"]
    assert [rule["name"] for rule in route["rules"]] == ["public", "session"]
    assert _sections(_spec(found, "SecurityPolicy", "mixed-internal")) == {"session"}
    assert _sections(_spec(found, "BackendTrafficPolicy", "mixed-internal")) == {"public", "session"}
    assert found["HTTPRoute", "mixed-internal"].inputs["metadata"]["annotations"] == {"naap.io/public-rules": "public"}


def test_csrf_is_checked_for_browsers_only() -> None:
    found = _objects(WALLET)

    assert _spec(found, "SecurityPolicy", "my-wallet-session")["csrf"]["additionalOrigins"] == [
        "https://dev.naap.example"
    ]
    assert "csrf" not in _spec(found, "SecurityPolicy", "my-wallet-bearer")


def test_a_session_from_a_foreign_page_opens_no_websocket() -> None:
    rules = _spec(_objects(MIXED), "SecurityPolicy", "mixed-session")["authorization"]["rules"]

    assert all("origin" in rule["cel"] and IDENTITY_HEADER in rule["cel"] for rule in rules)


def test_requests_are_buffered_and_end_but_streams_are_not_and_do_not() -> None:
    found = _objects(MIXED)
    requests, streams = (_spec(found, "BackendTrafficPolicy", f"mixed-{kind}") for kind in ("requests", "streams"))
    timeouts = {rule["name"]: rule["timeouts"]["request"] for rule in _spec(found, "HTTPRoute", "mixed")["rules"]}

    assert "requestBuffer" in requests
    assert "requestBuffer" not in streams
    assert "retry" not in streams
    assert _sections(streams) == {"bearer-stream", "session-stream"}
    assert {name for name, timeout in timeouts.items() if timeout == "0s"} == _sections(streams)


def test_large_bodies_are_held_by_no_proxy_but_refused_by_what_they_say_of_their_length() -> None:
    spec = with_backend(MIXED, requests=Requests(body_mib=50))
    found = _objects(spec)

    assert "requestBuffer" not in _spec(found, "BackendTrafficPolicy", "mixed-requests")
    for suffix, otherwise in (("public", "Allow"), ("bearer", "Deny"), ("session", "Deny")):
        authorization = _spec(found, "SecurityPolicy", f"mixed-{suffix}")["authorization"]
        first = authorization["rules"][0]
        assert authorization["defaultAction"] == otherwise
        assert (first["name"], first["action"]) == ("body", "Deny")
        assert str(50 * 1024 * 1024) in first["cel"]
    assert "authorization" not in _spec(_objects(MIXED), "SecurityPolicy", "mixed-public")


def test_only_what_no_pod_has_seen_is_tried_again() -> None:
    retry = _spec(_objects(WALLET), "BackendTrafficPolicy", "my-wallet-requests")["retry"]

    assert set(retry["retryOn"]["triggers"]) == {"connect-failure", "refused-stream", "reset-before-request"}


def test_limits_are_the_gateway_s_and_a_route_states_them_where_they_are_its_own() -> None:
    busy = with_backend(altered(MIXED, core=True), rate_limit=RateLimit(user_per_minute=7, client_per_minute=9))
    found = {**_objects(WALLET), **_objects(busy)}
    traffic = [record.inputs["spec"] for (kind, _), record in found.items() if kind == "BackendTrafficPolicy"]

    assert {spec["mergeType"] for spec in traffic} == {"StrategicMerge"}
    assert not any("rateLimit" in spec for spec in traffic)
    assert _limits(found, "my-wallet") is None
    assert (_limits(found, "mixed"), _limits(found, "mixed-internal")) == ("7-9", None)


def _limits(found: dict[tuple[str, str], Recorded], route: str) -> str | None:
    annotations: dict[str, str] = found["HTTPRoute", route].inputs["metadata"].get("annotations") or {}
    return annotations.get("gateway.envoyproxy.io/limits")


def test_affinity_is_for_who_asks_for_it() -> None:
    assert _spec(_objects(MIXED), "BackendTrafficPolicy", "mixed-requests")["loadBalancer"]["type"] == "ConsistentHash"
    assert _spec(_objects(WALLET), "BackendTrafficPolicy", "my-wallet-requests")["loadBalancer"]["type"] == (
        "LeastRequest"
    )


def test_a_canary_gets_its_part_of_every_rule_for_users_and_none_of_what_pods_ask() -> None:
    tried = with_backend(altered(MIXED, core=True), canary=Canary(image="ghcr.io/naap/mixed:2.0.0", weight=7))
    alone, found = _objects(altered(MIXED, core=True)), _objects(tried)
    rules = _spec(found, "HTTPRoute", "mixed")["rules"]

    for rule in rules:
        assert [(each["name"], each["weight"]) for each in rule["backendRefs"]] == [
            ("mixed", 930_000),
            ("mixed-canary", 70_000),
        ]
        tracks = [each["filters"][0]["responseHeaderModifier"]["set"] for each in rule["backendRefs"]]
        assert tracks == [[{"name": "naap-track", "value": value}] for value in ("stable", "canary")]
    assert [{**rule, "backendRefs": []} for rule in rules] == [
        {**rule, "backendRefs": []} for rule in _spec(alone, "HTTPRoute", "mixed")["rules"]
    ]
    assert {key: record.inputs for key, record in found.items() if key != ("HTTPRoute", "mixed")} == {
        key: record.inputs for key, record in alone.items() if key != ("HTTPRoute", "mixed")
    }


def test_a_canary_that_gets_no_requests_is_told_to_proxies_all_the_same() -> None:
    """With a weight of 0 Envoy Gateway leaves a backend out."""
    tried = with_backend(WALLET, canary=Canary(image="ghcr.io/naap/my-wallet:2.0.0"))
    rules = _spec(_objects(tried), "HTTPRoute", "my-wallet")["rules"]

    assert {tuple(each["weight"] for each in rule["backendRefs"]) for rule in rules} == {(999_999, 1)}


def test_a_sticky_canary_is_chosen_by_who_asks() -> None:
    tried = with_backend(WALLET, canary=Canary(image="ghcr.io/naap/my-wallet:2.0.0", sticky=True))
    balancing = _spec(_objects(tried), "BackendTrafficPolicy", "my-wallet-requests")["loadBalancer"]

    assert balancing["consistentHash"] == {"type": "Headers", "headers": [{"name": IDENTITY_HEADER}]}


def test_a_draining_plugin_says_so_in_a_header() -> None:
    rules = _spec(_objects(plugin("old", lifecycle=Lifecycle.DRAINING)), "HTTPRoute", "old")["rules"]

    assert all(rule["filters"][0]["responseHeaderModifier"]["set"][0]["value"] == "draining" for rule in rules)


def test_adding_a_plugin_changes_no_object_of_another() -> None:
    alone = _objects(WALLET)
    together = _objects(WALLET, MIXED)

    assert {key: together[key].inputs for key in alone} == {key: record.inputs for key, record in alone.items()}
    assert all(
        record.inputs["metadata"]["namespace"] == "plugin-mixed" for key, record in together.items() if key not in alone
    )


def test_preview_announces_what_an_update_makes() -> None:
    assert_same_names(_make(WALLET, MIXED))
