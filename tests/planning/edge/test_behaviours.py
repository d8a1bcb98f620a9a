"""Who answers for a path of the site."""

import json
import re
import shutil
import subprocess

import pytest

from planning.edge.behaviours import BEHAVIOURS, Caching, behaviour_of, taken
from planning.edge.functions import site_code
from planning.edge.shell_documents import bundle_key, plan_shell_documents
from tests.plugin_plans import real_registry, settings


def test_apis_are_never_kept_and_bundles_for_a_year() -> None:
    by_path = {behaviour.path: behaviour for behaviour in BEHAVIOURS}
    assert all(behaviour.caching is Caching.NEVER for behaviour in BEHAVIOURS if behaviour.gateway)
    assert by_path["/bundles/*"].caching is Caching.IMMUTABLE
    assert by_path["/bundles/registry.json"].caching is Caching.BRIEF


def test_pointers_are_compared_before_the_bundles_that_they_point_to() -> None:
    paths = [behaviour.path for behaviour in BEHAVIOURS]
    assert paths.index("/bundles/registry.json") < paths.index("/bundles/*")
    assert paths.index("/bundles/*/current.json") < paths.index("/bundles/*")


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/wallet/balance",
        "/api/v1/report.pdf",
        "/ws",
        "/ws/chat",
        "/plugins",
        "/plugins/my-dashboard/assets/index.js",
        "/plugins/my-dashboard/production/my-dashboard.css",
    ],
)
def test_apis_web_sockets_and_the_plugin_servers_files_go_to_the_gateway(path: str) -> None:
    found = behaviour_of(path)
    assert found
    assert found.gateway


@pytest.mark.parametrize(
    "path", ["/", "/wallet", "/plugins/my-dashboard", "/plugins/my-dashboard/a/b", "/wsx", "/apis"]
)
def test_pages_are_the_shells_also_those_below_plugins(path: str) -> None:
    assert behaviour_of(path) is None
    assert not re.search(r"\.[A-Za-z0-9]+$", path), "or the shell's document would not be served for it"
    assert "index.html" in site_code()


@pytest.mark.skipif(shutil.which("node") is None, reason="runs CloudFront's JavaScript")
def test_a_page_with_a_dot_in_its_path_is_a_page_and_a_file_is_a_file() -> None:
    pages = ["/", "/users/john.doe", "/docs/v1.2", "/sites/naap.example", "/a.b/c", "/x.jsp"]
    files = ["/favicon.ico", "/assets/index-4f.js", "/assets/INDEX.CSS", "/manifest.webmanifest", "/a.b/c.woff2"]
    asked = f"{site_code()}\nconsole.log(JSON.stringify({json.dumps(pages + files)}.map("
    asked += "uri => handler({request: {uri}}).uri)))"
    node = subprocess.run(["node", "-e", asked], capture_output=True, text=True, check=True)
    assert json.loads(node.stdout) == ["/index.html"] * len(pages) + files


def test_the_shell_gets_every_page_of_every_plugin() -> None:
    routes = [route for spec in real_registry().plugins if spec.frontend for route in spec.frontend.routes]
    assert "/plugins/my-dashboard/*" in routes
    assert [route for route in routes if taken(route)] == []


@pytest.mark.parametrize("route", ["/api/*", "/api/v1/*", "/ws", "/ws/*", "/plugins", "/bundles/*", "/plugins/a.b"])
def test_a_route_that_another_answers_is_seen(route: str) -> None:
    assert taken(route)


def test_bundles_are_kept_for_good_and_what_points_to_them_briefly() -> None:
    bundle = behaviour_of(f"/{bundle_key('my-wallet', '1.0.0', 'my-wallet.js')}")
    documents = plan_shell_documents(registry=real_registry(), settings=settings(1_000))
    pointers = [behaviour_of(f"/{found.key}") for found in (documents.registry, *documents.pointers.values())]
    assert bundle
    assert bundle.caching is Caching.IMMUTABLE
    assert {found.caching for found in pointers if found} == {Caching.BRIEF}
