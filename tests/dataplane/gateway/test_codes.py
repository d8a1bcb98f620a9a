"""Errors of the gateway's own: JSON with a code, a message and the request's id, and the headers that matter."""

from collections.abc import Iterable, Mapping

import pytest

from planning.gateway.error_bodies import ERRORS
from planning.gateway.sign_in import UNKNOWN
from tests.dataplane.gateway.client import Answer
from tests.dataplane.gateway.plugins import COUNTED, MOST_MIB, PER_USER
from tests.dataplane.gateway.rig import Rig
from tests.dataplane.gateway.tokens import FORGED, cookie
from tests.wait import wait_for

SITE = "https://dev.naap.example"
FROM_SITE = {"origin": SITE}
_KNOWN = {error.becomes or error.status: error for error in ERRORS if error.user != UNKNOWN}


def _assert_error(answer: Answer, status: int) -> None:
    assert answer.status == status, (answer.status, answer.body)
    error, known = answer.error, _KNOWN[status]
    assert known
    message = known.message.replace("PAGE", f"{SITE}/login")
    assert (error["code"], error["message"], error["status"]) == (known.code, message, status)
    assert len(error["requestId"]) == 36
    assert answer.headers["access-control-allow-origin"] == SITE
    assert answer.headers["access-control-allow-credentials"] == "true"


def test_the_controller_accepts_every_object_as_it_stands(rig: Rig) -> None:
    rig.settled()


def test_no_envoy_refuses_what_it_is_told(rig: Rig) -> None:
    for pod in rig.envoys:
        assert not any(rig.statistics(pod, "update_rejected").values())


def test_401_tells_how_to_sign_in_and_keeps_the_headers_of_cors(rig: Rig) -> None:
    another = rig.issuer.token(aud="another-service")
    for headers in (
        {},
        *({"authorization": f"Bearer {token}"} for token in ("not.a.token", FORGED, another)),
        {"cookie": f"naap_auth_token={FORGED}"},
    ):
        answer = rig.get("/api/v1/wallet/x", headers={**FROM_SITE, **headers})
        _assert_error(answer, 401)
        assert answer.headers["www-authenticate"] == f'Bearer realm="{SITE}/login"'
        assert answer.error["signIn"] == f"{SITE}/login"


def test_403_where_a_foreign_page_uses_a_session(rig: Rig) -> None:
    evil = {**cookie("bob"), "origin": "https://evil.example"}
    _assert_error(rig.get("/api/v1/wallet/x", method="POST", headers=evil), 403)


def test_404_where_no_plugin_answers(rig: Rig) -> None:
    for path in ("/nothing", "/api/v1/wallets", "/"):
        _assert_error(rig.get(path, user="alice"), 404)
    _assert_error(rig.get("/api/v1/wallet/x", user="alice", headers={"host": "other.example"}), 404)


def test_413_for_a_body_over_the_limit_and_nothing_below_it(rig: Rig) -> None:
    most = 1024 * 1024
    fine = rig.get("/api/v1/wallet/x", user="alice", method="POST", body=b"x" * most)
    assert (fine.status, fine.json["size"]) == (200, most)
    answer = rig.get("/api/v1/wallet/x", user="alice", method="POST", body=b"x" * (most + 1), headers=FROM_SITE)
    _assert_error(answer, 413)
    chunks = (b"x" * 65_536 for _ in range(17))
    _assert_error(rig.get("/api/v1/wallet/x", user="alice", method="POST", body=chunks, headers=FROM_SITE), 413)


@pytest.mark.parametrize("path", ["/api/v1/files/x", "/api/v1/files/chat/x", "/api/v1/files/open/x"])
def test_413_for_what_is_longer_than_its_entry_allows_or_does_not_say_how_long_it_is(rig: Rig, path: str) -> None:
    most = MOST_MIB * 1024 * 1024

    def send(body: bytes | Iterable[bytes]) -> Answer:
        return rig.get(path, user="alice", method="POST", body=body, headers=FROM_SITE)

    fine = send(b"x" * most)
    assert (fine.status, fine.json["size"]) == (200, most)
    _assert_error(send(b"x" * (most + 1)), 413)
    _assert_error(send(iter([b"x"])), 413)


@pytest.mark.parametrize("path", ["/api/v1/files/x", "/api/v1/files/open/x"])
def test_nobody_is_told_to_sign_in_however_much_they_send(rig: Rig, path: str) -> None:
    headers = {**FROM_SITE, "authorization": f"Bearer {FORGED}"}
    body = b"x" * (MOST_MIB * 1024 * 1024 + 1)
    _assert_error(rig.get(path, headers=headers, method="POST", body=body), 401)


def test_431_for_headers_over_the_limit(rig: Rig) -> None:
    many: Mapping[str, str] = {f"x-{number}": "x" * 1_000 for number in range(70)}
    answer = rig.get("/api/v1/wallet/x", user="alice", headers=many)
    # They were not read to their end, so that nothing is known of the request, an id neither.
    assert (answer.status, answer.error["code"]) == (431, "headers_too_large")


def test_429_says_when_to_come_back(rig: Rig) -> None:
    path = f"/api/v1/{COUNTED.name}/x"

    def ask(attempt: int) -> list[Answer]:
        user, viewer = f"hasty-{attempt}", f"192.0.2.{170 + attempt}"
        return [rig.get(path, user=user, viewer=viewer, headers=FROM_SITE) for _ in range(PER_USER + 1)]

    answers = rig.counted(ask)
    last = answers[-1]
    assert [answer.status for answer in answers[:-1]] == [200] * PER_USER
    _assert_error(last, 429)
    left = int(last.headers["x-ratelimit-reset"])
    assert 0 < left <= 60
    assert last.headers["x-ratelimit-remaining"] == "0"
    assert str(PER_USER) in last.headers["x-ratelimit-limit"]
    assert left <= int(last.headers["retry-after"]) <= 60
    exposed = last.headers["access-control-expose-headers"]
    assert {"x-request-id", "x-ratelimit-reset", "retry-after"} <= {name.strip() for name in exposed.split(",")}


def test_502_for_what_is_no_http(rig: Rig) -> None:
    _assert_error(rig.get("/api/v1/wallet/garbage", user="alice", headers=FROM_SITE), 502)


def test_503_where_a_plugin_has_no_pod(rig: Rig) -> None:
    def asked() -> Answer:
        return rig.get("/api/ledger/history/x", user="alice", headers=FROM_SITE)

    with rig.replicas("history", 0):
        # While its last pod is ending the controller answers 500: it knows an endpoint then, and gives it no weight.
        wait_for("no pod to be known any more", lambda: asked().status != 500)
        _assert_error(asked(), 503)
    assert rig.get("/api/v1/wallet/x", user="alice").status == 200


def test_the_same_id_is_in_the_error_the_header_and_the_log(rig: Rig) -> None:
    answer = rig.get("/api/v1/wallet/x?token=secret", headers={"authorization": "Bearer bad"}, viewer="198.51.100.77")
    found = rig.log_line(answer.error["requestId"])
    assert answer.headers["x-request-id"] == answer.error["requestId"]
    assert (found["status"], found["path"], found["client"]) == (401, "/api/v1/wallet/x", "198.51.100.77")
    assert "secret" not in str(found)


def test_what_a_plugin_answers_passes_as_it_is(rig: Rig) -> None:
    for status in (401, 403, 404, 429, 500, 503):
        answer = rig.get(f"/api/v1/wallet/status/{status}", user="alice")
        assert (answer.status, answer.json["name"]) == (status, "wallet")
