"""Ten changes by hand, each told by the drift check, against a real API server. The provider's own comparison, by what
its source says (provider/pkg/provider/util.go, pruneMap), sees four of them."""

import contextlib
import json
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from analysis.drift import Undo
from naap.drift import compared, look, undone
from rehearsal import RehearsalError
from rehearsal.control_plane.kube_api import KubeApi, Object
from rehearsal.standins.kubernetes.objects.compare import changes, pruned
from tests.conftest import RunningControlPlane

SPACE = "drift-by-hand"
PLACES = {
    "Namespace": ("v1", "/api/v1", "namespaces"),
    "ConfigMap": ("v1", "/api/v1", "configmaps"),
    "Deployment": ("apps/v1", "/apis/apps/v1", "deployments"),
    "NetworkPolicy": ("networking.k8s.io/v1", "/apis/networking.k8s.io/v1", "networkpolicies"),
    "BackendTrafficPolicy": (
        "gateway.envoyproxy.io/v1alpha1",
        "/apis/gateway.envoyproxy.io/v1alpha1",
        "backendtrafficpolicies",
    ),
    "ClusterRoleBinding": (
        "rbac.authorization.k8s.io/v1",
        "/apis/rbac.authorization.k8s.io/v1",
        "clusterrolebindings",
    ),
}
CONTAINER = {"name": "app", "image": "registry.example/app:1", "env": [{"name": "MODE", "value": "calm"}]}
TARGET = {"group": "gateway.networking.k8s.io", "kind": "Gateway", "name": "edge"}


def obj(kind: str, name: str, **more: Any) -> Object:
    where = {} if kind in {"Namespace", "ClusterRoleBinding"} else {"namespace": SPACE}
    return {
        "apiVersion": PLACES[kind][0],
        "kind": kind,
        "metadata": {"name": name, **where, **more.pop("metadata", {})},
        **more,
    }


def of_pods(container: Object, **more: Any) -> Object:
    template = {"metadata": {"labels": {"app": "a"}}, "spec": {"containers": [container]}}
    return obj("Deployment", "app", spec={**more, "template": template})


def binding(name: str) -> Object:
    role = {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "view"}
    return obj("ClusterRoleBinding", name, roleRef=role)


ENFORCED = {"pod-security.kubernetes.io/enforce": "restricted"}
MADE = [
    obj("Namespace", SPACE, metadata={"labels": ENFORCED}),
    of_pods(CONTAINER, selector={"matchLabels": {"app": "a"}}),
    obj("NetworkPolicy", "deny", spec={"podSelector": {}, "policyTypes": ["Ingress"]}),
    obj("NetworkPolicy", "shut", spec={"podSelector": {}, "policyTypes": ["Egress"]}),
    obj("ConfigMap", "settings", data={"a": "1"}),
    obj(
        "BackendTrafficPolicy",
        "limits",
        spec={"targetRefs": [TARGET], "timeout": {"http": {"requestTimeout": "10s"}}},
    ),
    binding("drift-by-hand-ours"),
]
CHANGES = {
    "image": of_pods({"name": "app", "image": "registry.example/other:1"}),
    "pod security": obj("Namespace", SPACE, metadata={"labels": {**ENFORCED, next(iter(ENFORCED)): "privileged"}}),
    "policy opened": obj("NetworkPolicy", "shut", spec={"podSelector": {}, "policyTypes": ["Egress"], "egress": [{}]}),
    "key added": obj("ConfigMap", "settings", data={"b": "2"}),
    "variable": of_pods({"name": "app", "env": [{"name": "MORE", "value": "1"}]}),
    "replicas": obj("Deployment", "app", spec={"replicas": 0}),
    "annotation": obj("Deployment", "app", metadata={"annotations": {"who": "me"}}),
    "time-out": obj(
        "BackendTrafficPolicy",
        "limits",
        spec={"targetRefs": [TARGET], "timeout": {"http": {"requestTimeout": "1000s"}}},
    ),
}
TOLD = {
    f"Deployment {SPACE}/app: spec.template.spec.containers[app].image is of kubectl-image": True,
    f"Namespace {SPACE}: metadata.labels.pod-security.kubernetes.io/enforce is of kubectl-pod-security": True,
    f"NetworkPolicy {SPACE}/shut: spec.egress is of kubectl-policy-opened": True,
    f"ConfigMap {SPACE}/settings: data.b is of kubectl-key-added": False,
    f"Deployment {SPACE}/app: spec.template.spec.containers[app].env[MORE].value is of kubectl-variable": False,
    f"Deployment {SPACE}/app: spec.replicas is of kubectl-replicas": False,
    f"Deployment {SPACE}/app: metadata.annotations.who is of kubectl-annotation": False,
    f"BackendTrafficPolicy {SPACE}/limits: spec.timeout.http.requestTimeout is of kubectl-time-out": False,
    f"NetworkPolicy {SPACE}/deny: is gone": True,
    "ClusterRoleBinding drift-by-hand-foreign: is not of the program; made by kubectl-create": True,
}
ADDED = {
    text for text in TOLD if any(word in text for word in ("spec.egress", "data.b", "env[MORE]", "annotations.who"))
}
A_PERSONS = {text for text in TOLD if "spec.replicas" in text or "not of the program" in text}


@pytest.fixture
def api(control_plane: RunningControlPlane) -> Iterator[KubeApi]:
    yield control_plane.api
    control_plane.remove([SPACE])
    for one in (binding("drift-by-hand-ours"), binding("drift-by-hand-foreign")):
        with contextlib.suppress(RehearsalError):  # it was never made
            control_plane.api.request("DELETE", path(one))


def path(one: Object, *, collection: bool = False) -> str:
    _, root, plural = PLACES[one["kind"]]
    namespace = one["metadata"].get("namespace")
    found = f"{root}/namespaces/{namespace}/{plural}" if namespace else f"{root}/{plural}"
    return found if collection else f"{found}/{one['metadata']['name']}"


def test_each_of_ten_changes_by_hand_is_told(api: KubeApi) -> None:
    def list_kind(_: str, kind: str) -> Iterable[Object]:
        version, root, plural = PLACES[kind]
        found = api.request("GET", f"{root}/{plural}")["items"]
        return [{**item, "apiVersion": version, "kind": kind} for item in found]

    for one in MADE:
        api.request("POST", path(one, collection=True), one, fieldManager="pulumi-kubernetes")
    assert look(MADE, list_kind) == []

    for name, change in CHANGES.items():
        api.request("PATCH", path(change), change, fieldManager=f"kubectl-{name.replace(' ', '-')}", force="true")
    api.request("DELETE", path(obj("NetworkPolicy", "deny")))
    foreign = binding("drift-by-hand-foreign")
    api.request("POST", path(foreign, collection=True), foreign, fieldManager="kubectl-create")

    told = {str(finding): finding.grave for finding in look(MADE, list_kind)}
    assert told.keys() >= TOLD.keys(), told
    assert {text: told[text] for text in TOLD} == TOLD
    undone = {str(finding): finding.undo for finding in look(MADE, list_kind)}
    assert {text for text, undo in undone.items() if undo is Undo.REMOVAL} >= ADDED
    assert {text for text, undo in undone.items() if undo is Undo.PERSON} >= A_PERSONS
    assert _seen_by_the_provider(api) == {"app", SPACE, "limits"}


@pytest.mark.skipif(shutil.which("kubectl") is None, reason="no kubectl on this machine")
def test_the_command_asks_the_clusters_of_a_state_by_kubectl(
    api: KubeApi, control_plane: RunningControlPlane, tmp_path: Path
) -> None:
    for one in MADE:
        api.request("POST", path(one, collection=True), one, fieldManager="pulumi-kubernetes")
    change = CHANGES["key added"]
    api.request("PATCH", path(change), change, fieldManager="kubectl-key-added", force="true")

    comparison = compared(_exported(tmp_path, control_plane.access.kubeconfig.read_text()))
    assert not comparison.unread
    told = {str(finding) for finding in comparison.findings["one"] if finding.key[1] == SPACE}
    assert told == {f"ConfigMap {SPACE}/settings: data.b is of kubectl-key-added"}


@pytest.mark.skipif(shutil.which("kubectl") is None, reason="no kubectl on this machine")
def test_what_was_added_is_removed_and_what_the_program_states_waits_for_its_update(
    api: KubeApi, control_plane: RunningControlPlane, tmp_path: Path
) -> None:
    for one in MADE:
        api.request("POST", path(one, collection=True), one, fieldManager="pulumi-kubernetes")
    for name, change in CHANGES.items():
        api.request("PATCH", path(change), change, fieldManager=f"kubectl-{name.replace(' ', '-')}", force="true")
    file = _exported(tmp_path, control_plane.access.kubeconfig.read_text())

    after = undone(compared(file), file)
    assert not after.unread
    left = {str(finding) for finding in after.findings["one"] if finding.key[1] == SPACE or finding.key[2] == SPACE}
    assert not left & ADDED
    stated = (".image", "pod-security", "replicas", "time-out")
    assert {text for text in TOLD if any(word in text for word in stated)} <= left
    variables = api.request("GET", path(of_pods(CONTAINER)))["spec"]["template"]["spec"]["containers"][0]["env"]
    assert variables == CONTAINER["env"]


def _exported(folder: Path, kubeconfig: str) -> Path:
    """What `pulumi stack export` writes of a cluster and of what is made in it, as far as the command looks."""
    urn = "urn:pulumi:dev::naap::pulumi:providers:kubernetes::one"
    inputs = {"clusterIdentifier": "one", "kubeconfig": kubeconfig}
    provider = {"urn": urn, "type": "pulumi:providers:kubernetes", "inputs": inputs}
    made = [{"urn": "of-one", "type": "kubernetes", "provider": f"{urn}::id", "inputs": one} for one in MADE]
    file = folder / "state.json"
    file.write_text(json.dumps({"version": 3, "deployment": {"resources": [provider, *made]}}))
    return file


def _seen_by_the_provider(api: KubeApi) -> set[str]:
    """Names of what the provider would update; what is gone it would create."""
    there = [one for one in MADE if one["metadata"]["name"] != "deny"]
    lives = ((one, api.request("GET", path(one))) for one in there)
    return {str(one["metadata"]["name"]) for one, live in lives if list(changes(pruned(live, one), one))}
