"""Steps of runbooks under the real engine and API server: what a person does, and what `pulumi up` makes of it."""

from rehearsal.control_plane.kube_api import KubeApi
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


def test_what_was_patched_by_hand_stays_until_a_refresh_sets_it_back(
    cluster_sandbox: EngineSandbox, control_plane: RunningControlPlane
) -> None:
    """autoscaler-blind.md, with the provider's options that the program states (docs/decisions/patch-force.md)."""
    api, path = control_plane.api, _scaler(cluster_sandbox)
    cluster_sandbox.pulumi("config", "set", "force", "true")
    cluster_sandbox.kubernetes_program(SPACE + SCALED.format(round=1, least=2))
    cluster_sandbox.up()

    _patch_by_hand(api, path, 6)
    cluster_sandbox.up()
    assert api.request("GET", path)["spec"]["minReplicas"] == 6
    cluster_sandbox.up("--refresh")
    assert api.request("GET", path)["spec"]["minReplicas"] == 2

    _patch_by_hand(api, path, 6)
    cluster_sandbox.kubernetes_program(SPACE + SCALED.format(round=2, least=2))
    cluster_sandbox.up()
    assert api.request("GET", path)["spec"]["minReplicas"] == 2


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
