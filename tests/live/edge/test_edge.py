"""The edge as a process of a rehearsal: started from the stack's state, found again, ended."""

import json
import threading
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
import requests

from rehearsal import RehearsalError
from rehearsal.live.data.authority import Authority
from rehearsal.live.edge.edge import Edge, Surroundings
from rehearsal.live.edge.tour import Tour, candidates, register
from tests.components.recording import Recorded
from tests.dataplane.npm import NODE
from tests.plugin_plans import plugin_plans

AROUND = Surroundings(node=NODE, network=None, address="10.64.0.5", clusters=(), store=None)


@pytest.fixture
def edge(tmp_path: Path) -> Generator[Edge]:
    made = Edge(tmp_path / "edge")
    yield made
    made.stop()


def state(records: Sequence[Recorded]) -> list[dict[str, Any]]:
    """As the engine exports it."""
    return [
        {"type": one.type, "id": one.outputs.get("id"), "inputs": one.inputs, "outputs": one.outputs} for one in records
    ]


def status(edge: Edge, path: str) -> int:
    with requests.Session() as session:
        session.trust_env = False
        return session.get(f"{edge.url}{path}", verify=str(edge.authority), timeout=10).status_code


def test_it_answers_as_the_stack_says_keeps_its_port_and_leaves_nothing(
    edge: Edge, records: list[Recorded], tmp_path: Path
) -> None:
    authority = Authority(tmp_path, "Trial")
    edge.start(state(records), authority, AROUND)
    first, url = edge.pid(), edge.url
    assert status(edge, "/api/v1/x") == 503, "a load balancer without targets"
    assert status(edge, "/bundles/x/1.0.0/x.js") == 502, "a bucket that nobody serves"
    edge.start(state(records), authority, AROUND)
    assert edge.url == url
    assert edge.pid() not in (None, first)
    assert (tmp_path / "edge" / "settings.json").stat().st_mode & 0o077 == 0
    edge.stop()
    assert edge.pid() is None


def test_a_stack_that_the_edge_can_not_play_says_what_it_is(
    edge: Edge, records: list[Recorded], tmp_path: Path
) -> None:
    authority = Authority(tmp_path, "Trial")
    with pytest.raises(RehearsalError, match="has no CDN yet"):
        edge.start([], authority, AROUND)
    broken = [one for one in state(records) if not one["type"].endswith(":TargetGroup")]
    with pytest.raises(RehearsalError, match="0 resources of type aws:lb/targetGroup:TargetGroup have the arn"):
        edge.start(broken, authority, AROUND)
    assert edge.pid() is None


def test_a_user_who_can_not_be_made_is_said(edge: Edge, records: list[Recorded], tmp_path: Path) -> None:
    edge.start(state(records), Authority(tmp_path, "Trial"), AROUND)
    with pytest.raises(RehearsalError, match=r"/api/v1/auth/register answered 503: .*no target"):
        register(edge.url, edge.authority, tmp_path / "token")
    assert not (tmp_path / "token").exists()


@contextmanager
def site(answers: Mapping[str, object]) -> Generator[str]:
    """One that answers by path, to those who have a password. Yields its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            sent = json.loads(self.rfile.read(int(self.headers["content-length"])))
            body = json.dumps(answers[self.path] if sent["email"] and sent["password"] else {}).encode()
            self.send_response(200)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


MAILED = {"success": True, "data": {"message": "If the account can be registered, check your email"}}
"""Of the application's apps/web-next/src/app/api/v1/auth/register/route.ts at 2893ab65, and of login/route.ts:"""
SIGNED_IN: Mapping[str, object] = {
    "success": True,
    "data": {"user": {}, "token": "a-token", "expiresAt": "2026-12-01T00:00:00.000Z"},
}


def test_a_user_is_whom_the_site_hands_a_token_at_once_or_when_they_sign_in(tmp_path: Path) -> None:
    token = tmp_path / "token"
    told: Sequence[Mapping[str, object]] = (
        {"/api/v1/auth/register": SIGNED_IN},
        {"/api/v1/auth/register": SIGNED_IN["data"]},
        {"/api/v1/auth/register": MAILED, "/api/v1/auth/login": SIGNED_IN},
    )
    for answers in told:
        with site(answers) as url:
            register(url, tmp_path, token)
        assert token.read_text() == "a-token"
        token.unlink()
    mute = {"/api/v1/auth/register": MAILED, "/api/v1/auth/login": MAILED}
    with site(mute) as url, pytest.raises(RehearsalError, match="login answered 200, and no token among message"):
        register(url, tmp_path, token)


def test_the_tour_asks_the_plugin_that_allows_least_once_too_often() -> None:
    plans = list(plugin_plans(1_000).values())
    limit, path = candidates(plans)[0]
    limits = [one.routes.limits.user_per_minute for one in plans if one.routes and not one.spec.core]
    assert limit == min(limits)
    tour = Tour(url="https://localhost:1", authority=Path("/ca"), token=Path("/token"), path=path, limit=limit)
    assert f"[1-{limit + 10}]" in tour.lines[2]
    assert "/token" not in tour.lines[0]
