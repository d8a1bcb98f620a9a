"""A plugin that fails, fails alone, and says why: its probe, its migration. One whose process ends: test_watch.py."""

import base64
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest

from planning.shared.naming import namespace
from rehearsal import RehearsalError
from rehearsal.live.watch import rollout
from rehearsal.live.watch.migration import migrate
from tests.live.conftest import LiveStack
from tests.live.site import Site
from tests.plugin_plans import real_registry

FAILING, OTHER = "developer-api", "community"


@pytest.fixture(scope="module")
def site(live: LiveStack, tmp_path_factory: pytest.TempPathFactory) -> Site:
    return Site(live, tmp_path_factory.mktemp("failures"))


def answers(site: Site, plugin: str) -> bool:
    backend = real_registry().by_name[plugin].backend
    assert backend
    return site.get(f"{backend.api_prefix}/", site.signed_in).status_code == 200


def _patch(live: LiveStack, path: str, body: Mapping[str, Any]) -> None:
    live.api.request("PATCH", path, dict(body), fieldManager="test", force="true")


def test_a_plugin_whose_probe_fails_serves_on_as_before_and_others_know_nothing_of_it(
    live: LiveStack, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = f"/apis/apps/v1/namespaces/{namespace(FAILING)}/deployments/{FAILING}"
    template = live.api.request("GET", path)["spec"]["template"]["spec"]
    (container,) = template["containers"]
    probe = container["readinessProbe"]

    def state(readiness: Mapping[str, Any]) -> None:
        changed = {"name": container["name"], "readinessProbe": readiness}
        spec = {"template": {"spec": {"containers": [changed]}}}
        _patch(live, path, {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": FAILING}, "spec": spec})

    roll = rollout.Rollout(live.api, FAILING, container["image"].partition("@")[0])
    state({**probe, "httpGet": {**probe["httpGet"], "path": "/no-such-path"}})
    try:
        monkeypatch.setattr(rollout, "SECONDS", 12.0)
        with pytest.raises(RehearsalError, match=r"pods as before serve on") as said:
            roll.follow(lambda: False)
        assert f"containers with unready status: [{FAILING}]" in str(said.value)
        assert answers(site, FAILING)
        assert answers(site, OTHER)
    finally:
        state(probe)
        monkeypatch.setattr(rollout, "SECONDS", 90.0)
        assert roll.follow(lambda: False)


@contextmanager
def wrong_password(live: LiveStack) -> Generator[str]:
    """Of the login that migrates."""
    path = f"/api/v1/namespaces/{namespace(FAILING)}/secrets/{FAILING}-migration"
    right = live.api.request("GET", path)["data"]["PGPASSWORD"]

    def state(password: str) -> None:
        named = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": f"{FAILING}-migration"}}
        _patch(live, path, {**named, "data": {"PGPASSWORD": password}})

    state(base64.b64encode(b"a wrong one").decode())
    try:
        yield base64.b64decode(right).decode()
    finally:
        state(right)


def test_a_plugin_whose_migration_fails_serves_on_as_before_and_says_why(live: LiveStack, site: Site) -> None:
    with wrong_password(live) as right, pytest.raises(RehearsalError, match=r"was not migrated") as said:
        migrate(live.api, FAILING)
    assert "authentication failed" in str(said.value)
    assert right not in str(said.value)
    assert answers(site, FAILING)
    assert answers(site, OTHER)
    migrate(live.api, FAILING)  # a second run changes nothing, and ends well
