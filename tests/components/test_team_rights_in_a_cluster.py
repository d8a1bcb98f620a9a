"""What the group of a team may do in a real API server: all that a new version of its plugin changes, and no more."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
import requests

from planning.plugin.plugin import PluginPlan
from planning.plugin.team_rights import RULES
from tests.components.plugins import build_plugins
from tests.components.recording import Recorded
from tests.components.test_plugins_in_a_cluster import PATHS
from tests.conftest import RunningControlPlane
from tests.planning.samples import altered
from tests.plugin_plans import entry, plugin_plans, registry_with
from tests.wait import wait_for

OWN, OTHER = "my-wallet", "community"
TEAM = "wallet-team"
Object = dict[str, Any]
COLLECTIONS = {
    **{kind: path for kind, path in PATHS.items() if kind != "PriorityClass"},
    "HTTPRoute": "/apis/gateway.networking.k8s.io/v1/namespaces/{}/httproutes",
    "SecurityPolicy": "/apis/gateway.envoyproxy.io/v1alpha1/namespaces/{}/securitypolicies",
    "BackendTrafficPolicy": "/apis/gateway.envoyproxy.io/v1alpha1/namespaces/{}/backendtrafficpolicies",
    "Role": "/apis/rbac.authorization.k8s.io/v1/namespaces/{}/roles",
    "RoleBinding": "/apis/rbac.authorization.k8s.io/v1/namespaces/{}/rolebindings",
    "ValidatingAdmissionPolicy": "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies",
    "ValidatingAdmissionPolicyBinding": "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings",
}
"""In the order in which they are made."""
DEPLOYED = {kind for rule in RULES if "patch" in rule.verbs for kind in rule.kinds}


def plural(item: Object) -> str:
    return COLLECTIONS[item["kind"]].rpartition("/")[2]


def collection(item: Object) -> str:
    return COLLECTIONS[item["kind"]].format(item["metadata"].get("namespace"))


def plans() -> dict[str, PluginPlan]:
    registry = registry_with(altered(entry(OWN), owner=TEAM), altered(entry(OTHER), owner="community-team"))
    found = plugin_plans(5_000, registry, teams=(TEAM, "community-team"))
    return {name: found[name] for name in (OWN, OTHER)}


def objects(records: Sequence[Recorded]) -> list[Object]:
    order = list(COLLECTIONS)
    found = [dict(record.inputs) for record in records if record.inputs.get("kind") in COLLECTIONS]
    return sorted(found, key=lambda item: order.index(item["kind"]))


@dataclass(frozen=True, kw_only=True)
class Asked:
    """The API server, asked by the team, or with no team by the administrator."""

    running: RunningControlPlane
    groups: tuple[str, ...] = ()

    def request(self, method: str, path: str, body: Object | None = None, **query: str) -> requests.Response:
        headers = {
            "Authorization": f"Bearer {self.running.access.token}",
            "Content-Type": "application/apply-patch+yaml" if method == "PATCH" else "application/json",
        }
        if self.groups:
            headers |= {"Impersonate-User": "a-job", "Impersonate-Group": ",".join(self.groups)}
        with requests.Session() as session:
            session.trust_env = False
            return session.request(
                method,
                f"{self.running.access.endpoint}{path}",
                headers=headers,
                params=query,
                data=None if body is None else json.dumps(body),
                verify=str(self.running.access.authority),
                timeout=30,
            )

    def apply(self, item: Object, **query: str) -> requests.Response:
        """As the engine's provider does, which for a Secret's text too is server-side apply."""
        path = f"{collection(item)}/{item['metadata']['name']}"
        return self.request("PATCH", path, item, fieldManager="pulumi", force="true", **query)


@pytest.fixture(scope="module")
def made() -> list[Object]:
    return objects(build_plugins(plans()))


@pytest.fixture(scope="module")
def cluster(control_plane: RunningControlPlane, made: list[Object]) -> Iterator[RunningControlPlane]:
    """With both plugins in it, as the platform made them."""
    platform = Asked(running=control_plane)
    for name in ("naap-schema", "naap-observability"):
        platform.request("POST", "/api/v1/namespaces", {"metadata": {"name": name}})
    try:
        for item in made:
            # No pod is wanted here: none of the classes that they name is there.
            answer = platform.apply(item)
            assert answer.ok, answer.text
        yield control_plane
    finally:
        for item in made:
            if not item["metadata"].get("namespace") and item["kind"] != "Namespace":
                platform.request("DELETE", f"{collection(item)}/{item['metadata']['name']}")
        namespaces = {item["metadata"]["name"] for item in made if item["kind"] == "Namespace"}
        control_plane.remove({*namespaces, "naap-schema", "naap-observability"})


@pytest.fixture
def team(cluster: RunningControlPlane) -> Asked:
    return Asked(running=cluster, groups=("naap:team:wallet-team",))


def own(made: list[Object]) -> list[Object]:
    return [item for item in made if item["metadata"].get("namespace") == f"plugin-{OWN}"]


def test_a_team_applies_all_that_a_new_version_of_its_plugin_changes(team: Asked, made: list[Object]) -> None:
    deployed = [item for item in own(made) if plural(item) in DEPLOYED]
    assert {item["kind"] for item in deployed} >= {"Deployment", "ConfigMap", "Secret", "Service", "Job"}
    for item in deployed:
        assert (answer := team.apply(item)).ok, answer.text
        path = f"{collection(item)}/{item['metadata']['name']}"
        assert (answer := team.request("DELETE", path, dryRun="All")).ok, answer.text
        fresh = {**item, "metadata": {**item["metadata"], "name": f"new-{item['metadata']['name']}"}}
        assert (answer := team.apply(fresh, dryRun="All")).ok, answer.text


def test_a_team_reads_all_of_its_plugin_and_changes_nothing_that_the_platform_decides(
    team: Asked, made: list[Object]
) -> None:
    decided = [item for item in own(made) if plural(item) not in DEPLOYED]
    assert {item["kind"] for item in decided} >= {"ResourceQuota", "NetworkPolicy", "HTTPRoute", "Role", "RoleBinding"}
    for item in decided:
        path = f"{collection(item)}/{item['metadata']['name']}"
        assert team.apply(item, dryRun="All").status_code == requests.codes.forbidden, path
        assert team.request("DELETE", path, dryRun="All").status_code == requests.codes.forbidden, path
        if item["kind"] not in ("Role", "RoleBinding"):
            assert team.request("GET", path).ok, path
    assert team.request("GET", f"/api/v1/namespaces/plugin-{OWN}").ok


def test_a_team_neither_changes_nor_sees_anything_of_another_plugin_or_of_the_platform(
    team: Asked, made: list[Object]
) -> None:
    theirs = [item for item in made if item not in own(made)]
    assert {item["metadata"].get("namespace") for item in theirs} >= {f"plugin-{OTHER}", "naap-pooler", "naap-schema"}
    for item in theirs:
        path = f"{collection(item)}/{item['metadata']['name']}"
        if item["metadata"]["name"] == f"plugin-{OWN}-migrated":
            continue
        assert team.apply(item, dryRun="All").status_code == requests.codes.forbidden, path
        assert team.request("DELETE", path, dryRun="All").status_code == requests.codes.forbidden, path
        if path != f"/api/v1/namespaces/plugin-{OWN}":
            assert team.request("GET", path).status_code == requests.codes.forbidden, path


@pytest.mark.parametrize("space", [f"plugin-{OTHER}", "naap-pooler", "naap-schema", "kube-system", "default"])
@pytest.mark.parametrize("kind", [kind for kind in COLLECTIONS if "{}" in COLLECTIONS[kind]])
def test_a_team_makes_nothing_elsewhere(team: Asked, space: str, kind: str) -> None:
    body = {"metadata": {"name": "mine", "namespace": space}}
    answer = team.request("POST", COLLECTIONS[kind].format(space), body, dryRun="All")
    assert answer.status_code == requests.codes.forbidden


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", f"/api/v1/namespaces/plugin-{OWN}/serviceaccounts/{OWN}/token"),
        ("POST", f"/api/v1/namespaces/plugin-{OWN}/pods"),
        ("POST", f"/api/v1/namespaces/plugin-{OWN}/pods/any/exec"),
        ("POST", f"/api/v1/namespaces/plugin-{OWN}/pods/any/eviction"),
        ("PATCH", f"/apis/apps/v1/namespaces/plugin-{OWN}/deployments/{OWN}/scale"),
        ("GET", "/api/v1/namespaces"),
        ("GET", "/api/v1/secrets"),
        ("GET", "/api/v1/nodes"),
        ("PATCH", "/apis/rbac.authorization.k8s.io/v1/clusterroles/mine"),
        ("PATCH", "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/mine"),
        ("DELETE", f"/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies/naap-team-{OWN}"),
    ],
)
def test_a_team_can_not_become_more_than_it_is(team: Asked, method: str, path: str) -> None:
    assert team.request(method, path, {}, fieldManager="mine").status_code == requests.codes.forbidden


RENEWAL = f"/api/v1/namespaces/naap-pooler/configmaps/plugin-{OWN}-migrated"


def renewed(made: list[Object], **data: str) -> Object:
    (found,) = [item for item in made if item["metadata"]["name"] == f"plugin-{OWN}-migrated"]
    kept = {key: found[key] for key in ("apiVersion", "kind", "metadata")}
    return {**kept, "data": data or found["data"]}


def test_a_team_marks_a_migration_of_its_plugin(team: Asked, made: list[Object]) -> None:
    lines = "".join(f"s/^{alias} = .*/& connect_query='select 77'/\n" for alias in ("my_wallet", "my_wallet_ro"))
    answer = team.apply(renewed(made, **{f"{OWN}.renewed": lines}))
    assert answer.ok, answer.text
    assert team.request("GET", RENEWAL).json()["data"] == {f"{OWN}.renewed": lines}


@pytest.mark.parametrize(
    ("key", "text"),
    [
        (f"{OWN}.renewed", "s/^community = .*/community = host=mine/\n"),
        (f"{OWN}.renewed", "s/^my_wallet = .*/& connect_query='select 1'/\ns/^community = .*/x/\n"),
        (f"{OWN}.renewed", "1e id\n"),
        (f"{OWN}.databases", "community = host=mine\n"),
        (f"{OTHER}.renewed", "s/^my_wallet = .*/& connect_query='select 1'/\n"),
    ],
)
def test_a_team_writes_no_other_line_for_the_poolers(team: Asked, made: list[Object], key: str, text: str) -> None:
    def refused() -> bool:
        # The API server compiles a new policy a moment after it was made.
        answer = team.apply(renewed(made, **{key: text}), dryRun="All")
        return answer.status_code == requests.codes.unprocessable and "own plugin's connections" in answer.text

    wait_for("the refusal", refused, seconds=20)


def test_a_team_gives_its_mark_to_no_other_pooler(team: Asked, made: list[Object]) -> None:
    item = renewed(made)
    item["metadata"] = {**item["metadata"], "labels": {**item["metadata"]["labels"], "naap.io/pooler": "pooler-3"}}
    assert team.apply(item, dryRun="All").status_code == requests.codes.unprocessable
