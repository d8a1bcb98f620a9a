"""Who may pass: JWTs of the configured issuer, what foreign pages may not, and headers that clients make up."""

import time
from typing import Any

import pytest

from tests.dataplane.gateway.rig import Rig
from tests.dataplane.gateway.tokens import cookie, session

SITE = "https://dev.naap.example"
PATH = "/api/v1/wallet/x"
SESSION = cookie("bob")


def test_a_good_token_names_its_user_to_the_plugin_and_nobody_else_does(rig: Rig) -> None:
    spoofed = {"x-user-id": "root", "X-User-Role": "admin", "x_user_id": "root", "x-envoy-original-path": "/admin"}
    for envoy in range(len(rig.envoys)):
        for token in (session("alice"), rig.issuer.token("alice")):
            headers = {**spoofed, "authorization": f"Bearer {token}"}
            seen = rig.get(PATH, envoy=envoy, headers=headers).json["headers"]
            assert seen["x-user-id"] == "alice"
            assert not {"x-user-role", "x_user_id"} & set(seen)
            assert seen.get("x-envoy-original-path") in (None, PATH)


@pytest.mark.parametrize("scheme", ["Bearer", "bearer"])
def test_the_scheme_may_be_written_either_way(rig: Rig, scheme: str) -> None:
    for token in (session("alice"), rig.issuer.token("alice")):
        assert rig.get(PATH, headers={"authorization": f"{scheme} {token}"}).status == 200


BAD_TOKENS: dict[str, dict[str, Any]] = {
    "expired": {"exp": int(time.time()) - 3_600},
    "not yet good": {"nbf": int(time.time()) + 3_600},
    "of another issuer": {"iss": "https://evil.example/"},
    "signed by another key": {"foreign": True},
    "not signed": {"alg": "none"},
}


@pytest.mark.parametrize("flaw", BAD_TOKENS)
def test_a_jwt_is_refused_that_is(rig: Rig, flaw: str) -> None:
    token = rig.issuer.token("alice", **BAD_TOKENS[flaw])
    assert rig.get(PATH, headers={"authorization": f"Bearer {token}"}).status == 401


@pytest.mark.parametrize("claims", [{"aud": "another"}, {"aud": None}, {"user": None}, {"user": ""}], ids=str)
def test_a_jwt_for_another_audience_or_without_a_user_is_refused(rig: Rig, claims: dict[str, Any]) -> None:
    token = rig.issuer.token(**claims)
    assert rig.get(PATH, headers={"authorization": f"Bearer {token}"}).status == 401


def test_a_scheme_that_the_client_states_itself_opens_nothing(rig: Rig) -> None:
    claimed = {"naap-scheme": "Bearer"}
    assert rig.get(PATH, headers=claimed).status == 401
    assert rig.get(PATH, headers={**claimed, **SESSION}).status == 401
    # What is in `authorization` counts.
    assert rig.get(PATH, headers={**claimed, **SESSION, "authorization": "Basic eDp5"}).status == 200
    token = rig.issuer.token("alice")
    assert rig.get(PATH, headers={"naap-scheme": "Basic", "authorization": f"Bearer {token}"}).status == 200


def test_a_jwt_in_the_query_or_in_a_cookie_is_none(rig: Rig) -> None:
    token = rig.issuer.token("alice")
    assert rig.get(f"{PATH}?access_token={token}").status == 401
    for name in ("access_token", "naap_auth_token"):
        assert rig.get(PATH, headers={"cookie": f"{name}={token}"}).status == 401


def test_a_bad_token_beside_a_good_session_is_refused(rig: Rig) -> None:
    assert rig.get(PATH, headers={**SESSION, "authorization": "Bearer x.y.z"}).status == 401
    # Another scheme is no token: the session counts.
    assert rig.get(PATH, headers={**SESSION, "authorization": "Basic eDp5"}).status == 200


def test_keys_are_fetched_once_and_kept(rig: Rig) -> None:
    before = rig.issuer.asked
    headers = {"authorization": f"Bearer {rig.issuer.token('alice')}"}
    assert all(rig.get(PATH, envoy=n % 2, headers=headers).status == 200 for n in range(20))
    assert rig.issuer.asked - before <= 2


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_a_change_by_a_browser_must_come_from_the_site(rig: Rig, method: str) -> None:
    for origin, status in ((SITE, 200), ("https://evil.example", 403), ("null", 403), (None, 403)):
        headers = {**SESSION, **({"origin": origin} if origin else {})}
        assert rig.get(PATH, method=method, headers=headers, body=b"{}").status == status, origin


def test_a_change_by_a_token_needs_no_origin(rig: Rig) -> None:
    for headers in ({}, {"origin": "https://evil.example"}):
        assert rig.get(PATH, method="POST", user="alice", headers=headers, body=b"{}").status == 200


def test_the_site_may_ask_before_it_calls_and_others_get_no_permission(rig: Rig) -> None:
    asked = {"access-control-request-method": "POST", "access-control-request-headers": "authorization"}
    site = rig.get(PATH, method="OPTIONS", headers={**asked, "origin": SITE})
    assert (site.status, site.headers["access-control-allow-origin"]) == (200, SITE)
    assert "authorization" in site.headers["access-control-allow-headers"]
    evil = rig.get(PATH, method="OPTIONS", headers={**asked, "origin": "https://evil.example"})
    assert evil.headers.get("access-control-allow-origin") in (None, SITE)


def test_a_public_path_needs_nobody_and_no_other_path_is_public(rig: Rig) -> None:
    answer = rig.get("/api/v1/mixed/status/200", headers={"x-user-id": "root"})
    assert answer.status == 200
    assert "x-user-id" not in answer.json["headers"]
    for path in ("/api/v1/mixed/statusx", "/api/v1/mixed/x/status", "/api/v1/mixed/status/../x", "/api/v1/mixed//x"):
        assert rig.get(path).status == 401, path


def test_what_clients_say_of_themselves_is_not_believed(rig: Rig) -> None:
    claimed = {"x-request-id": "mine", "x-forwarded-client-cert": "By=me", "x-forwarded-proto": "http"}
    seen = rig.get(PATH, user="alice", headers=claimed, viewer="6.6.6.6, 198.51.100.9").json["headers"]
    assert seen["x-request-id"] != "mine"
    assert "x-forwarded-client-cert" not in seen
    assert seen["x-forwarded-proto"] == "https"


def test_a_client_has_no_say_in_timeouts_and_retries(rig: Rig) -> None:
    asked = {"x-envoy-upstream-rq-timeout-ms": "1", "x-envoy-retry-on": "5xx", "x-envoy-max-retries": "9"}
    answer = rig.get("/api/v1/wallet/slow?s=0.3", user="alice", headers=asked)
    assert answer.status == 200
    assert not set(asked) & set(answer.json["headers"])
