"""provider/pkg/provider/provider.go (normalizeInputs) and provider/pkg/clients/unstructured.go of pulumi-kubernetes."""

import pytest

from rehearsal.standins.kubernetes.objects.normalize import normalize
from rehearsal.standins.values import UNKNOWN, Map, Secret


def pod_spec(**container: object) -> Map:
    containers = [{"name": "app", **container}]
    return {"apiVersion": "apps/v1", "kind": "Deployment", "spec": {"template": {"spec": {"containers": containers}}}}


def test_two_spellings_of_an_amount_are_one() -> None:
    assert normalize(pod_spec(resources={"limits": {"cpu": "0.5"}})) == normalize(
        pod_spec(resources={"limits": {"cpu": "500m"}})
    )


def test_a_number_in_an_environment_variable_is_not_an_amount() -> None:
    assert normalize(pod_spec(env=[{"name": "RATE", "value": "0.5"}])) == pod_spec(
        env=[{"name": "RATE", "value": "0.5"}]
    )


def test_an_empty_list_means_the_same_as_none() -> None:
    assert normalize(pod_spec(env=[])) == normalize(pod_spec())


def test_an_empty_object_that_has_a_meaning_stays() -> None:
    policy: Map = {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "spec": {"podSelector": {}}}
    assert normalize(policy) == policy


def test_a_custom_resource_is_left_as_it_is() -> None:
    custom: Map = {"apiVersion": "example.com/v1", "kind": "Thing", "spec": {"list": [], "limits": {"cpu": "0.5"}}}
    assert normalize(custom) == custom


@pytest.mark.parametrize(("given", "kept"), [("1000m", "1"), ("1024Mi", "1Gi"), (0.5, "500m"), ("1e3", "1k")])
def test_an_amount_is_kept_as_the_api_server_writes_it(given: str | float, kept: str) -> None:
    limits = normalize(pod_spec(resources={"limits": {"cpu": given}}))
    assert limits == pod_spec(resources={"limits": {"cpu": kept}})


def test_a_no_that_is_the_same_as_nothing_is_left_out() -> None:
    mounted = normalize(pod_spec(volumeMounts=[{"name": "a", "readOnly": False}], tty=False))
    assert mounted == pod_spec(volumeMounts=[{"name": "a"}])


def test_a_no_that_differs_from_nothing_stays() -> None:
    spec = pod_spec(securityContext={"allowPrivilegeEscalation": False}, volumeMounts=[{"readOnly": True}])
    assert normalize(spec) == spec


def test_what_only_the_api_server_writes_is_left_out() -> None:
    assert normalize({"kind": "A", "metadata": {"name": "a", "uid": "1", "resourceVersion": "2"}}) == {
        "kind": "A",
        "metadata": {"name": "a"},
    }


def test_the_texts_of_a_secret_become_its_data() -> None:
    secret: Map = {"apiVersion": "v1", "kind": "Secret", "stringData": Secret({"a": "b"}), "data": {"c": "ZA=="}}
    assert normalize(secret) == {"apiVersion": "v1", "kind": "Secret", "data": {"a": "Yg==", "c": "ZA=="}}


def test_line_ends_in_the_data_of_a_secret_are_left_out() -> None:
    secret: Map = {"apiVersion": "v1", "kind": "Secret", "data": {"c": "Z\nA=="}}
    assert normalize(secret)["data"] == {"c": "ZA=="}


def test_what_is_not_known_yet_waits() -> None:
    secret: Map = {"apiVersion": "v1", "kind": "Secret", "stringData": {"a": UNKNOWN}}
    assert normalize(secret) == secret
