"""Steps of runbooks under the real engine and API server: what a person does, and what `pulumi up` makes of it."""

import pytest

from rehearsal import RehearsalError
from rehearsal.kube_api import KubeApi, Object
from tests.conftest import RunningControlPlane
from tests.standins.conftest import EngineSandbox
from tests.wait import wait_for

SCALED = """
k8s.autoscaling.v2.HorizontalPodAutoscaler(
    "scaler", metadata={{"name": "scaler", "namespace": SPACE, "labels": {{"round": "{round}"}}}},
    spec={{"minReplicas": {least}, "maxReplicas": 9,
          "scaleTargetRef": {{"apiVersion": "apps/v1", "kind": "Deployment", "name": "nobody"}}}},
    opts=pulumi.ResourceOptions(provider=provider, depends_on=[space]))
"""
JOB = """
k8s.batch.v1.Job(
    "job", metadata={"name": "job", "namespace": SPACE},
    spec={"backoffLimit": 0, "activeDeadlineSeconds": 5, "template": {"spec": {
        "restartPolicy": "Never", "nodeSelector": {"naap.io/mended": SPACE},
        "containers": [{"name": "main", "image": "registry.example/job:1"}]}}},
    opts=pulumi.ResourceOptions(provider=provider, depends_on=[space]))
"""
SPACE = 'space = k8s.core.v1.Namespace("space", metadata={"name": SPACE}, opts=own)\n'


def _scaler(sandbox: EngineSandbox) -> str:
    return f"/apis/autoscaling/v2/namespaces/{sandbox.namespace}/horizontalpodautoscalers/scaler"


def _patch_by_hand(api: KubeApi, path: str, least: int) -> None:
    """As `kubectl patch` does: an update by a field manager of its own, which takes the field."""
    live = api.request("GET", path)
    live["spec"]["minReplicas"] = least
    api.request("PUT", path, live, fieldManager="kubectl-patch")


def _apply_ours(api: KubeApi, path: str, manager: str, least: int) -> Object:
    """As a provider that doesn't force applies a change of this field."""
    body = {
        "apiVersion": "autoscaling/v2",
        "kind": "HorizontalPodAutoscaler",
        "metadata": {"name": "scaler"},
        "spec": {
            "minReplicas": least,
            "maxReplicas": 9,
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "nobody"},
        },
    }
    return api.request("PATCH", path, body, fieldManager=manager)


def _manager(api: KubeApi, path: str) -> str:
    """Who applies the object: the provider, by the name that it gave itself."""
    entries = api.request("GET", path)["metadata"]["managedFields"]
    (ours,) = {entry["manager"] for entry in entries if entry["operation"] == "Apply"}
    return ours


def test_what_was_patched_by_hand_stays_until_it_is_patched_back(
    cluster_sandbox: EngineSandbox, control_plane: RunningControlPlane
) -> None:
    """autoscaler-blind.md. Kubernetes: Server-Side Apply, conflicts; equal values are shared and none."""
    api, path = control_plane.api, _scaler(cluster_sandbox)
    cluster_sandbox.kubernetes_program(SPACE + SCALED.format(round=1, least=2))
    cluster_sandbox.up()
    manager = _manager(api, path)

    _patch_by_hand(api, path, 6)
    cluster_sandbox.up()
    assert api.request("GET", path)["spec"]["minReplicas"] == 6
    with pytest.raises(RehearsalError, match=r'conflict with "kubectl-patch".*minReplicas'):
        _apply_ours(api, path, manager, 2)

    _patch_by_hand(api, path, 2)
    assert _apply_ours(api, path, manager, 2)["spec"]["minReplicas"] == 2
    cluster_sandbox.kubernetes_program(SPACE + SCALED.format(round=2, least=2))
    cluster_sandbox.up()
    assert api.request("GET", path)["metadata"]["labels"]["round"] == "2"


def test_a_job_that_failed_runs_again_once_it_is_deleted_and_the_state_is_refreshed(
    cluster_sandbox: EngineSandbox, control_plane: RunningControlPlane
) -> None:
    """job-failed.md: the cause was outside of the Job, here that no node has its label."""
    api = control_plane.api
    path = f"/apis/batch/v1/namespaces/{cluster_sandbox.namespace}/jobs/job"
    cluster_sandbox.kubernetes_program(SPACE + JOB)
    cluster_sandbox.up(fails=True)

    node = api.items("Node")[0]
    node["metadata"]["labels"]["naap.io/mended"] = cluster_sandbox.namespace
    api.request("PUT", f"/api/v1/nodes/{node['metadata']['name']}", node)
    cluster_sandbox.up(fails=True)

    api.request("DELETE", path, propagationPolicy="Background")
    wait_for("the end of the Job", lambda: not _there(api, path), seconds=30)
    cluster_sandbox.up("--refresh")
    assert api.request("GET", path)["status"]["succeeded"] == 1


def _there(api: KubeApi, path: str) -> bool:
    folder, _, name = path.rpartition("/")
    return any(item["metadata"]["name"] == name for item in api.request("GET", folder)["items"])
