"""Rules of the entry that is the site, and of what entries declare for browsers."""

# ruff: noqa: E501  # a table, one mistake a line

from typing import Any

import pytest

from tests.plugins.registries import backend, changed, good, parsed, problems_of
from tests.plugins.registry.test_rules import Bad


def site(**fields: Any) -> dict[str, Any]:
    """The good registry with a server as its site."""
    return {**good(), "web": backend("web", 4200, **{"apiPrefix": "/", "core": True, "site": {}, **fields})}


def declaring(**declared: Any) -> dict[str, Any]:
    """A plugin whose pages need this."""
    return changed("gamma", frontend={"bundle": "gamma.js", **declared})


BAD = [
    Bad("two sites", {**site(), "files": {"version": "1.0.0", "core": True, "site": {}}},
        "files", "site", "(present)", "web is", "remove site"),
    Bad("a plugin as the site", site(core=False), "web", "site", "(present)", "only a core service", "core: true"),
    Bad("a site below a prefix", site(apiPrefix="/api/v1/web"), "web", "apiPrefix", "/api/v1/web", "nobody else's", "apiPrefix: /"),
    Bad("the slash of a plugin", changed("alpha", apiPrefix="/"), "alpha", "apiPrefix", "/", "is the site's", "/api/v1/<name>"),
    Bad("public paths of the site", site(auth={"public": ["/login"]}), "web", "auth.public", "(present)", "asks who they are by itself", "remove auth.public"),
    Bad("immutable files without a server", {**good(), "web": {"version": "1.0.0", "core": True, "site": {"immutable": ["/x"]}}},
        "web", "site.immutable", "/x", "only a server", "remove immutable"),
    Bad("guarded paths without a server", {**good(), "web": {"version": "1.0.0", "core": True, "site": {"guarded": ["/x"]}}},
        "web", "site.guarded", "/x", "only a server", "remove guarded"),
    Bad("a guarded path that another answers", site(site={"guarded": ["/api/v1/alpha/x"]}),
        "web", "site.guarded", "/api/v1/alpha/x", "alpha answers there", "remove /api/v1/alpha/x"),
    Bad("a stream that another answers", site(requests={"streaming": ["/api/v1/alpha/x"]}),
        "web", "requests.streaming", "/api/v1/alpha/x", "alpha answers there", "remove /api/v1/alpha/x"),
    Bad("a site without its tokens", site(auth={"identityOnly": True}),
        "web", "auth.identityOnly", "(present)", "asks who they are by itself", "remove auth.identityOnly"),
    Bad("paths freed from the firewall with the site", site(firewallExceptions=["SQLi_BODY"]),
        "web", "firewallExceptions", "SQLi_BODY", "freed for all", "remove firewallExceptions"),
    Bad("hashes beside unsafeInline", site(site={"unsafeInline": True, "scriptHashes": ["sha256-" + "A" * 43 + "="]}),
        "web", "site.unsafeInline", "true", "browsers ignore", "remove unsafeInline"),
    Bad("a hash that is none", site(site={"scriptHashes": ["sha256-abc"]}), "web", "site.scriptHashes.0", "sha256-abc", "base64", "scriptHashes"),
    Bad("a path that another answers for everybody", {**site(extraPrefixes=["/api/v1/sign"]), **changed("base-svc", auth={"public": ["/sign/in"]})},
        "base-svc", "auth.public", "/sign/in", "web answers there", "remove /sign/in"),
    Bad("a plugin within the site's paths", {**site(extraPrefixes=["/api/v1/gw"]), "delta": backend("delta", 4300, apiPrefix="/api/v1/gw/x")},
        "delta", "apiPrefix", "/api/v1/gw/x", "within web's /api/v1/gw", "/api/v1/delta"),
    Bad("an address in place of a host", declaring(connect=["https://api.example.com"]), "gamma", "frontend.connect.0", "https://api.example.com", "without https://", "connect"),
    Bad("a host with a path", declaring(frame=["lvpr.tv/embed"]), "gamma", "frontend.frame.0", "lvpr.tv/embed", "without https:// and path", "frame"),
    Bad("all hosts of a top domain", declaring(connect=["*.com"]), "gamma", "frontend.connect.0", "*.com", "two parts or more", "connect"),
    Bad("all hosts", declaring(frame=["*"]), "gamma", "frontend.frame.0", "*", "two parts or more", "frame"),
    Bad("a keyword in place of a host", declaring(connect=["'unsafe-inline'"]), "gamma", "frontend.connect.0", "'unsafe-inline'", "a host as in", "connect"),
    Bad("a second directive in a host", declaring(style=["a.example; script-src *"]), "gamma", "frontend.style.0", "script-src", "a host as in", "style"),
    Bad("a WebSocket in a frame", declaring(frame=["wss://a.example"]), "gamma", "frontend.frame.0", "wss://a.example", "a host as in", "frame"),
    Bad("a part of the device that has no name", declaring(permissions=["webcam"]), "gamma", "frontend.permissions.0", "webcam", "camera", "permissions"),
]  # fmt: skip


@pytest.mark.parametrize("bad", BAD, ids=lambda bad: bad.what)
def test_each_mistake_gets_its_own_error(bad: Bad) -> None:
    found = problems_of(bad.entries, production=bad.production)
    here = [problem for problem in found if (problem.entry, problem.field) == (bad.entry, bad.field)]
    assert here, [str(problem) for problem in found]
    assert any(
        bad.value in problem.value and bad.rule in problem.rule and bad.fix in problem.fix for problem in here
    ), [str(problem) for problem in here]


def test_a_site_may_be_a_server_with_paths_of_its_own_below_a_core_services_prefix() -> None:
    paths = ["/api/v1/roles", "/api/v1/gw"]
    registry = parsed(site(extraPrefixes=paths, site={"guarded": paths[:1]}, requests={"streaming": paths[1:]}))
    assert registry.site
    assert registry.site.backend


def test_a_site_may_be_files_and_state_what_its_pages_need() -> None:
    stated = {
        "version": "1.0.0",
        "core": True,
        "site": {"scriptHashes": ["sha256-" + "A" * 43 + "="], "frame": ["a.example"]},
    }
    registry = parsed({**good(), "web": stated})
    assert registry.site
    assert registry.site.backend is None


@pytest.mark.parametrize(
    "host", ["api.example.com", "*.livepeer.com", "wss://a-b.example:8443", "xn--p1b6ci4b4b3a.xn--11b5bs3a9aj6g"]
)
def test_hosts_that_browsers_know_are_taken(host: str) -> None:
    spec = parsed(declaring(connect=[host])).by_name["gamma"]
    assert spec.frontend
    assert spec.frontend.connect == (host,)
