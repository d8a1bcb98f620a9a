"""Plugins of the real registry in a real control plane: admitted, within their quotas, and ready."""

from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from components.cluster.priority_classes import PriorityClasses
from rehearsal import RehearsalError
from tests.components.plugins import build_plugins, make_plugins
from tests.components.recording import Recorded, build
from tests.conftest import RunningControlPlane
from tests.plugin_plans import entry, plugin_plans, registry_with, with_backend
from tests.wait import wait_for

PATHS = {
    "Namespace": "/api/v1/namespaces",
    "PriorityClass": "/apis/scheduling.k8s.io/v1/priorityclasses",
    "ResourceQuota": "/api/v1/namespaces/{}/resourcequotas",
    "LimitRange": "/api/v1/namespaces/{}/limitranges",
    "NetworkPolicy": "/apis/networking.k8s.io/v1/namespaces/{}/networkpolicies",
    "ServiceAccount": "/api/v1/namespaces/{}/serviceaccounts",
    "ConfigMap": "/api/v1/namespaces/{}/configmaps",
    "Secret": "/api/v1/namespaces/{}/secrets",
    "Service": "/api/v1/namespaces/{}/services",
    "Job": "/apis/batch/v1/namespaces/{}/jobs",
    "Deployment": "/apis/apps/v1/namespaces/{}/deployments",
    "PodDisruptionBudget": "/apis/policy/v1/namespaces/{}/poddisruptionbudgets",
    "HorizontalPodAutoscaler": "/apis/autoscaling/v2/namespaces/{}/horizontalpodautoscalers",
}
"""In the order in which they may be made."""


def objects(records: Sequence[Recorded]) -> list[dict[str, Any]]:
    """Of plugins' own namespaces and of the whole cluster; routes have a test of their own."""
    kept = [
        dict(record.inputs)
        for record in records
        if record.inputs.get("kind") in PATHS
        and record.inputs["metadata"].get("namespace", "plugin-").startswith("plugin-")
        and record.inputs["metadata"]["name"] != "naap-pooler"
    ]
    order = list(PATHS)
    return sorted(kept, key=lambda item: order.index(item["kind"]))


def collection(item: dict[str, Any]) -> str:
    return PATHS[item["kind"]].format(item["metadata"].get("namespace"))


@pytest.fixture(scope="module")
def cluster(control_plane: RunningControlPlane) -> Iterator[RunningControlPlane]:
    """With every plugin of the registry in it, at the size for 5,000 users."""

    def make() -> None:
        PriorityClasses("priorities")
        make_plugins(plugin_plans(5_000))

    made = objects(build(make))
    api = control_plane.api
    try:
        for item in made:
            api.request("POST", collection(item), item, fieldValidation="Strict")
        yield control_plane
    finally:
        for item in made:
            if item["kind"] == "PriorityClass":
                api.request("DELETE", f"{collection(item)}/{item['metadata']['name']}")
        control_plane.remove(item["metadata"]["name"] for item in made if item["kind"] == "Namespace")


def deployments(cluster: RunningControlPlane) -> list[dict[str, Any]]:
    items = cluster.api.request("GET", "/apis/apps/v1/deployments")["items"]
    return [item for item in items if item["metadata"]["namespace"].startswith("plugin-")]


def test_every_deployment_becomes_ready_at_its_minimum(cluster: RunningControlPlane) -> None:
    wanted = {
        (workload.name, workload.replicas or workload.pods.min)
        for plan in plugin_plans(5_000).values()
        if plan.backend
        for workload in plan.backend.workloads
    }

    def all_ready() -> bool:
        ready = {(item["metadata"]["name"], item["status"].get("readyReplicas", 0)) for item in deployments(cluster)}
        assert ready == wanted
        return True

    # The autoscalers bring the Deployments, which state no replicas, to their minimum.
    wait_for("pods that are ready", all_ready, seconds=90)


def test_no_quota_refuses_a_pod_of_the_plan(cluster: RunningControlPlane) -> None:
    failing = [
        (item["metadata"]["name"], condition["message"])
        for item in deployments(cluster)
        for condition in item["status"].get("conditions", [])
        if condition["type"] == "ReplicaFailure"
    ]
    assert not failing


@pytest.mark.parametrize("users", [1_000, 50_000, 120_000])
def test_objects_of_every_tier_are_admitted(cluster: RunningControlPlane, users: int) -> None:
    for item in objects(build_plugins(plugin_plans(users))):
        if item["kind"] == "Namespace":
            continue
        item["metadata"] = {**item["metadata"], "name": f"dry-{item['metadata']['name']}"}
        cluster.api.request("POST", collection(item), item, dryRun="All", fieldValidation="Strict")


def test_a_pod_that_asks_for_a_privilege_is_refused(cluster: RunningControlPlane) -> None:
    deployment = next(item for item in deployments(cluster) if item["metadata"]["name"] == "community")
    template = deployment["spec"]["template"]
    template["spec"]["containers"][0]["securityContext"]["allowPrivilegeEscalation"] = True
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "bold"}, "spec": template["spec"]}
    with pytest.raises(RehearsalError, match="violates PodSecurity"):
        cluster.api.request("POST", "/api/v1/namespaces/plugin-community/pods", pod, dryRun="All")


def test_a_container_larger_than_its_plugin_is_refused(cluster: RunningControlPlane) -> None:
    large = with_backend(entry("community"), resources=entry("base-svc").resources)
    records = build_plugins({"community": plugin_plans(registry=registry_with(large))["community"]})
    (item,) = [item for item in objects(records) if item["kind"] == "Deployment"]
    spec = item["spec"]["template"]["spec"]
    resources = spec["containers"][0]["resources"]
    resources["requests"] = resources["limits"] = {"cpu": "3", "memory": "3Gi", "ephemeral-storage": "512Mi"}
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "large"}, "spec": spec}
    with pytest.raises(RehearsalError, match="maximum memory usage per Container"):
        cluster.api.request("POST", "/api/v1/namespaces/plugin-community/pods", pod, dryRun="All")
