from typing import Any

from analysis.drift import Undo, find_drift

SPACE: dict[str, Any] = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "plugin-a"}}


def config_map(name: str = "a", *, data: object = None, managers: object = None, **metadata: object) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": name, "namespace": "plugin-a", "managedFields": managers or [], **metadata},
        "data": data or {"a": "1"},
    }


def owner(manager: str, fields: object = None, **more: str) -> dict[str, Any]:
    return {"manager": manager, "operation": "Update", "fieldsV1": fields or {"f:data": {"f:a": {}}}, **more}


def told(made: list[dict[str, Any]], live: list[dict[str, Any]]) -> list[str]:
    return [str(finding) for finding in find_drift(made, live)]


def test_what_is_as_it_was_made_is_not_told() -> None:
    ours = owner("pulumi-kubernetes-0123abcd")
    assert told([SPACE, config_map()], [SPACE, config_map(managers=[ours])]) == []


def test_what_is_gone_is_told() -> None:
    assert told([config_map()], []) == ["ConfigMap plugin-a/a: is gone"]


def test_a_field_of_somebody_else_is_told_with_their_name_and_without_its_value() -> None:
    theirs = owner("kubectl-edit", {"f:data": {".": {}, "f:b": {}}})
    live = config_map(data={"a": "1", "b": "hush"}, managers=[theirs])
    assert told([config_map()], [live]) == ["ConfigMap plugin-a/a: data.b is of kubectl-edit"]


def test_an_item_of_a_list_is_named_by_its_key() -> None:
    fields: dict[str, Any] = {
        "f:spec": {"f:containers": {'k:{"name":"app"}': {"f:image": {}}}, "f:args": {'v:"x"': {}}}
    }
    found = find_drift([config_map()], [config_map(managers=[owner("kubectl-set", fields)])])
    assert [finding.text for finding in found] == [
        "spec.containers[app].image is of kubectl-set",
        'spec.args["x"] is of kubectl-set',
    ]
    assert [finding.grave for finding in found] == [True, False]


def test_what_somebody_changed_under_our_own_name_is_told_as_well() -> None:
    live = config_map(data={"a": "2"}, managers=[owner("pulumi-kubernetes")])
    assert told([config_map()], [live]) == ["ConfigMap plugin-a/a: data.a is not what the program states"]


def test_what_controllers_and_statuses_say_is_their_own_affair() -> None:
    managers = [owner("kube-controller-manager"), owner("karpenter"), owner("who", subresource="status")]
    assert told([config_map()], [config_map(managers=managers)]) == []


def test_a_secret_of_the_state_is_not_compared() -> None:
    hidden = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "ciphertext": "v1:x"}
    assert told([config_map(data={"a": hidden})], [config_map(data={"a": "open"})]) == []


def test_an_object_of_somebody_else_in_our_namespace_is_told() -> None:
    left = config_map("left", managers=[owner("kubectl-create")])
    assert told([SPACE], [SPACE, left]) == ["ConfigMap plugin-a/left: is not of the program; made by kubectl-create"]


def test_an_object_elsewhere_or_of_a_controller_is_not() -> None:
    made = [config_map("x", managers=[owner("helm")]), config_map("kube-root-ca.crt", managers=[owner("who")])]
    owned = config_map("y", managers=[owner("who")], ownerReferences=[{"uid": "1"}])
    elsewhere = config_map("z", managers=[owner("who")], namespace="default")
    assert told([SPACE], [SPACE, *made, owned, elsewhere]) == []


def test_what_a_preview_environment_has_beside_ours_is_told_as_its_own_in_a_line_and_is_no_difference() -> None:
    bears = {"labels": {"naap.io/preview": "pr-12"}}
    its = [config_map(name, managers=[owner("pulumi-kubernetes-1")], **bears) for name in ("x", "y")]
    found = find_drift([SPACE], [SPACE, *its])
    assert [(str(one), one.undo) for one in found] == [
        ("Preview environment pr-12: its objects in namespaces of the stack: 2", Undo.NONE)
    ]


def test_to_bear_its_name_hides_neither_what_a_person_made_nor_a_right() -> None:
    bears = {"labels": {"naap.io/preview": "pr-12"}}
    left = config_map("left", managers=[owner("kubectl-create")], **bears)
    metadata = {"name": "me", "namespace": "plugin-a", "managedFields": [owner("pulumi-kubernetes-1")], **bears}
    assert told([SPACE], [SPACE, left, {"kind": "RoleBinding", "metadata": metadata}]) == [
        "RoleBinding plugin-a/me: is not of the program; made by pulumi-kubernetes-1",
        "ConfigMap plugin-a/left: is not of the program; made by kubectl-create",
    ]


def test_a_right_that_somebody_gave_is_told_wherever_it_is_and_first() -> None:
    binding = {
        "kind": "ClusterRoleBinding",
        "metadata": {"name": "me", "managedFields": [owner("kubectl-create")]},
    }
    found = find_drift([SPACE, config_map()], [SPACE, binding])
    assert [(str(one), one.grave) for one in found] == [
        ("ClusterRoleBinding me: is not of the program; made by kubectl-create", True),
        ("ConfigMap plugin-a/a: is gone", False),
    ]
