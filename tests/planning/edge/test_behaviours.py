"""Who answers for a path of the site: at the CDN, and behind it at the gateway."""

import json
import shutil
import subprocess

import pytest

from planning.edge.behaviours import BehavioursPlan, Caching, plan_behaviours
from planning.edge.functions import site_code
from planning.edge.shell_documents import bundle_key, plan_shell_documents
from planning.inputs.registry.registry_entry import PluginSpec, Registry
from planning.inputs.registry.site import Site
from tests.plugin_plans import entry, real_registry, registry_with, settings, without

SERVER, FILES = "a server", "files"
KINDS = {SERVER: real_registry(), FILES: without("web-next")}


def behaviours(kind: str = SERVER) -> BehavioursPlan:
    return plan_behaviours(KINDS[kind].plugins)


def owner(path: str, registry: Registry | None = None) -> str:
    """Who answers a path: an entry, the bundles, the bucket's files, or the gateway itself, by 404."""
    entries = (registry or real_registry()).plugins
    plan = plan_behaviours(entries)
    found = plan.of(path)
    if found and not found.gateway:
        return "bundles"
    if not found and not plan.site_server:
        return "files"
    prefixes = {prefix: spec.name for spec in entries for _, prefix in spec.stated_prefixes()}
    matching = [prefix for prefix in prefixes if prefix == "/" or f"{path}/".startswith(f"{prefix}/")]
    return prefixes[max(matching, key=len)] if matching else "404"


# What pages and programs of the application ask for, by file and line of github.com/livepeer/naap at 2893ab65, and
# whose route answers: apps/web-next/src/app/api for the shell, services/base-svc/src/routes for base-svc.
ASKED = {
    # apps/web-next/src:
    "/": "web-next",  # app/page.tsx
    "/login": "web-next",  # app/(auth)/login
    "/dashboard": "web-next",  # app/(dashboard)/dashboard
    "/wallet/portfolio": "web-next",  # middleware.ts:26, a page of a plugin
    "/plugins/serviceGateway": "web-next",  # app/(dashboard)/plugins/[pluginName]
    "/plugins/my-dashboard": "web-next",  # components/layout/sidebar.tsx:280
    "/docs/guides/v1.2": "web-next",  # app/docs/[...slug]
    "/icon.svg": "web-next",  # app/icon.svg
    "/_next/static/chunks/main.js": "web-next",
    "/_next/image": "web-next",
    "/api/health": "web-next",  # app/api/health/route.ts
    "/api/signer/device/exchange": "web-next",  # app/api/signer/device/exchange/route.ts
    "/api/v1/auth/login": "web-next",  # contexts/auth-context.tsx; app/api/v1/auth/login/route.ts:35 sets the cookie
    "/api/v1/auth/csrf": "web-next",  # contexts/auth-context.tsx:84; app/api/v1/auth/csrf/route.ts
    "/api/v1/auth/profile": "web-next",  # app/(dashboard)/settings/page.tsx:201
    "/api/v1/auth/callback/google": "web-next",  # app/api/v1/auth/callback/[provider]/route.ts:69
    "/api/v1/teams/t1/members": "web-next",  # components/teams; app/api/v1/teams/[teamId]/members
    "/api/v1/admin/feature-flags": "web-next",  # app/(dashboard)/admin/settings/page.tsx
    "/api/v1/secrets/key/rotate": "web-next",  # app/(dashboard)/admin/secrets/page.tsx:100
    "/api/v1/base/plugins/personalized": "web-next",  # contexts/plugin-context.tsx
    "/api/v1/base/plugins/preferences": "web-next",  # app/(dashboard)/marketplace/page.tsx
    "/api/v1/base/user/preferences": "web-next",  # app/(dashboard)/settings/page.tsx
    "/api/v1/registry/packages/x/reviews": "web-next",  # app/(dashboard)/marketplace/page.tsx
    "/api/v1/installations/x": "web-next",  # app/(dashboard)/settings/page.tsx:534
    "/api/v1/dashboard/kpi": "web-next",  # plugins/dashboard-data-provider/frontend/src/provider.ts:49
    "/api/v1/gw/catalog": "web-next",  # plugins/service-gateway/frontend/src/pages/ConnectorDetailPage.tsx:1340
    "/api/v1/orchestrator-leaderboard/rank": "web-next",  # plugins/orchestrator-leaderboard/frontend/src/lib/api.ts:8
    "/api/v1/network/capacity": "web-next",  # components/dashboard/overview-content.tsx:1917
    "/api/v1/realtime/token": "web-next",  # lib/realtime/ably.ts:350
    "/api/v1/storage/upload": "web-next",  # app/api/v1/storage/upload/route.ts
    # services/base-svc/src/routes:
    "/api/v1/csp-report": "base-svc",  # base.ts:60
    "/api/v1/base/config/features": "base-svc",  # base.ts:177
    "/api/v1/tenant/installations/i1/preferences": "base-svc",  # tenant.ts:166; contexts/shell-context.tsx:1148
    "/api/v1/plugins/my-wallet/config": "base-svc",  # metadata.ts:63; packages/plugin-sdk/src/hooks/usePluginConfig.ts
    "/api/v1/integrations/ai/status": "base-svc",  # lifecycle.ts:311; packages/plugin-sdk/src/hooks/useIntegration.ts
    "/api/v1/registry/publish": "base-svc",  # registry.ts:552
    "/api/v1/metrics/summary": "base-svc",  # metadata.ts:119
    "/ws": "base-svc",  # services/websocket.ts
    "/ws/chat": "base-svc",
    # plugins' backends, for whose paths the shell has files as well
    "/api/v1/wallet/portfolio": "my-wallet",
    "/api/v1/community/posts": "community",
    "/api/v1/developer/keys": "developer-api",
    "/api/v1/daydream/sessions": "daydream-video",
    "/bundles/my-wallet/1.0.0/my-wallet.js": "bundles",  # PLUGIN_CDN_URL: packages/database/src/plugin-discovery.ts:68
}


@pytest.mark.parametrize(("path", "expected"), ASKED.items())
def test_what_the_application_asks_for_is_answered_by_whose_route_it_is(path: str, expected: str) -> None:
    assert owner(path) == expected


@pytest.mark.parametrize("kind", KINDS)
def test_no_path_falls_between_those_who_answer(kind: str) -> None:
    unclaimed = ["/never/heard/of", "/x.y", "/apis", "/wsx", "/bundlesx", "/api/v2/x", "/_next/data/x.json"]
    stated = [prefix for spec in KINDS[kind].plugins for _, prefix in spec.stated_prefixes()]
    for path in [*ASKED, *unclaimed, *stated]:
        # Without a server, /api beside /api/v1 is nobody's, and the gateway says so.
        nobodys = kind == FILES and path.startswith("/api/") and not f"{path}/".startswith("/api/v1/")
        assert (owner(path, KINDS[kind]) == "404") == nobodys, path


@pytest.mark.parametrize("kind", KINDS)
def test_no_path_has_two_behaviours_of_which_one_is_never_reached(kind: str) -> None:
    paths = [found.path for found in behaviours(kind).listed]
    assert len(paths) == len(set(paths))
    for number, path in enumerate(paths):
        first = behaviours(kind).of(path.replace("*", "x"))
        assert first
        assert first.path == path, f"{path}, the {number}th, is taken by {first.path}"


@pytest.mark.parametrize("kind", KINDS)
def test_every_prefix_of_a_backend_reaches_the_gateway(kind: str) -> None:
    plan = behaviours(kind)
    for spec in KINDS[kind].plugins:
        for _, prefix in spec.stated_prefixes():
            for path in (prefix, f"{prefix.rstrip('/')}/below"):
                found = plan.of(path)
                assert found.gateway if found else plan.site_server, path


def test_apis_and_pages_of_a_server_are_never_kept_and_its_files_and_bundles_for_a_year() -> None:
    by_path = {found.path: found for found in behaviours().listed}
    assert by_path["/api/*"].caching is Caching.NEVER
    assert by_path["/_next/static/*"].caching is Caching.IMMUTABLE
    assert by_path["/_next/static/*"].gateway
    assert by_path["/bundles/*"].caching is Caching.IMMUTABLE
    assert by_path["/bundles/registry.json"].caching is Caching.BRIEF
    assert {found.path for found in behaviours().listed if found.caching is Caching.IMMUTABLE} == {
        "/_next/static/*",
        "/bundles/*",
    }


def test_without_an_entry_or_with_one_without_a_server_the_site_is_files() -> None:
    site = entry("web-next")
    fields = {name: getattr(site, name) for name in ("name", "display_name", "version", "core", "manifest")}
    for registry in (without("web-next"), registry_with(PluginSpec(**fields, site=Site()))):
        plan = plan_behaviours(registry.plugins)
        assert not plan.site_server
        assert owner("/wallet", registry) == "files"
        assert owner("/api/v1/auth/login", registry) == "base-svc"
        assert not [found.path for found in plan.listed if found.path.startswith("/_next")]


@pytest.mark.skipif(shutil.which("node") is None, reason="runs CloudFront's JavaScript")
def test_a_page_with_a_dot_in_its_path_is_a_page_and_a_file_is_a_file() -> None:
    pages = ["/", "/users/john.doe", "/docs/v1.2", "/sites/naap.example", "/a.b/c", "/x.jsp"]
    files = ["/favicon.ico", "/assets/index-4f.js", "/assets/INDEX.CSS", "/manifest.webmanifest", "/a.b/c.woff2"]
    asked = f"{site_code()}\nconsole.log(JSON.stringify({json.dumps(pages + files)}.map("
    asked += "uri => handler({request: {uri}}).uri)))"
    node = subprocess.run(["node", "-e", asked], capture_output=True, text=True, check=True)
    assert json.loads(node.stdout) == ["/index.html"] * len(pages) + files


@pytest.mark.parametrize("kind", KINDS)
def test_the_shell_gets_every_page_of_every_plugin(kind: str) -> None:
    routes = [route for spec in real_registry().plugins if spec.frontend for route in spec.frontend.routes]
    assert "/plugins/my-dashboard/*" in routes
    assert [route for route in routes if behaviours(kind).taken(route)] == []


@pytest.mark.parametrize("route", ["/api/*", "/api/v1/*", "/ws", "/ws/*", "/bundles/*", "/_next/static/*"])
def test_a_route_that_another_answers_is_seen(route: str) -> None:
    assert behaviours().taken(route)


def test_bundles_are_kept_for_good_and_what_points_to_them_briefly() -> None:
    bundle = behaviours().of(f"/{bundle_key('my-wallet', '1.0.0', 'my-wallet.js')}")
    documents = plan_shell_documents(registry=real_registry(), settings=settings(1_000))
    pointers = [behaviours().of(f"/{found.key}") for found in (documents.registry, *documents.pointers.values())]
    assert bundle
    assert bundle.caching is Caching.IMMUTABLE
    assert {found.caching for found in pointers if found} == {Caching.BRIEF}
