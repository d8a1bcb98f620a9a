"""provider/pkg/provider/provider.go (convertPatchToDiff) and provider/pkg/provider/util.go (pruneMap, pruneSlice) of
pulumi-kubernetes."""

from rehearsal.standins.kubernetes.objects.compare import changes, pruned, written
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


def test_what_the_server_fills_in_is_not_seen() -> None:
    wanted = deployment(template={"spec": {"containers": [{"name": "c", "ports": [{"containerPort": 80}]}]}})
    container = {"name": "c", "ports": [{"containerPort": 80, "protocol": "TCP"}], "imagePullPolicy": "Always"}
    live = deployment(replicas=1, template={"spec": {"containers": [container], "restartPolicy": "Always"}})
    assert pruned(live, wanted) == wanted


def test_a_value_that_somebody_changed_is_seen() -> None:
    assert pruned({"metadata": {"labels": {"a": "2"}}}, {"metadata": {"labels": {"a": "1"}}}) == {
        "metadata": {"labels": {"a": "2"}}
    }


def test_what_somebody_took_away_is_seen() -> None:
    wanted: Map = {"metadata": {"labels": {"a": "1", "b": "2"}}}
    assert pruned({"metadata": {"labels": {"a": "1"}}}, wanted) == {"metadata": {"labels": {"a": "1"}}}


def test_what_somebody_added_is_not_seen() -> None:
    wanted: Map = {"data": {"a": "1"}, "spec": {"env": [{"name": "A", "value": "1"}]}}
    live: Map = {
        "data": {"a": "1", "b": "2"},
        "spec": {"env": [{"name": "A", "value": "1"}, {"name": "X", "value": "9"}], "replicas": 7},
    }
    assert pruned(live, wanted) == wanted


def test_items_of_a_list_answer_to_each_other_by_their_place() -> None:
    wanted: Map = {"env": [{"name": "A"}, {"name": "B"}]}
    live: Map = {"env": [{"name": "X", "value": "9"}, {"name": "A", "value": "1"}, {"name": "B"}]}
    assert pruned(live, wanted) == {"env": [{"name": "X"}, {"name": "A"}]}


def test_a_list_that_is_asked_for_empty_stays_so() -> None:
    assert pruned({"ingress": [{"from": []}]}, {"ingress": []}) == {"ingress": []}


def test_a_value_of_another_type_is_seen_whole() -> None:
    assert pruned({"a": {"b": 1}}, {"a": "text"}) == {"a": {"b": 1}}
    assert pruned({"a": [{"b": 1}]}, {"a": ["text"]}) == {"a": [{"b": 1}]}
