"""The provider under the real engine, against a real control plane."""

import base64

import pytest

from rehearsal import RehearsalError
from tests.conftest import RunningControlPlane
from tests.standins.conftest import EngineSandbox
from tests.wait import wait_for

SPACE = """
space = k8s.core.v1.Namespace("space", metadata={"name": SPACE}, opts=own)
inside = pulumi.ResourceOptions(provider=provider, depends_on=[space])
"""
APP = """
labels = {"app": "a"}
container = {"name": "c", "image": config.get("image") or "app:1", "args": [],
             "env": [{"name": "RATE", "value": "0.5"}],
             "ports": [{"container_port": 80}], "resources": {"limits": {"cpu": "0.5", "memory": "1024Mi"}}}
k8s.apps.v1.Deployment("app", metadata={"name": "app", "namespace": SPACE}, opts=inside, spec={
    "selector": {"match_labels": labels},
    "template": {"metadata": {"labels": labels}, "spec": {"containers": [container], "volumes": []}}})
k8s.core.v1.Service("service", metadata={"name": "app", "namespace": SPACE}, opts=inside, spec={
    "selector": labels, "ports": [{"port": 80}]})
k8s.autoscaling.v2.HorizontalPodAutoscaler("scaler", metadata={"name": "app", "namespace": SPACE}, opts=inside, spec={
    "min_replicas": 2, "max_replicas": 3,
    "scale_target_ref": {"api_version": "apps/v1", "kind": "Deployment", "name": "app"}})
k8s.networking.v1.NetworkPolicy("deny", metadata={"name": "deny", "namespace": SPACE}, opts=inside, spec={
    "pod_selector": {}, "policy_types": ["Ingress"], "ingress": []})
k8s.core.v1.ResourceQuota("quota", metadata={"name": "quota", "namespace": SPACE}, opts=inside, spec={
    "hard": {"limits.cpu": "10.5"}})
k8s.core.v1.Secret("secret", metadata={"name": "secret", "namespace": SPACE}, string_data={"key": "hush"}, opts=inside)
k8s.core.v1.ConfigMap("named", metadata={"namespace": SPACE}, data={"key": config.get("value") or "1"}, opts=inside)
"""
MAP = """
k8s.core.v1.ConfigMap("map", metadata={"name": "map", "namespace": SPACE}, data={"key": "ours"}, opts=inside)
"""


def test_a_second_up_changes_nothing_and_a_refresh_finds_no_drift(
    cluster_sandbox: EngineSandbox, control_plane: RunningControlPlane
) -> None:
    cluster_sandbox.kubernetes_program(SPACE + APP)
    cluster_sandbox.up()
    deployment = f"/apis/apps/v1/namespaces/{cluster_sandbox.namespace}/deployments/app"
    wait_for("the autoscaler", lambda: control_plane.api.request("GET", deployment)["spec"]["replicas"] == 2)
    assert set(cluster_sandbox.changes()) == {"same"}
    cluster_sandbox.pulumi("refresh", "--yes", "--skip-preview", "--expect-no-changes")
    assert set(cluster_sandbox.changes()) == {"same"}


def test_drift_is_seen_by_a_refresh_and_what_is_gone_is_made_again(
    cluster_sandbox: EngineSandbox, control_plane: RunningControlPlane
) -> None:
    cluster_sandbox.pulumi("config", "set", "force", "true")
    cluster_sandbox.kubernetes_program(SPACE + MAP)
    cluster_sandbox.up()
    path = f"/api/v1/namespaces/{cluster_sandbox.namespace}/configmaps/map"
    take_over(control_plane, path)
    assert set(cluster_sandbox.changes()) == {"same"}
    cluster_sandbox.up("--refresh")
    assert control_plane.api.request("GET", path)["data"] == {"key": "ours"}
    control_plane.api.request("DELETE", path)
    cluster_sandbox.up("--refresh")
    assert control_plane.api.request("GET", path)["data"] == {"key": "ours"}


def test_what_another_manager_owns_is_a_conflict_unless_it_is_to_be_taken_by_force(
    cluster_sandbox: EngineSandbox, control_plane: RunningControlPlane
) -> None:
    """provider/pkg/await/await.go (patchForce, handleSSAErr) of pulumi-kubernetes."""
    cluster_sandbox.kubernetes_program(SPACE + MAP)
    cluster_sandbox.up()
    path = f"/api/v1/namespaces/{cluster_sandbox.namespace}/configmaps/map"
    take_over(control_plane, path)
    said = cluster_sandbox.up("--refresh", fails=True)
    assert f'"{cluster_sandbox.namespace}/map" failed to fully initialize or become live' in said
    assert "server-side apply field conflict detected" in said
    assert 'Apply failed with 1 conflict: conflict with "someone": .data.key' in said
    assert control_plane.api.request("GET", path)["data"] == {"key": "theirs"}
    cluster_sandbox.kubernetes_program(SPACE + MAP.replace('{"name"', '{"annotations": FORCED, "name"', 1))
    source = cluster_sandbox.folder / "program" / "__main__.py"
    source.write_text(source.read_text().replace("SPACE =", 'FORCED = {"pulumi.com/patchForce": "true"}\nSPACE =', 1))
    cluster_sandbox.up()
    assert control_plane.api.request("GET", path)["data"] == {"key": "ours"}


def test_an_object_is_created_under_one_name_and_updated_under_its_own(
    cluster_sandbox: EngineSandbox, control_plane: RunningControlPlane
) -> None:
    """provider/pkg/await/await.go (Creation, fixCSAFieldManagers) of pulumi-kubernetes."""
    cluster_sandbox.kubernetes_program(SPACE + MAP)
    cluster_sandbox.up()
    path = f"/api/v1/namespaces/{cluster_sandbox.namespace}/configmaps/map"
    own = cluster_sandbox.resource("map")["outputs"]["__fieldManager"]
    assert managers(control_plane, path) == {("pulumi-kubernetes", "Update")}
    cluster_sandbox.kubernetes_program(SPACE + MAP.replace("ours", "new"))
    cluster_sandbox.up()
    assert managers(control_plane, path) == {(own, "Apply")}


def managers(control_plane: RunningControlPlane, path: str) -> set[tuple[str, str]]:
    managed = control_plane.api.request("GET", path)["metadata"]["managedFields"]
    return {(entry["manager"], entry["operation"]) for entry in managed}


def take_over(control_plane: RunningControlPlane, path: str) -> None:
    foreign = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "map"}, "data": {"key": "theirs"}}
    control_plane.api.request("PATCH", path, foreign, fieldManager="someone", force="true")


def test_a_change_updates_in_place_or_replaces_as_the_api_server_demands(cluster_sandbox: EngineSandbox) -> None:
    cluster_sandbox.kubernetes_program(SPACE + APP)
    cluster_sandbox.up()
    assert base64.b64encode(b"hush").decode() in str(cluster_sandbox.resource("secret")["inputs"]["data"])
    assert "plaintext" in str(cluster_sandbox.resource("secret")["outputs"]["data"])
    name = cluster_sandbox.resource("named")["outputs"]["metadata"]["name"]
    assert name.startswith("named-")
    cluster_sandbox.pulumi("config", "set", "image", "app:2")
    cluster_sandbox.pulumi("config", "set", "value", "2")
    assert cluster_sandbox.changes() == {"same": 8, "update": 2}
    cluster_sandbox.up()
    assert cluster_sandbox.resource("named")["outputs"]["metadata"]["name"] == name
    cluster_sandbox.kubernetes_program(SPACE + APP.replace('labels = {"app": "a"}', 'labels = {"app": "b"}'))
    assert cluster_sandbox.changes() == {"same": 8, "update": 1, "replace": 1}
    cluster_sandbox.up()
    assert set(cluster_sandbox.changes()) == {"same"}


@pytest.mark.parametrize("upsert", [False, True])
def test_an_object_that_exists_is_refused_unless_it_is_to_be_taken_over(
    cluster_sandbox: EngineSandbox, control_plane: RunningControlPlane, *, upsert: bool
) -> None:
    """provider/pkg/await/await.go (Creation) of pulumi-kubernetes."""
    for option in ("upsert", "force"):
        cluster_sandbox.pulumi("config", "set", option, str(upsert).lower())
    cluster_sandbox.kubernetes_program(SPACE)
    cluster_sandbox.up()
    leave_behind(control_plane, cluster_sandbox.namespace, "someone")
    cluster_sandbox.kubernetes_program(SPACE + MAP)
    said = cluster_sandbox.up(fails=not upsert)
    assert ('configmaps "map" already exists' in said) is not upsert
    path = f"/api/v1/namespaces/{cluster_sandbox.namespace}/configmaps/map"
    assert control_plane.api.request("GET", path)["data"] == {"key": "ours" if upsert else "old"}


def leave_behind(control_plane: RunningControlPlane, namespace: str, manager: str) -> None:
    left = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "map"}, "data": {"key": "old"}}
    path = f"/api/v1/namespaces/{namespace}/configmaps/map"
    control_plane.api.request("PATCH", path, left, fieldManager=manager)


def test_an_up_after_a_kill_converges_and_destroy_leaves_nothing(
    cluster_sandbox: EngineSandbox, control_plane: RunningControlPlane
) -> None:
    for option in ("upsert", "force"):
        cluster_sandbox.pulumi("config", "set", option, "true")
    maps = "".join(MAP.replace('"map"', f'"map-{number}"') for number in range(40))
    cluster_sandbox.kubernetes_program(SPACE + APP + maps)
    path = f"/api/v1/namespaces/{cluster_sandbox.namespace}/configmaps"
    engine = cluster_sandbox.start("up", "--yes", "--skip-preview", "--parallel", "4")
    wait_for("ten of them", lambda: made(control_plane, path) >= 10, seconds=180, every=0.01)
    engine.kill()
    engine.wait()
    cluster_sandbox.wait_for_no_plugins()
    cluster_sandbox.pulumi("cancel", "--yes")  # the lock of the killed run
    cluster_sandbox.up()
    # Not the one without a name: a kill at the wrong moment loses it, as nobody knows what it was called.
    assert len(named(control_plane, path, "map-")) == 40
    assert set(cluster_sandbox.changes()) == {"same"}
    cluster_sandbox.pulumi("destroy", "--yes", "--skip-preview")
    assert cluster_sandbox.resources() == []
    with pytest.raises(RehearsalError, match="not found"):
        control_plane.api.request("GET", f"/api/v1/namespaces/{cluster_sandbox.namespace}")


def named(control_plane: RunningControlPlane, path: str, start: str) -> list[str]:
    items = control_plane.api.request("GET", path)["items"]
    return [item["metadata"]["name"] for item in items if item["metadata"]["name"].startswith(start)]


def made(control_plane: RunningControlPlane, path: str) -> int:
    return len(control_plane.api.request("GET", path)["items"])


def test_what_does_not_become_ready_says_why(cluster_sandbox: EngineSandbox) -> None:
    late = {"pulumi.com/timeoutSeconds": "4"}
    homeless = APP.replace('{"containers": [container]', '{"node_selector": {"no": "such"}, "containers": [container]')
    homeless = homeless.replace('metadata={"name": "app"', f'metadata={{"annotations": {late}, "name": "app"')
    cluster_sandbox.kubernetes_program(SPACE + homeless)
    shown = cluster_sandbox.up(fails=True)
    assert "was successfully created, but the Kubernetes API server reported that it failed to fully" in shown
    assert "'app' timed out waiting to be Ready" in shown
    assert "Minimum number of live Pods was not attained" in shown
    cluster_sandbox.kubernetes_program(SPACE + APP)
    cluster_sandbox.up()  # what was left half-made is made whole
    assert set(cluster_sandbox.changes()) == {"same"}


def test_a_deletion_that_a_finalizer_holds_is_waited_for_and_names_it(
    cluster_sandbox: EngineSandbox, control_plane: RunningControlPlane
) -> None:
    """provider/pkg/await/condition/deleted.go of pulumi-kubernetes."""
    held = MAP.replace('{"name"', '{"finalizers": ["naap.example/held"], "name"', 1)
    held = held.replace("opts=inside", "opts=pulumi.ResourceOptions.merge(inside, LIMIT)")
    cluster_sandbox.kubernetes_program(
        SPACE + 'LIMIT = pulumi.ResourceOptions(custom_timeouts={"delete": "3s"})\n' + held
    )
    cluster_sandbox.up()
    cluster_sandbox.kubernetes_program(SPACE)
    shown = cluster_sandbox.up(fails=True)
    assert "finalizers might be preventing deletion (naap.example/held" in shown
    assert "timed out waiting for the condition" in shown
    path = f"/api/v1/namespaces/{cluster_sandbox.namespace}/configmaps/map"
    left = control_plane.api.request("GET", path)
    left["metadata"]["finalizers"] = []
    control_plane.api.request("PUT", path, left)
    cluster_sandbox.up()


def test_an_unknown_field_is_refused_before_anything_is_made(cluster_sandbox: EngineSandbox) -> None:
    cluster_sandbox.kubernetes_program(
        SPACE
        + 'k8s.apiextensions.CustomResource("bad", api_version="v1", kind="ConfigMap", metadata={"name": "bad"},'
        + ' opts=own, spec={"daat": {}})\n'
    )
    assert 'unknown field "spec"' in cluster_sandbox.pulumi("preview", fails=True)


def test_a_kind_that_nobody_knows_is_named(cluster_sandbox: EngineSandbox) -> None:
    cluster_sandbox.kubernetes_program(
        'k8s.apiextensions.CustomResource("bad", api_version="nobody.example/v1", kind="Thing",'
        ' metadata={"name": "bad"}, opts=own)\n'
    )
    cluster_sandbox.pulumi("preview")
    assert "nobody.example/v1/Thing: the API server does not know this kind" in cluster_sandbox.up(fails=True)


def test_a_custom_resource_follows_its_definition(cluster_sandbox: EngineSandbox) -> None:
    cluster_sandbox.kubernetes_program("""
schema = {"type": "object", "properties": {"spec": {"type": "object", "properties": {"size": {"type": "integer"}}}}}
group = f"{SPACE}.example"
crd = k8s.apiextensions.v1.CustomResourceDefinition("crd", metadata={"name": f"things.{group}"}, opts=own, spec={
    "group": group, "scope": "Cluster", "names": {"plural": "things", "kind": "Thing"},
    "versions": [{"name": "v1", "served": True, "storage": True, "schema": {"open_apiv3_schema": schema}}]})
k8s.apiextensions.CustomResource("thing", api_version=f"{group}/v1", kind="Thing", metadata={"name": "thing"},
    spec={"size": config.get_int("size") or 1}, opts=pulumi.ResourceOptions(provider=provider, depends_on=[crd]))
""")
    cluster_sandbox.up()
    assert cluster_sandbox.resource("thing")["id"] == "thing"
    assert set(cluster_sandbox.changes()) == {"same"}


def test_a_helm_release_is_recorded_and_says_so(cluster_sandbox: EngineSandbox) -> None:
    cluster_sandbox.kubernetes_program(
        'k8s.helm.v3.Release("chart", chart="oci://charts.example/app", version="1.2.3", namespace="x", opts=own)\n'
    )
    assert "records this Helm release; nothing is installed" in cluster_sandbox.up()
    assert cluster_sandbox.resource("chart")["outputs"]["status"]["version"] == "1.2.3"
    assert set(cluster_sandbox.changes()) == {"same"}


def test_a_preview_needs_no_cluster(sandbox: EngineSandbox) -> None:
    sandbox.kubernetes_program((SPACE + APP).replace('"image"', '"img"'))
    source = sandbox.folder / "program" / "__main__.py"
    unreachable = (
        '{"current-context": "c", "contexts": [{"name": "c", "context": {"cluster": "k", "user": "u"}}],'
        ' "clusters": [{"name": "k", "cluster": {"server": "https://127.0.0.1:1"}}], "users": [{"name": "u"}]}'
    )
    text = source.read_text().replace('Path(os.environ["TRIAL_KUBECONFIG"]).read_text()', repr(unreachable))
    source.write_text(text)
    assert sandbox.changes() == {"create": 10}
    assert "https://127.0.0.1:1 does not answer" in sandbox.up(fails=True)
