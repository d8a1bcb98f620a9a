"""The program by which a proxy finds a request's user, in an Envoy alone: what it asks, which answers it believes."""

import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from components.gateway.xds_patches import sign_in_service
from planning.gateway.sign_in import METADATA, plan_sign_in
from rehearsal.control_plane.programs import free_port
from rehearsal.live.gateway import envoy
from rehearsal.progress import Progress
from rehearsal.tools.toolbox import Toolbox
from tests.planning.samples import settings
from tests.wait import wait_for

TOKEN = "0123456789abcdef" * 4  # opens nothing
_HTTP = "type.googleapis.com/envoy.extensions.filters"
USER = '{"user": {"id": "alice"}}'
HELD = 20
"""Answers of a generation, which a test can fill."""


@dataclass
class Service:
    """Answers what it is told to, and keeps what it was asked."""

    status: int = 200
    body: str = USER
    seconds: float = 0.0
    asked: list[tuple[str, str, str | None]] = field(default_factory=list[tuple[str, str, str | None]])


@dataclass(frozen=True)
class Found:
    """What the program has made of a request."""

    user: str
    noted: str
    authorization: str


@dataclass(frozen=True)
class Proxy:
    """An Envoy of one worker, which answers every request with what it would have passed on."""

    service: Service
    port: int

    def get(self, path: str = "/x", **headers: str) -> Found:
        """A request with these headers; with a good token where none is stated."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request("GET", path, headers=headers or {"authorization": f"Bearer {TOKEN}"})
            answer = connection.getresponse()
            answer.read()
            told = {name: answer.headers.get(name, "") for name in ("found-user", "found-note", "found-token")}
            return Found(*("" if value == "-" else value for value in told.values()))
        finally:
            connection.close()


@contextmanager
def _running(folder: Path, program: Path, **stated: Any) -> Generator[Proxy]:
    service = Service()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            service.asked.append((self.command, self.path, self.headers.get("authorization")))
            time.sleep(service.seconds)
            self.send_response(service.status)
            self.send_header("content-length", str(len(service.body.encode())))
            self.end_headers()
            self.wfile.write(service.body.encode())

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002, ARG002  # the base class's
            return

        do_GET = do_POST = answer  # noqa: N815  # the base class's names

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    port = free_port()
    command = [str(program), "--concurrency", "1", "--use-dynamic-base-id", "-l", "warning", "--config-yaml"]
    configuration = json.dumps(_configuration(port, server.server_address[1], stated))
    with (folder / "envoy.log").open("wb") as log:
        process = subprocess.Popen([*command, configuration], stderr=log)
    try:
        wait_for("Envoy", lambda: socket.create_connection(("127.0.0.1", port), timeout=1).close() or True)
        yield Proxy(service, port)
        assert "[error]" not in (folder / "envoy.log").read_text()
    finally:
        process.kill()
        process.wait()
        server.shutdown()


def _configuration(port: int, service: int, stated: dict[str, Any]) -> dict[str, Any]:
    plan = plan_sign_in(settings(stated={"sign_in": stated, "jwt_issuer": "https://issuer.example/"}))
    (patch,) = sign_in_service(plan)["jsonPatches"]
    cluster = patch["operation"]["value"]
    (endpoint,) = cluster["load_assignment"]["endpoints"][0]["lb_endpoints"]
    endpoint["endpoint"]["address"]["socket_address"] = {"address": "127.0.0.1", "port_value": service}
    told = {
        "found-user": "%REQ(x-user-id)%",
        "found-note": f"%DYNAMIC_METADATA({METADATA}:user)%",
        "found-token": "%REQ(authorization)%",
    }
    source = plan.program.replace("local HELD = 10000", f"local HELD = {HELD}")
    assert source != plan.program
    lua = {"@type": f"{_HTTP}.http.lua.v3.Lua", "default_source_code": {"inline_string": source}}
    route = {
        "match": {"prefix": "/"},
        "direct_response": {"status": 200},
        "response_headers_to_add": [{"header": {"key": key, "value": value}} for key, value in told.items()],
    }
    manager = {
        "@type": f"{_HTTP}.network.http_connection_manager.v3.HttpConnectionManager",
        "stat_prefix": "test",
        "upgrade_configs": [{"upgrade_type": "websocket"}],
        "route_config": {"virtual_hosts": [{"name": "all", "domains": ["*"], "routes": [route]}]},
        "http_filters": [
            {"name": "sign-in", "typed_config": lua},
            {"name": "router", "typed_config": {"@type": f"{_HTTP}.http.router.v3.Router"}},
        ],
    }
    listener = {
        "name": "test",
        "address": {"socket_address": {"address": "127.0.0.1", "port_value": port}},
        "filter_chains": [{"filters": [{"name": "http", "typed_config": manager}]}],
    }
    return {"static_resources": {"listeners": [listener], "clusters": [{**cluster, "type": "STATIC"}]}}


@pytest.fixture(scope="module")
def program() -> Path:
    progress = Progress(sys.stderr)
    return envoy(Toolbox(progress), progress)


@pytest.fixture(scope="module")
def forgetful(program: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    """Keeps no answer."""
    with _running(tmp_path_factory.mktemp("forgetful"), program, keep_seconds=0) as proxy:
        yield proxy


def _answering(proxy: Proxy, status: int, body: str) -> Found:
    proxy.service.status, proxy.service.body = status, body
    try:
        return proxy.get()
    finally:
        proxy.service.status, proxy.service.body = 200, USER


def test_the_service_is_asked_as_stated(forgetful: Proxy) -> None:
    forgetful.service.asked.clear()
    assert forgetful.get() == Found("alice", "", f"Bearer {TOKEN}")
    assert forgetful.service.asked == [("GET", "/api/v1/auth/me", f"Bearer {TOKEN}")]


@pytest.mark.parametrize(
    ("body", "user"),
    [
        (' { "a" : [ 1 , -2.5e3 , true , null , { } , [ ] , "x" ] , "user" : { "id" : "b-1" } } ', "b-1"),
        ('{"user": {"id": 42}}', "42"),
        ('{"user": {"name": "\\"id\\": \\"root\\"", "id": "carol"}}', "carol"),
        ('{"user": {"id": "root"}, "user": {"id": "last@counts.example"}}', "last@counts.example"),
        ('{"other": {"user": {"id": "root"}}, "user": {"id": "dora"}}', "dora"),
    ],
)
def test_the_user_is_read_where_it_is_stated_to_stand(forgetful: Proxy, body: str, user: str) -> None:
    assert _answering(forgetful, 200, body).user == user


@pytest.mark.parametrize(
    "body",
    [
        "",
        "null",
        "[]",
        '"alice"',
        "{}",
        '{"user": "alice"}',
        '{"user": {"id": null}}',
        '{"user": {"id": true}}',
        '{"user": {"id": ""}}',
        '{"user": {"id": ["alice"]}}',
        '{"user": {"id": "al ice"}}',
        '{"user": {"id": "alice\\r\\nx-user-role: admin"}}',
        '{"user": {"id": "\\u0061lice"}}',
        '{"user": {"id": "alice"}',
        '{"user": {"id": "alice"}} {}',
        '{"user": {"id": "alice",}}',
        "{user: {id: 1}}",
        '{"user.id": "alice"}',
        json.dumps({"user": {"id": "a" * 129}}),
        json.dumps({"user": {"id": "alice", "more": "x" * 70_000}}),
        "[" * 100 + "]" * 100,
        "<html>alice</html>",
    ],
)
def test_an_answer_that_names_no_user_as_stated_is_no_answer(forgetful: Proxy, body: str) -> None:
    assert _answering(forgetful, 200, body) == Found("", "unknown", f"Bearer {TOKEN}")


@pytest.mark.parametrize(
    ("status", "noted"),
    [(401, "none"), (403, "none"), (302, "unknown"), (404, "unknown"), (429, "unknown"), (500, "unknown")],
)
def test_only_401_and_403_say_that_a_token_is_nobody_s(forgetful: Proxy, status: int, noted: str) -> None:
    forgetful.service.asked.clear()
    assert _answering(forgetful, status, USER).noted == noted
    assert len(forgetful.service.asked) == 1


def test_who_may_be_only_late_is_asked_once_more(forgetful: Proxy) -> None:
    forgetful.service.asked.clear()
    assert _answering(forgetful, 503, "").noted == "unknown"
    assert len(forgetful.service.asked) == 2


def test_nobody_is_asked_about_what_is_no_token(forgetful: Proxy) -> None:
    forgetful.service.asked.clear()
    for headers in (
        {"authorization": "Bearer"},
        {"authorization": "Bearer a b"},
        {"authorization": f"Bearer {'x' * 5_000}"},
        {"authorization": "Basic eDp5"},
        {"authorization": "Bearer eyJhbGciOiJSUzI1NiJ9.e30.c2ln"},  # judged by the issuer's keys
        *(
            {"authorization": f"Bearer {no}"}
            for no in (TOKEN[1:], f"{TOKEN}0", TOKEN.upper(), "naap_AbC", f"{TOKEN[:-1]}g")
        ),
        *({"cookie": f"naap_auth_token={no}"} for no in (TOKEN[1:], f"{TOKEN}0", TOKEN.upper(), "%41" * 21 + "a")),
        {"cookie": f"other={TOKEN}"},
        {"cookie": f"naap_auth_token={TOKEN}", "authorization": "Bearer"},
        {"cookie": f"naap_auth_token={TOKEN}", "naap-scheme": "Bearer"},  # sent to the rules for tokens: no CSRF there
        {"accept": "*/*"},
    ):
        assert forgetful.get(**headers).noted == "none", headers
    assert forgetful.get(f"/x?token={TOKEN}", accept="*/*").noted == "none", "a query counts for WebSockets only"
    assert forgetful.service.asked == []


def test_answers_are_kept_as_long_as_stated_and_then_one_request_asks_again(program: Path, tmp_path: Path) -> None:
    with _running(tmp_path, program, keep_seconds=2) as proxy:
        assert {proxy.get().user for _ in range(10)} == {"alice"}
        assert len(proxy.service.asked) == 1
        proxy.service.status = 401
        assert wait_for("the answer to age", lambda: proxy.get().noted == "none")
        assert len(proxy.service.asked) == 2
        assert {proxy.get().noted for _ in range(10)} == {"none"}
        assert len(proxy.service.asked) == 2


def test_tokens_that_are_made_up_push_no_user_out(program: Path, tmp_path: Path) -> None:
    """More of them than two generations of answers hold."""
    with _running(tmp_path, program, keep_seconds=60, token="[0-9a-z]{6}") as proxy:  # noqa: S106  # what tokens look like
        known = {"authorization": "Bearer known0"}
        assert proxy.get(**known).user == "alice"
        proxy.service.status = 401
        for number in range(3 * HELD):
            assert proxy.get(authorization=f"Bearer {number:06d}").noted == "none"
        assert len(proxy.service.asked) == 1 + 3 * HELD, "each was asked about"
        assert proxy.get(**known).user == "alice"
        assert len(proxy.service.asked) == 1 + 3 * HELD
        proxy.get(authorization="Bearer 000000")
        assert len(proxy.service.asked) == 2 + 3 * HELD, "of refusals the oldest are forgotten"


def test_other_settings_are_followed(program: Path, tmp_path: Path) -> None:
    stated = {"path": "/whoami", "method": "POST", "identity": "data.user.id", "cookie": "sid", "keep_seconds": 0}
    with _running(tmp_path, program, **stated) as proxy:
        proxy.service.body = '{"data": {"user": {"id": "eve"}}}'
        assert proxy.get(cookie=f"sid={TOKEN}") == Found("eve", "", f"Bearer {TOKEN}")
        assert proxy.service.asked == [("POST", "/whoami", f"Bearer {TOKEN}")]
