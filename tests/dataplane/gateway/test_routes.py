"""Where requests arrive: prefixes kept and stripped, nested, and those of plugins that leave."""

import pytest

from planning.gateway.gateway import NAMESPACE
from planning.shared.naming import namespace
from tests.dataplane.gateway.plugins import STOPPED
from tests.dataplane.gateway.rig import Rig
from tests.dataplane.gateway.tokens import cookie
from tests.wait import wait_for


@pytest.mark.parametrize(
    ("path", "plugin"),
    [
        ("/api/v1/wallet", "wallet"),
        ("/api/v1/wallet/x", "wallet"),
        ("/api/v1/wallet?a=/b", "wallet"),
        ("/api/ledger", "ledger"),
        ("/api/ledger?a", "ledger"),
        ("/api/ledger/historyx", "ledger"),
        ("/api/ledger/HISTORY", "ledger"),
        ("/api/ledger/history;x", "ledger"),
        ("/api/ledger/x/history", "ledger"),
        ("/api/ledger/history", "history"),
        ("/api/ledger/history?a=b", "history"),
        ("/api/ledger/history/", "history"),
        ("/api/ledger/history/x?a=b%20c", "history"),
        ("/api/ledger/deep/x", "ledger"),
        ("/api/ledger/deep/er/x", "deep"),
        ("/api/v1/mixed/x", "mixed"),
        ("/api/v1/base-svc/x", "base-svc"),
    ],
)
@pytest.mark.parametrize("how", ["token", "session", "events"])
def test_the_longest_prefix_wins_whoever_asks_and_arrives_as_it_was(rig: Rig, path: str, plugin: str, how: str) -> None:
    headers = {} if how == "token" else cookie("bob")
    headers |= {"accept": "text/event-stream"} if how == "events" else {}
    for envoy in range(len(rig.envoys)):
        answer = rig.get(path, envoy=envoy, user="alice" if how == "token" else None, headers=headers)
        assert (answer.status, answer.json["name"], answer.json["path"]) == (200, plugin, path)


@pytest.mark.parametrize(
    ("path", "arrives"),
    [
        ("/api/v1/stripped", "/"),
        ("/api/v1/stripped/", "/"),
        ("/api/v1/stripped/a/b?c=d", "/a/b?c=d"),
        ("/api/v1/stripped/open", "/open"),
        ("/api/v1/stripped/open/a", "/open/a"),
        ("/other", "/other"),
        ("/other/a", "/other/a"),
        ("/api/v1/files", "/api/v1/my-files"),
        ("/api/v1/files/a/b?c=d", "/api/v1/my-files/a/b?c=d"),
        ("/api/v1/files/chat/a", "/api/v1/my-files/chat/a"),
        ("/api/v1/my-files/a", "/api/v1/my-files/a"),
    ],
)
def test_a_prefix_is_rewritten_or_stripped_and_only_it(rig: Rig, path: str, arrives: str) -> None:
    for headers in ({}, cookie("bob")):
        answer = rig.get(path, user=None if headers else "alice", headers=headers)
        assert (answer.status, answer.json["path"]) == (200, arrives)


@pytest.mark.parametrize("path", ["/api/v1/wallet/x", "/api/ledger/x"])
def test_another_host_below_the_sites_is_not_the_site(rig: Rig, path: str) -> None:
    assert rig.get(path, user="alice").status == 200
    assert rig.get(path, user="alice", headers={"host": f"pr-99.{rig.settings.domain}"}).status == 404


def test_no_client_chooses_among_whose_routes_it_is_looked_for(rig: Rig) -> None:
    claimed = {"naap-host": f"mixed.v1.api.path.{rig.settings.domain}"}
    assert rig.get("/api/v1/wallet/x", user="alice", headers=claimed).json["name"] == "wallet"


def test_a_draining_plugin_serves_and_says_that_it_leaves(rig: Rig) -> None:
    answer = rig.get("/api/v1/draining/x", user="alice")
    assert (answer.status, answer.headers["naap-lifecycle"]) == (200, "draining")


@pytest.mark.parametrize("path", ["/api/ledger/stopped", "/api/ledger/stopped/x"])
def test_a_stopped_plugin_is_gone_for_everyone_in_json(rig: Rig, path: str) -> None:
    for user in (None, "alice"):
        answer = rig.get(path, user=user)
        assert answer.status == 410
        assert (answer.error["code"], answer.error["status"]) == ("plugin_stopped", 410)
        assert answer.headers["access-control-allow-origin"] == f"https://{rig.settings.domain}"


def test_a_stopped_plugin_has_no_route_of_its_own(rig: Rig) -> None:
    found = rig.cluster.objects.items("gateway.networking.k8s.io/v1", "HTTPRoute")
    homes = {each["metadata"]["name"]: each["metadata"]["namespace"] for each in found}
    assert homes["stopped-stopped"] == NAMESPACE
    assert namespace(STOPPED.name) not in homes.values()


def test_affinity_leads_a_browser_to_the_same_pod(rig: Rig) -> None:
    def one_browser() -> bool:
        first = rig.get("/api/v1/mixed/x", user="alice")
        cookie = first.headers["set-cookie"].partition(";")[0]
        assert cookie.startswith("naap-affinity=")
        pods = {rig.get("/api/v1/mixed/x", user="alice", headers={"cookie": cookie}).json["pod"] for _ in range(8)}
        assert pods == {first.json["pod"]}
        return True

    with rig.replicas("mixed", 2):
        # An Envoy's threads learn of a new pod one after the other, and it doesn't tell which have.
        wait_for("all threads to know both pods", lambda: all(one_browser() for _ in range(6)))
