"""provider/pkg/provider/diff.go of pulumi-kubernetes."""

import pytest

from rehearsal.standins.kubernetes.replacement import immutable_fields, needs_new
from rehearsal.standins.values import Map


def obj(version: str, kind: str, **more: object) -> Map:
    return {"apiVersion": version, "kind": kind, "metadata": {"name": "a"}, **more}


@pytest.mark.parametrize(
    ("version", "kind", "path"),
    [
        ("apps/v1", "Deployment", ("spec", "selector", "matchLabels", "app")),
        ("apps/v1", "Deployment", ("metadata", "name")),
        ("batch/v1", "Job", ("spec", "template", "spec", "containers", 0, "image")),
        ("v1", "Service", ("spec", "clusterIP")),
        ("v1", "Secret", ("type",)),
        ("v1", "ConfigMap", ("data", "a")),
        ("rbac.authorization.k8s.io/v1", "RoleBinding", ("roleRef", "name")),
    ],
)
def test_what_the_api_server_would_refuse_replaces(version: str, kind: str, path: tuple[str | int, ...]) -> None:
    assert needs_new(path, "x", immutable_fields(obj(version, kind), ()))


@pytest.mark.parametrize(
    ("version", "kind", "path"),
    [
        ("apps/v1", "Deployment", ("spec", "template", "spec", "containers", 0, "image")),
        ("apps/v1", "Deployment", ("metadata", "labels", "name")),
        ("batch/v1", "Job", ("spec", "ttlSecondsAfterFinished")),
        ("scheduling.k8s.io/v1", "PriorityClass", ("value",)),
        ("v1", "Service", ("spec", "ports", 0, "port")),
    ],
)
def test_what_the_real_provider_does_not_know_of_does_not_replace(
    version: str, kind: str, path: tuple[str | int, ...]
) -> None:
    assert not needs_new(path, "x", immutable_fields(obj(version, kind), ()))


def test_a_whole_parent_that_comes_or_goes_counts_for_what_it_holds() -> None:
    fields = immutable_fields(obj("v1", "Service"), ())
    assert needs_new(("spec",), {"clusterIP": "10.0.0.1"}, fields)
    assert not needs_new(("spec",), {"ports": []}, fields)


def test_data_of_a_mutable_kind_does_not_replace() -> None:
    assert not needs_new(("data", "a"), "x", immutable_fields(obj("v1", "ConfigMap"), {"ConfigMap"}))


def test_data_of_an_object_that_calls_itself_immutable_replaces_anyway() -> None:
    fields = immutable_fields(obj("v1", "ConfigMap", immutable=True), {"ConfigMap"})
    assert needs_new(("data", "a"), "x", fields)
