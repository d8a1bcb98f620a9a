from rehearsal.standins.kubernetes.compare import changes, observed, written
from rehearsal.standins.provider import Change
from rehearsal.standins.values import Map


def deployment(**spec: object) -> Map:
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "a"}, "spec": spec}


def test_every_change_has_its_path() -> None:
    old = {"a": 1, "b": {"c": [1, 2]}, "d": "x"}
    new = {"a": 1, "b": {"c": [1, 3, 4]}, "e.f/g": "x"}
    assert {written(path): change for path, change in changes(old, new)} == {
        "b.c[1]": Change.UPDATE,
        "b.c[2]": Change.ADD,
        "d": Change.DELETE,
        '["e.f/g"]': Change.ADD,
    }


def test_true_is_not_one() -> None:
    assert list(changes({"a": 1}, {"a": True})) == [(("a",), Change.UPDATE)]


def test_what_the_server_fills_in_is_no_drift() -> None:
    wanted = deployment(template={"spec": {"containers": [{"name": "c", "ports": [{"containerPort": 80}]}]}})
    container = {"name": "c", "ports": [{"containerPort": 80, "protocol": "TCP"}], "imagePullPolicy": "Always"}
    live = deployment(replicas=1, template={"spec": {"containers": [container], "restartPolicy": "Always"}})
    assert observed(wanted, live) == wanted


def test_an_amount_in_another_spelling_is_no_drift() -> None:
    wanted = deployment(resources={"limits": {"cpu": "0.5"}})
    assert observed(wanted, deployment(resources={"limits": {"cpu": "500m"}})) == wanted


def test_another_amount_is_drift() -> None:
    wanted = deployment(resources={"limits": {"cpu": "0.5"}})
    assert observed(wanted, deployment(resources={"limits": {"cpu": "1"}}))["spec"]["resources"]["limits"] == {
        "cpu": "1"
    }


def test_named_items_in_another_order_are_no_drift() -> None:
    wanted = deployment(env=[{"name": "B", "value": "1"}, {"name": "A", "value": "2"}])
    live = deployment(env=[{"name": "A", "value": "2"}, {"name": "B", "value": "1"}])
    assert observed(wanted, live) == wanted


def test_an_item_that_someone_added_is_drift() -> None:
    wanted = deployment(env=[{"name": "A", "value": "1"}])
    live = deployment(env=[{"name": "X", "value": "9"}, {"name": "A", "value": "1"}])
    assert observed(wanted, live)["spec"]["env"] == [{"name": "A", "value": "1"}, {"name": "X", "value": "9"}]


def test_an_empty_list_that_the_server_drops_is_no_drift() -> None:
    assert observed(deployment(volumes=[]), deployment()) == deployment(volumes=[])


def test_a_label_that_was_taken_away_is_drift() -> None:
    wanted: Map = {"metadata": {"labels": {"a": "1", "b": "2"}}}
    assert observed(wanted, {"metadata": {"labels": {"a": "1"}}}) == {"metadata": {"labels": {"a": "1"}}}


def test_a_key_that_someone_added_to_data_is_drift() -> None:
    assert observed({"data": {"a": "1"}}, {"data": {"a": "1", "b": "2"}}) == {"data": {"a": "1", "b": "2"}}


def test_replicas_that_an_autoscaler_chose_are_no_drift() -> None:
    assert observed(deployment(paused=False), deployment(replicas=7)) == deployment(paused=False)
