"""The example shell and plugin in a real browser, behind the CDN's behaviours, functions and headers as the program
makes them, with their real servers."""

import json
from collections.abc import Generator, Mapping
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from planning.edge.shell_documents import plan_shell_documents
from rehearsal.live.edge.cloudfront.functions import Functions
from rehearsal.live.images.examples import BASE, PLUGIN, SHELL, bundles
from tests.browser.application import TOLD, Seen, bucket_host, visit
from tests.browser.chromium import chromium
from tests.browser.edge import Answer, Edge, Request
from tests.browser.server import Hosts
from tests.dataplane.npm import NODE
from tests.examples.platform import Examples, Running

DRIVE = "/_next/static/drive.js"
_DRIVE = Path(__file__).with_name("drive.js")
_PASSED = ("cache-control", "content-security-policy", "set-cookie")


class Site:
    """The gateway and the assets bucket. Played of the gateway: prefixes, and whose a request is, which it asks the
    base service as the sign-in program does."""

    def __init__(self, examples: Examples) -> None:
        self._domain = examples.planned.settings.domain
        self._base = examples.start(BASE, examples.environment("base-svc"))
        at = {"BASE_SVC_URL": f"http://127.0.0.1:{self._base.port}", "IMMUTABLE_PATH": "/_next/static"}
        self._shell = examples.start(SHELL, examples.environment("web-next", **at), "/login")
        self._notes = examples.start(PLUGIN, examples.environment("notes"))
        planned = examples.planned
        documents = plan_shell_documents(registry=planned.registry, settings=planned.settings)
        self._assets = {f"/{documents.registry.key}": (documents.registry.content, "application/json")}
        self._assets |= {
            f"/{key}": (path.read_text(), "text/javascript") for key, path in bundles(planned.registry).items()
        }

    def gateway(self, request: Request) -> Answer:
        """The longest prefix."""
        if request.path == DRIVE:
            return Answer(body=_DRIVE.read_text(), kind="text/javascript")
        if request.path == TOLD:
            return Answer()
        if request.path.startswith("/api/v1/notes"):
            user = self._user(request)
            return _passed(self._notes, request, self._domain, {"x-user-id": user}) if user else Answer(status=401)
        if request.path.startswith("/api/") and not request.path.startswith("/api/v1/auth/"):
            return _passed(self._base, request, self._domain, {})
        page = _passed(self._shell, request, self._domain, {})
        if page.kind.startswith("text/html"):
            with_drive = page.body.replace("</head>", f'<script src="{DRIVE}" defer></script></head>')
            return Answer(body=with_drive, kind=page.kind, headers=page.headers)
        return page

    def assets(self, request: Request) -> Answer:
        """Of the bucket."""
        body, kind = self._assets.get(request.path, ("", ""))
        return Answer(body=body, kind=kind) if body else Answer(status=403)

    def _user(self, request: Request) -> str | None:
        _, _, token = request.headers.get("cookie", "").partition("naap_auth_token=")
        found = self._base.ask("/api/v1/auth/me", headers={"authorization": f"Bearer {token}"})
        return str(json.loads(found.body)["user"]["id"]) if found.status == 200 else None


def _passed(running: Running, request: Request, host: str, more: Mapping[str, str]) -> Answer:
    kept = {name: request.headers[name] for name in ("cookie", "origin", "content-type") if name in request.headers}
    found = running.ask(request.path, method=request.method, headers={**kept, **more, "host": host}, body=request.body)
    headers = {name: found.headers[name] for name in _PASSED if name in found.headers}
    kind = found.headers.get("content-type", "text/plain")
    return Answer(body=found.body, kind=kind, status=found.status, headers=headers)


@pytest.fixture(scope="module")
def functions() -> Generator[Functions]:
    with Functions(NODE) as running:
        yield running


@pytest.fixture(scope="module")
def visited(examples: Examples, functions: Functions, tmp_path_factory: pytest.TempPathFactory) -> tuple[Seen, Hosts]:
    """Somebody who never was there opens the plugin's page, makes an account, and writes a note."""
    browser, site = chromium(), Site(examples)
    edge = Edge(examples.records, {"gateway-": site.gateway, "assets": site.assets}, functions)
    return visit(browser, edge, examples.records, "/notes", tmp_path_factory.mktemp("browser"))


def test_a_note_and_its_file_are_written_in_a_browser_and_no_policy_stops_anything(
    visited: tuple[Seen, Hosts], examples: Examples
) -> None:
    seen, hosts = visited
    assert (seen.done["note"], seen.done["said"]) == ("written in a browser", "")
    assert (list(seen.refused), list(seen.console)) == ([], [])
    bucket = bucket_host(examples.records)
    (upload,) = hosts.sent(bucket, "PUT")
    assert (upload.body, upload.headers["content-type"]) == (b"hello", "text/plain")
    assert upload.path.startswith("/notes/")
    file = urlsplit(str(seen.done["file"]))
    assert (file.hostname, file.path) == (bucket, upload.path)
    (kept,) = examples.server.psql(
        "SELECT n.text FROM plugin_notes.notes n JOIN public.\"User\" u ON u.id = n.user_id AND u.email LIKE 'ann@%'",
        user="rdsadmin",
    ).out.splitlines()
    assert kept == "written in a browser"


def test_the_menu_is_that_of_the_platforms_own_list(visited: tuple[Seen, Hosts], examples: Examples) -> None:
    listed = [spec.frontend.navigation for spec in examples.planned.registry.plugins if spec.frontend]
    assert sorted(visited[0].done["menu"]) == sorted(found.label for found in listed if found)


def test_scripts_can_not_read_the_cookie(visited: tuple[Seen, Hosts]) -> None:
    assert visited[0].done["cookie"] == ""
