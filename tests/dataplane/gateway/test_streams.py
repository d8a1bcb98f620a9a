"""WebSockets and event streams: neither buffered nor cut, for whoever may."""

import pytest

from tests.dataplane.gateway.plugins import MOST_SECONDS
from tests.dataplane.gateway.rig import Rig

SITE = "https://dev.naap.example"
SESSION = {"cookie": "session=good-bob"}
LIVE = "/api/v1/mixed/live/room"


def test_a_websocket_opens_by_session_from_the_site_and_by_token(rig: Rig) -> None:
    for headers in ({**SESSION, "origin": SITE}, {"authorization": f"Bearer {rig.issuer.token('alice')}"}):
        opened = rig.client.websocket(rig.addresses[0], LIVE, headers)
        assert opened.status == 101
        assert opened.echo("hello") == "hello"
        opened.close()


@pytest.mark.parametrize(
    "headers",
    [{}, {"cookie": "session=forged"}, {**SESSION, "origin": "https://evil.example"}, {"authorization": "Bearer x"}],
    ids=["nobody", "bad session", "foreign page", "bad token"],
)
def test_a_websocket_is_refused_to(rig: Rig, headers: dict[str, str]) -> None:
    assert rig.client.websocket(rig.addresses[0], LIVE, headers).status in (401, 403)


@pytest.mark.parametrize(
    ("method", "path", "accept"),
    [
        ("GET", "/api/v1/mixed/events", "text/event-stream"),
        ("GET", "/api/v1/wallet/events", "application/json, text/event-stream;q=0.9"),
        ("POST", "/api/v1/files/chat/events", "application/json"),
    ],
)
def test_what_is_sent_piece_by_piece_arrives_so(rig: Rig, method: str, path: str, accept: str) -> None:
    headers = {**SESSION, "origin": SITE, "content-length": "0", "accept": accept}
    with rig.client.stream(rig.addresses[0], path, headers, method) as stream:
        seen = b""
        while b"data: 2\n" not in seen:
            chunk = stream.recv(4096)
            assert chunk, seen
            seen += chunk
            assert seen.startswith(b"HTTP/1.1 200 "), seen
    # Three of a hundred, half a second apart: whoever buffers would have sent all of them at once.
    assert b"data: 99\n" not in seen
    assert b"text/event-stream" in seen


@pytest.mark.parametrize("headers", [{}, {"naap-events": "true"}], ids=["as it is", "claims to take events"])
def test_a_request_ends_when_its_entry_says_and_a_streaming_path_goes_on(rig: Rig, headers: dict[str, str]) -> None:
    slow = f"slow?s={MOST_SECONDS + 2}"
    ended = rig.get(f"/api/v1/files/{slow}", user="alice", headers=headers)
    assert (ended.status, ended.error["code"]) == (504, "timeout")
    assert rig.get(f"/api/v1/wallet/{slow}", user="alice").status == 200
    for method in ("GET", "POST"):
        assert rig.get(f"/api/v1/files/chat/{slow}", user="alice", method=method, headers=headers).status == 200


def test_a_stream_outlives_the_time_of_a_request(rig: Rig) -> None:
    """The settings, as 30 s of a test would prove no more: the route of a stream has no timeout."""
    found = rig.routes_of("/api/v1/mixed/live")
    assert found
    assert all(route["timeout"] == "0s" for route in found)
    assert all(route["idle_timeout"] == "600s" for route in found), found
