"""Requests to an API server that is short of time, played by one that counts what it is asked."""

import json
import threading
from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from rehearsal import RehearsalError
from rehearsal.control_plane.kube_api import KubeApi, Object

BUSY = {"message": "storage is (re)initializing"}
DONE: Object = {"kind": "NodeClaimList", "items": []}


@contextmanager
def api_server(busy: int) -> Generator[tuple[KubeApi, list[str]]]:
    """An API server that asks to come back later so many times; the methods of the requests it got."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            asked.append(self.command)
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            later = len(asked) <= busy
            body = json.dumps(BUSY if later else DONE).encode()
            self.send_response(429 if later else 200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = _answer  # noqa: N815  # names that the base class asks for

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # of the base class
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield KubeApi(f"http://127.0.0.1:{server.server_port}", Path("none"), "token"), asked
        finally:
            server.shutdown()


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_server_that_asks_to_come_back_later_is_asked_again(method: str) -> None:
    with api_server(busy=3) as (api, asked):
        assert api.request(method, "/apis/karpenter.sh/v1/nodeclaims") == DONE

    assert asked == [method] * 4


def test_one_that_stays_busy_is_named_with_what_it_said() -> None:
    with api_server(busy=99) as (api, asked), pytest.raises(RehearsalError, match=r"\(429\): storage is"):
        api.request("GET", "/apis/karpenter.sh/v1/nodeclaims")

    assert len(asked) > 3
