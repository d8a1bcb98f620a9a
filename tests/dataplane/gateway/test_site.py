"""The site's server behind the gateway: it has what is nobody else's, and nobody is asked who they are."""

from collections.abc import Iterator

import pytest

from planning.inputs.registry.site import Site
from tests.dataplane.gateway.plugins import STOPPED, unlimited
from tests.dataplane.gateway.rig import Rig
from tests.planning.samples import altered
from tests.wait import wait_for

SITE = altered(unlimited("site", api_prefix="/", extra_prefixes=("/api/v1/base-svc/own",)), site=Site())
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
