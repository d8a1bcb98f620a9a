"""What others own is stated by no object of ours (docs/decisions/patch-force.md), and what is stated is stated as it is
kept."""

from collections.abc import Iterator, Mapping
from typing import Any, cast

import pytest

from rehearsal.standins.kubernetes.objects.compare import changes, written
from rehearsal.standins.kubernetes.objects.normalize import normalize
from tests.build.conftest import Built
from tests.components.recording import UNKNOWN, Recorded

OWNED: Mapping[str, tuple[str, ...]] = {
    "*": ("status", "metadata.finalizers", "metadata.ownerReferences", "metadata.managedFields"),
    "Deployment": ("metadata.annotations.deployment.kubernetes.io/revision",),  # kube-controller-manager
    "Service": ("spec.clusterIPs", "spec.healthCheckNodePort"),  # the API server; and spec.clusterIP, unless it is None
    "Namespace": ("metadata.labels.kubernetes.io/metadata.name", "spec.finalizers"),  # the API server
    "ServiceAccount": ("secrets",),  # the token controller of old
    "Job": (  # the Job controller
        "spec.selector",
        "spec.suspend",
        "spec.template.metadata.labels.controller-uid",
        "spec.template.metadata.labels.batch.kubernetes.io/controller-uid",
        "spec.template.metadata.labels.batch.kubernetes.io/job-name",
    ),
    "ClusterRole": ("aggregationRule",),  # the aggregation controller writes the rules of such a role
    "NodePool": ("metadata.annotations.karpenter.sh/nodepool-hash", "spec.nodeClassRef.uid"),  # Karpenter
    "NodeClass": ("metadata.annotations.eks.amazonaws.com/nodeclass-hash",),  # EKS Auto Mode
    "TargetGroupBinding": ("spec.vpcID", "spec.ipAddressType"),  # the balancer's controller and its webhook
}
"""Fields by kind, each with who writes it. Nothing of ours asks for a certificate to be injected: the one APIService
states its own authority."""


@pytest.fixture
def objects(tier: Built) -> list[Recorded]:
    """The Kubernetes objects of a tier."""
    return [record for record in tier.update.records if "kind" in record.inputs and "apiVersion" in record.inputs]


def test_no_object_states_a_field_that_another_manager_owns(objects: list[Recorded]) -> None:
    found = [
        f"{record.name}: {path}"
        for record in objects
        for path in (*OWNED["*"], *OWNED.get(record.inputs["kind"], ()))
        if _states(record.inputs, path)
    ]
    assert found == []


def test_no_service_states_an_address(objects: list[Recorded]) -> None:
    services = [record for record in objects if record.inputs["kind"] == "Service"]
    assert {record.inputs["spec"].get("clusterIP", "None") for record in services} == {"None"}


def test_a_deployment_that_an_autoscaler_sizes_states_no_replicas_and_every_other_does(objects: list[Recorded]) -> None:
    sized = {
        (_namespace(record.inputs), record.provider, record.inputs["spec"]["scaleTargetRef"]["name"])
        for record in objects
        if record.inputs["kind"] == "HorizontalPodAutoscaler"
    }
    deployments = [record for record in objects if record.inputs["kind"] == "Deployment"]
    assert sized
    for record in deployments:
        name = record.inputs["metadata"]["name"]
        scaled = (_namespace(record.inputs), record.provider, name) in sized
        assert ("replicas" in record.inputs["spec"]) is not scaled, record.name


def test_every_value_is_stated_as_it_is_kept(objects: list[Recorded]) -> None:
    """Amounts in their one spelling, nothing that means the same as nothing: provider/pkg/clients/unstructured.go."""
    found = [
        f"{record.name}: {written(path)}"
        for record in objects
        if record.inputs["kind"] != "Secret"
        for path, _ in changes(dict(record.inputs), normalize(dict(record.inputs)))
    ]
    assert found == []
    assert UNKNOWN not in str([record.inputs for record in objects])  # such objects are not normalized


def _namespace(inputs: Mapping[str, Any]) -> str:
    return str(inputs["metadata"].get("namespace"))


def _states(inputs: Mapping[str, Any], path: str) -> bool:
    return any(found == path or found.startswith(f"{path}.") for found in _paths(inputs))


def _paths(value: Mapping[str, Any], start: str = "") -> Iterator[str]:
    for key, item in value.items():
        yield f"{start}{key}"
        if isinstance(item, dict):
            yield from _paths(cast("dict[str, Any]", item), f"{start}{key}.")
