"""The platform's own tokens: checked with the service that issued them, wherever a request has one."""

import hashlib
import json
import time
from contextlib import closing
from uuid import uuid4

import pytest

from planning.gateway import internal_listener
from planning.gateway.route_rules import CHANGES
from planning.gateway.routes import KEEPALIVE_SECONDS
from planning.gateway.sign_in import CHECK_MS, CLUSTER
from planning.inputs.sign_in import SIGN_IN_SERVICE, SignIn
from planning.shared.naming import namespace
from tests.dataplane.gateway.client import CDN, connection_in
from tests.dataplane.gateway.rig import Rig, seconds_open
from tests.dataplane.gateway.tokens import FORGED, cookie, session
from tests.wait import wait_for

PATH = "/api/v1/wallet/x"
LIVE = "/api/v1/mixed/live/room"
SITE = "https://dev.naap.example"
KEPT = SignIn().keep_seconds


def _somebody() -> str:
    """A user of whom nothing is known yet."""
    return uuid4().hex[:12]


def _bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


def _checks(rig: Rig, token: str) -> int:
    """How often base-svc was asked for a token."""
    (pod,) = rig.cluster.pods(namespace(SIGN_IN_SERVICE), "")
    said = rig.cluster.lines(pod["metadata"]["name"], "stand-in")
    return said.count(f"asked {hashlib.sha256(token.encode()).hexdigest()}")


def test_a_good_token_names_its_user_and_stays_for_the_plugin_that_asks_itself(rig: Rig) -> None:
    token = session("alice")
    seen = rig.get(PATH, headers={**_bearer(token), "x-user-id": "root"}).json["headers"]
    assert (seen["x-user-id"], seen["authorization"]) == ("alice", f"Bearer {token}")


@pytest.mark.parametrize(
    "token", [FORGED, FORGED.upper(), session("alice")[:-1], "naap_AbC-_1", "", "a b", "%41" * 20, "x" * 5_000]
)
def test_what_is_no_session_s_token_names_nobody(rig: Rig, token: str) -> None:
    for headers in (_bearer(token), {"cookie": f"naap_auth_token={token}"}, {**_bearer(token), "x-user-id": "root"}):
        assert rig.get(PATH, headers=headers).status == 401


def test_the_shell_s_cookie_is_a_session_that_plugins_are_told_of_as_the_shell_would(rig: Rig) -> None:
    seen = rig.get(PATH, headers={**cookie("bob"), "x-user-id": "root"}).json["headers"]
    assert (seen["x-user-id"], seen["authorization"]) == ("bob", f"Bearer {session('bob')}")
    quoted = rig.get(PATH, headers={"cookie": f'naap_auth_token="{session("bob")}"'})
    assert quoted.json["headers"]["x-user-id"] == "bob"
    for other in ("session", "xnaap_auth_token", "naap_auth_token2"):
        assert rig.get(PATH, headers={"cookie": f"{other}={session('bob')}"}).status == 401


def test_a_request_without_csrf_is_no_session_s_for_want_of_a_token(rig: Rig) -> None:
    """A rule for tokens checks no origin: there a cookie must count for nothing."""
    for scheme in ("Bearer", "Bearer ", "bearer", "Bearer  "):
        answer = rig.get(PATH, method="POST", headers={**cookie("bob"), "authorization": scheme}, body=b"{}")
        assert answer.status == 401, scheme


def test_an_answer_is_kept_for_some_seconds_and_no_longer(rig: Rig) -> None:
    user = _somebody()
    token = session(user)
    ended = {**_bearer(token), "x-csrf-token": hashlib.sha256(f"csrf {token}".encode()).hexdigest()}
    assert {rig.get(PATH, headers=_bearer(token)).status for _ in range(30)} == {200}
    assert wait_for("the check in its log", lambda: _checks(rig, token)) < 15
    assert rig.get("/api/v1/auth/logout", method="POST", headers=ended, body=b"{}").status == 200
    begin = time.monotonic()
    wait_for("the token to be refused", lambda: rig.get(PATH, headers=_bearer(token)).status == 401)
    assert time.monotonic() - begin < KEPT + CHECK_MS / 1_000 + 2


def test_a_refusal_is_kept_too(rig: Rig) -> None:
    token = hashlib.sha256(_somebody().encode()).hexdigest()
    assert {rig.get(PATH, headers=_bearer(token)).status for _ in range(30)} == {401}
    assert wait_for("the check in its log", lambda: _checks(rig, token)) < 15


def test_a_check_that_is_cut_is_tried_again(rig: Rig) -> None:
    assert rig.get(PATH, headers=_bearer(session(f"cut{_somebody()}"))).status == 200


def test_a_connection_to_the_check_is_closed_before_node_would(rig: Rig) -> None:
    def opened() -> int:
        found = rig.statistics(next(iter(rig.envoys)), "upstream_cx_active")
        return sum(value for name, value in found.items() if name.startswith(f"cluster.{CLUSTER}."))

    assert rig.get(PATH, headers=_bearer(session(_somebody()))).status == 200
    assert opened() > 0
    assert seconds_open(opened) < KEEPALIVE_SECONDS + 1


def test_while_nobody_can_be_checked_nobody_passes_but_who_needs_no_check(rig: Rig) -> None:
    user = _somebody()
    with rig.held(SIGN_IN_SERVICE):
        begin = time.monotonic()
        for headers in (_bearer(session(user)), cookie(user)):
            answer = rig.get(PATH, headers=headers)
            assert (answer.status, answer.error["code"]) == (503, "sign_in_unavailable")
        assert time.monotonic() - begin < 2 * (CHECK_MS / 1_000 + 1)
        assert rig.get(PATH, headers=_bearer(rig.issuer.token("alice"))).status == 200
        assert rig.get(PATH).status == 401
        public = rig.get("/api/v1/mixed/status/200", headers=_bearer(session(user)))
        assert (public.status, "x-user-id" in public.json["headers"]) == (200, False)
    assert rig.get(PATH, user=user).status == 200


def test_a_public_path_knows_who_asks_where_it_can_be_told(rig: Rig) -> None:
    path = "/api/v1/mixed/status/200"
    assert rig.get(path, user="alice").json["headers"]["x-user-id"] == "alice"
    assert "x-user-id" not in rig.get(path, headers=_bearer(FORGED)).json["headers"]


def test_a_websocket_may_have_its_token_in_the_query_and_nothing_else_may(rig: Rig) -> None:
    opened = rig.client.websocket(rig.addresses[0], f"{LIVE}?room=1&token={session('alice')}", {})
    assert (opened.status, opened.echo("hello")) == (101, "hello")
    opened.close()
    for query in (f"token={FORGED}", f"xtoken={session('alice')}", f"a=token={session('alice')}", ""):
        assert rig.client.websocket(rig.addresses[0], f"{LIVE}?{query}", {}).status == 401, query
    assert rig.get(f"{PATH}?token={session('alice')}").status == 401


def test_no_token_stands_in_a_log_a_counter_s_key_or_a_configuration(rig: Rig) -> None:
    user, path, viewer = _somebody(), "/api/v1/counted/x", "192.0.2.240"
    token = session(user)
    rig.client.websocket(rig.addresses[0], f"{LIVE}?token={token}", {}).close()
    assert rig.get(f"{path}?token={token}", headers=_bearer(token), viewer=viewer).status == 200
    request = rig.get(f"{path}?token={token}", headers=cookie(user), viewer=viewer)
    line = rig.log_line(request.headers["x-request-id"])
    assert (line["path"], line["status"], line["user"]) == (path, 200, user)
    pod = next(iter(rig.envoys))
    assert not [line for line in rig.cluster.lines(pod, "envoy") if token in line]
    keys = rig.counters.keys()
    assert any(user in key for key in keys)
    assert not any(token in key for key in keys)
    assert token not in rig.admin(pod, "stats") + rig.admin(pod, "config_dump")


@pytest.mark.parametrize("method", CHANGES)
@pytest.mark.parametrize("how", ["cookie", "bearer", "pod"])
def test_a_change_reaches_base_svc_by_its_user_alone_as_a_token_is_asked_for_a_csrf_token_of_base_svc_s_own(
    rig: Rig, method: str, how: str
) -> None:
    path = "/api/v1/base-svc/users/1"
    if how == "pod":
        status, seen = _through_it(rig, path, _bearer(session("alice")), method)
    else:
        headers = {**cookie("alice"), "origin": SITE} if how == "cookie" else _bearer(session("alice"))
        answer = rig.get(path, method=method, headers=headers)
        status, seen = answer.status, answer.json.get("headers", {})
    assert (status, seen.get("x-user-id"), seen.get("authorization")) == (200, "alice", None)


def test_base_svc_itself_refuses_a_change_with_a_token_and_without_its_csrf_token(rig: Rig) -> None:
    """The stand-in does as the source; a path that is public passes on what a client writes."""
    answer = rig.get("/api/v1/base-svc/open", method="POST", headers=_bearer(session("alice")))
    assert (answer.status, answer.json["code"]) == (403, "CSRF_INVALID")
    publishing = rig.get("/api/v1/base-svc/open", method="POST", headers=_bearer("naap_AbC"))
    assert publishing.json["headers"]["authorization"] == "Bearer naap_AbC", "for the service to judge"


def test_a_browser_that_is_signed_in_reports_to_a_public_path(rig: Rig) -> None:
    answer = rig.get("/api/v1/base-svc/open", method="POST", headers={**cookie("alice"), "origin": SITE})
    assert (answer.status, answer.json["headers"]["x-user-id"]) == (200, "alice")


@pytest.mark.parametrize("headers", [_bearer(session("alice")), cookie("alice")], ids=["bearer", "cookie"])
def test_what_changes_nothing_keeps_its_token(rig: Rig, headers: dict[str, str]) -> None:
    seen = rig.get("/api/v1/base-svc/users/1", headers=headers).json["headers"]
    assert (seen["x-user-id"], seen["authorization"]) == ("alice", f"Bearer {session('alice')}")


def test_a_change_is_nobody_s_without_a_user_and_no_foreign_page_s(rig: Rig) -> None:
    path = "/api/v1/base-svc/users/1"
    for headers in ({}, _bearer(FORGED), {"x-user-id": "root"}, {**_bearer(FORGED), "x-user-id": "root"}):
        assert rig.get(path, method="POST", headers={"origin": SITE, **headers}).status == 401, headers
    assert rig.get(path, method="POST", headers={**cookie("alice"), "origin": "https://evil.example"}).status == 403


def _through_it(rig: Rig, path: str, headers: dict[str, str], method: str = "GET") -> tuple[int, dict[str, str]]:
    """What a pod gets there: the status, and what of its headers has arrived."""
    with closing(
        connection_in(rig.cluster.network(), rig.addresses[0], internal_listener.CONTAINER_PORT)
    ) as connection:
        connection.request(method, path, headers={"host": internal_listener.HOST, **headers})
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read()).get("headers", {})


def test_a_pod_asks_base_svc_whose_token_it_has(rig: Rig) -> None:
    good, bad = (_through_it(rig, "/api/v1/auth/me", _bearer(token)) for token in (session("alice"), FORGED))
    assert (good[0], bad[0]) == (200, 401)


@pytest.mark.parametrize("claimed", [{}, {"x-user-id": "root"}, {"X-User-Id": "root", "x-user-role": "admin"}])
def test_a_pod_is_nobody_but_whose_token_it_has_whatever_it_claims(rig: Rig, claimed: dict[str, str]) -> None:
    assert _through_it(rig, "/api/v1/secrets", claimed)[0] == 401
    status, seen = _through_it(rig, "/api/v1/secrets", {**claimed, **_bearer(session("alice"))})
    assert (status, seen["x-user-id"]) == (200, "alice")
    assert "x-user-role" not in seen
    status, seen = _through_it(rig, "/api/v1/base-svc/open", claimed)
    assert (status, seen.get("x-user-id")) == (200, None)


def test_the_internal_listener_leads_to_core_services_and_the_site_s_does_not_know_its_name(rig: Rig) -> None:
    assert _through_it(rig, PATH, _bearer(session("alice")))[0] == 404
    assert rig.get("/api/v1/secrets", user="alice", headers={"host": internal_listener.HOST}).status == 404


def test_a_pod_cannot_say_that_it_is_another_client(rig: Rig) -> None:
    claimed = {"x-forwarded-for": f"198.51.100.1, {CDN}", "x-client-network": "198.51.100.1"}
    _, seen = _through_it(rig, "/api/v1/base-svc/open", claimed)
    assert "198.51.100.1" not in str(seen)
