from rehearsal.standins.kubernetes.normalize import complete, normalize
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


def test_the_texts_of_a_secret_become_its_data() -> None:
    secret: Map = {"apiVersion": "v1", "kind": "Secret", "stringData": Secret({"a": "b"}), "data": {"c": "ZA=="}}
    assert complete(secret) == {"apiVersion": "v1", "kind": "Secret", "data": {"a": "Yg==", "c": "ZA=="}}


def test_texts_that_are_not_known_yet_wait() -> None:
    secret: Map = {"apiVersion": "v1", "kind": "Secret", "stringData": {"a": UNKNOWN}}
    assert complete(secret) == secret
