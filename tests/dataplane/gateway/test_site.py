"""The site's server behind the gateway: it has what is nobody else's, and asks by itself who somebody is."""

import time
from collections.abc import Iterator

import pytest

from planning.inputs.registry.sections import Requests
from planning.inputs.registry.site import Site
from tests.dataplane.gateway.plugins import MOST_SECONDS, STOPPED, unlimited
from tests.dataplane.gateway.rig import Rig
from tests.dataplane.gateway.tokens import FORGED, cookie, session
from tests.planning.samples import altered
from tests.wait import wait_for

OWN = "/api/v1/base-svc/own"
SITE = altered(
    unlimited(
        "site",
        api_prefix="/",
        extra_prefixes=(OWN, f"{OWN}/chat", f"{OWN}/mine"),
        requests=Requests(timeout_seconds=MOST_SECONDS, streaming=(f"{OWN}/chat", f"{OWN}/mine/chat")),
    ),
    site=Site(guarded=(f"{OWN}/mine",)),
)
ORIGIN = "https://dev.naap.example"
EVENTS = {"accept": "text/event-stream"}


@pytest.fixture(scope="module")
def site(rig: Rig) -> Iterator[Rig]:
    """The gateway with a site, for as long as this file asks it."""
    assert rig.get("/nobodys").status == 404
    rig.put(SITE)
    for envoy in range(len(rig.envoys)):
        wait_for("the site", lambda e=envoy: rig.get("/nobodys", envoy=e).status == 200)
    rig.settled()
    yield rig
    rig.cluster.objects.delete(rig.routes(SITE))
    for envoy in range(len(rig.envoys)):
        wait_for("it to go", lambda e=envoy: rig.get("/nobodys", envoy=e).status == 404)


@pytest.mark.parametrize(
    "path", ["/", "/login", "/wallet/x", "/_next/static/chunks/a.js", "/api/health", "/api/v1/base-svc/own/x?a=b"]
)
@pytest.mark.parametrize("headers", [{}, EVENTS, {"authorization": "Bearer of.nobody.known"}], ids=str)
def test_a_path_that_is_nobody_elses_is_the_sites_and_arrives_as_it_was(
    site: Rig, path: str, headers: dict[str, str]
) -> None:
    answer = site.get(path, headers=headers)
    assert (answer.status, answer.json["name"], answer.json["path"]) == (200, "site", path)
    assert answer.json["headers"].get("authorization") == headers.get("authorization"), "the server asks by itself"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_the_site_takes_every_method(site: Rig, method: str) -> None:
    answer = site.get("/api/v1/base-svc/own/login", method=method)
    assert (answer.status, answer.json["name"], answer.json["method"]) == (200, "site", method)


def test_no_identity_from_outside_reaches_the_site(site: Rig) -> None:
    assert "x-user-id" not in site.get("/", headers={"x-user-id": "root"}).json["headers"]


@pytest.mark.parametrize(
    ("path", "plugin"), [("/api/v1/wallet/x", "wallet"), ("/api/v1/base-svc/x", "base-svc"), ("/other", "stripped")]
)
def test_what_is_a_plugins_stays_its_own_with_its_checks(site: Rig, path: str, plugin: str) -> None:
    assert site.get(path, user="alice").json["name"] == plugin
    assert site.get(path).status == 401


def test_a_stopped_plugins_paths_do_not_become_the_sites(site: Rig) -> None:
    assert STOPPED.backend
    assert site.get(STOPPED.backend.api_prefix).status == 410


@pytest.mark.parametrize(("method", "path"), [("POST", f"{OWN}/chat/events"), ("GET", "/api/any/events")])
def test_what_the_site_sends_piece_by_piece_arrives_so_and_is_not_cut(site: Rig, method: str, path: str) -> None:
    headers = {**EVENTS, "content-length": "0"} if method == "GET" else {"content-length": "0"}
    with site.client.stream(site.addresses[0], path, headers, method) as stream:
        seen, begin = b"", time.monotonic()
        while time.monotonic() < begin + MOST_SECONDS + 1:
            chunk = stream.recv(4096)
            assert chunk, seen
            seen += chunk
            assert seen.startswith(b"HTTP/1.1 200 "), seen
    assert b"data: 99\n" not in seen, "whoever buffers would have sent all of them at once"


def test_what_the_site_does_not_stream_ends_when_its_entry_says(site: Rig) -> None:
    assert site.get(f"{OWN}/slow?s={MOST_SECONDS + 2}").status == 504
    assert site.get(f"{OWN}/chat/slow?s={MOST_SECONDS + 2}", method="POST").status == 200


@pytest.mark.parametrize("path", [f"{OWN}/mine", f"{OWN}/mine/x", f"{OWN}/mine/chat/x"])
def test_a_guarded_path_of_the_site_needs_a_user(site: Rig, path: str) -> None:
    for refused in ({}, EVENTS, {"authorization": f"Bearer {FORGED}"}, {"x-user-id": "root"}):
        assert site.get(path, headers=refused).status == 401, refused
        assert site.get(path, method="POST", headers=refused).status in (401, 403), refused
    for headers in ({"authorization": f"Bearer {session('alice')}"}, {**cookie("alice"), "origin": ORIGIN}):
        for method in ("GET", "POST"):
            answer = site.get(path, method=method, headers=headers)
            assert (answer.status, answer.json["headers"]["x-user-id"]) == (200, "alice")
    foreign = {**cookie("alice"), "origin": "https://evil.example"}
    assert site.get(path, method="POST", headers=foreign).status == 403
