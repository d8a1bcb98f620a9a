"""WebSockets and event streams: neither buffered nor cut, for whoever may."""

import pytest

from tests.dataplane.gateway.rig import Rig
from tests.dataplane.gateway.tokens import FORGED, cookie, session

SITE = "https://dev.naap.example"
SESSION = cookie("bob")
LIVE = "/api/v1/mixed/live/room"


def test_a_websocket_opens_by_session_from_the_site_and_by_token(rig: Rig) -> None:
    for headers in ({**SESSION, "origin": SITE}, {"authorization": f"Bearer {session('alice')}"}):
        opened = rig.client.websocket(rig.addresses[0], LIVE, headers)
        assert opened.status == 101
        assert opened.echo("hello") == "hello"
        opened.close()


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"cookie": f"naap_auth_token={FORGED}"},
        {**SESSION, "origin": "https://evil.example"},
        {"authorization": "Bearer x"},
    ],
    ids=["nobody", "bad session", "foreign page", "bad token"],
)
def test_a_websocket_is_refused_to(rig: Rig, headers: dict[str, str]) -> None:
    assert rig.client.websocket(rig.addresses[0], LIVE, headers).status in (401, 403)


@pytest.mark.parametrize("path", ["/api/v1/mixed/events", "/api/v1/wallet/events"])
def test_events_arrive_one_by_one(rig: Rig, path: str) -> None:
    headers = {**SESSION, "accept": "text/event-stream"}
    with rig.client.stream(rig.addresses[0], path, headers) as stream:
        seen = b""
        while b"data: 2\n" not in seen:
            chunk = stream.recv(4096)
            assert chunk, seen
            seen += chunk
            assert seen.startswith(b"HTTP/1.1 200 "), seen
    # Three of a hundred, half a second apart: whoever buffers would have sent all of them at once.
    assert b"data: 99\n" not in seen
    assert b"text/event-stream" in seen


def test_a_stream_outlives_the_time_of_a_request(rig: Rig) -> None:
    """The settings, as 30 s of a test would prove no more: the route of a stream has no timeout."""
    found = rig.routes_of("/api/v1/mixed/live")
    assert found
    assert all(route["timeout"] == "0s" for route in found)
    assert all(route["idle_timeout"] == "600s" for route in found), found
