"""What the application's pages do, and what others would do on them, behind the headers that browsers are sent."""

import base64
import hashlib
import re
from collections.abc import Callable, Generator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from planning.inputs.registry.registry_entry import PluginSpec
from planning.inputs.registry.site import Site
from rehearsal.live.edge.cloudfront.functions import Functions
from tests.browser.application import (
    DECLARED,
    DOMAIN,
    Seen,
    assets_bucket,
    bucket_host,
    document,
    shell_server,
    visit,
)
from tests.browser.chromium import Chromium, chromium
from tests.browser.edge import HEADERS, Edge, Request
from tests.browser.server import Hosts
from tests.components.estate import Estate
from tests.components.recording import Recorded, build
from tests.dataplane.npm import NODE
from tests.planning import samples
from tests.plugin_plans import entry, registry_with

DONE = {
    "inline": "ran",
    "flight": "pushed",
    "style": "rgb(1, 2, 3)",
    "bundle": "mounted",
    "fetch": 200,
    "upload": 200,
    "declared": 200,
    "socket": "open",
    "worker": "worked",
    "frame": "loaded",
    "camera": True,
    "microphone": True,
    "display-capture": True,
    "geolocation": False,
}
FOREIGN = "connect-src https://foreign.example/steal"
"""What the page does that nobody declared."""

OLD_POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob: https:; "
    f"font-src 'self' data:; connect-src 'self' wss://{DOMAIN}; worker-src 'self' blob:; frame-ancestors 'none'"
)
"""What was sent before entries could declare anything."""

Visit = Callable[..., tuple[Seen, Hosts]]


@pytest.fixture(scope="session")
def browser() -> Chromium:
    return chromium()


@pytest.fixture(scope="session")
def functions() -> Generator[Functions]:
    with Functions(NODE) as running:
        yield running


@pytest.fixture
def opened(browser: Chromium, functions: Functions, tmp_path: Path) -> Visit:
    """Opens a page of the site that these resources make, with this document."""

    def visited(records: Sequence[Recorded], page: str, path: str = "/wallet") -> tuple[Seen, Hosts]:
        edge = Edge(records, {"gateway-": shell_server(page), "assets": assets_bucket(page)}, functions)
        return visit(browser, edge, records, path, tmp_path)

    return visited


def estate(*specs: PluginSpec) -> list[Recorded]:
    """The edge of the real registry with these entries in place of its own."""
    return build(lambda: Estate(samples.settings(1_000), registry=registry_with(*specs)))


def declaring(name: str, **declared: Any) -> PluginSpec:
    """An entry of the real registry whose pages need something more."""
    spec = entry(name)
    assert spec.frontend
    return spec.model_copy(update={"frontend": spec.frontend.model_copy(update=declared)})


@pytest.fixture(scope="module")
def application() -> list[Recorded]:
    return estate(declaring("community", connect=(DECLARED,)))


def test_the_applications_pages_do_all_that_they_do_and_nothing_that_nobody_declared(
    application: list[Recorded], opened: Visit
) -> None:
    seen, hosts = opened(application, document(application))
    assert {name: seen.done[name] for name in DONE} == DONE
    assert list(seen.refused) == [FOREIGN]
    assert all("foreign.example" in said for said in seen.console), seen.console
    assert hosts.sent(bucket_host(application), "PUT")
    assert hosts.sent("lvpr.tv", "GET")
    assert hosts.sent("fonts.gstatic.com", "GET")
    assert not hosts.sent("foreign.example", "GET")


def test_what_a_browser_refused_is_reported_to_base_svc(application: list[Recorded], opened: Visit) -> None:
    _, hosts = opened(application, document(application))
    (report,) = [found for found in hosts.sent(DOMAIN, "POST") if found.path == "/api/v1/csp-report"]
    assert b"https://foreign.example/steal" in report.body


def test_the_shells_own_policy_is_replaced_by_the_sites(application: list[Recorded], functions: Functions) -> None:
    page = document(application)
    edge = Edge(application, {"gateway-": shell_server(page), "assets": assets_bucket(page)}, functions)
    asked = Request(method="GET", path="/wallet", headers={"host": DOMAIN})
    own = shell_server(page)(asked).headers
    sent = edge.answer(asked).headers
    assert own["content-security-policy"].startswith("default-src 'none'")
    assert sent["content-security-policy"].startswith("default-src 'self'; ")
    assert "camera=(self)" in sent["permissions-policy"]


def test_with_the_policy_of_before_the_same_page_fails(application: list[Recorded], opened: Visit) -> None:
    seen, hosts = opened([_with_policy(record, OLD_POLICY) for record in application], document(application))
    refused = {found.split()[0] for found in seen.refused}
    assert refused == {"script-src-elem", "script-src", "style-src-elem", "connect-src", "frame-src"}
    assert seen.done["inline"] == "stopped"
    assert not hosts.sent(bucket_host(application), "PUT")


def test_a_static_shell_runs_the_script_whose_hash_its_entry_states_and_no_other(opened: Visit) -> None:
    page = document(estate())
    first, second = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    site = Site(script_hashes=(_hash(first),), style=("fonts.googleapis.com",), unsafe_eval=True)
    records = estate(_static(site))
    seen, hosts = opened(records, document(records))
    assert (seen.done["inline"], seen.done["flight"]) == ("ran", "stopped")
    assert second not in first
    assert "script-src-elem inline" in seen.refused
    assert hosts.sent(DOMAIN, "GET")[0].path == "/wallet", "which the bucket answers with the shell's one document"


def test_a_bundle_that_nobody_said_makes_code_of_text_can_not(opened: Visit) -> None:
    records = estate(_static(Site(unsafe_inline=True)))
    seen, _ = opened(records, document(records))
    assert seen.done["inline"] == "ran"
    assert "script-src eval" in seen.refused
    assert str(seen.done["bundle"]).startswith("failed")


def _static(site: Site) -> PluginSpec:
    """The real site's entry, without a server."""
    spec = entry("web-next")
    fields = {name: getattr(spec, name) for name in ("name", "display_name", "version", "core", "manifest")}
    return PluginSpec(**fields, site=site)


def _hash(script: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}"


def _with_policy(record: Recorded, policy: str) -> Recorded:
    """The page's headers with another content security policy."""
    if record.type != HEADERS or not record.inputs["securityHeadersConfig"].get("contentSecurityPolicy"):
        return record
    security = dict(record.inputs["securityHeadersConfig"])
    security["contentSecurityPolicy"] = {"contentSecurityPolicy": policy, "override": True}
    return replace(record, inputs={**record.inputs, "securityHeadersConfig": security})
