"""provider/pkg/await/await.go (fixCSAFieldManagers, patchForce, handleSSAErr) and provider/pkg/provider/provider.go
(fieldManagerName) of pulumi-kubernetes."""

import re

import pytest

from rehearsal.standins.kubernetes.objects.ownership import adopted, conflict, field_manager, takes_by_force
from rehearsal.standins.values import Map

OWN = "pulumi-kubernetes-0123abcd"


def managed(manager: str, operation: str, fields: Map | None = None, **more: str) -> Map:
    return {"manager": manager, "operation": operation, "fieldsV1": fields or {}, **more}


def live(*entries: Map) -> Map:
    return {"metadata": {"name": "a", "managedFields": list(entries)}}


def annotated(name: str, value: str) -> Map:
    return {"metadata": {"annotations": {f"pulumi.com/{name}": value}}}


def test_a_new_object_gets_a_manager_of_its_own_and_keeps_it() -> None:
    made = field_manager({}, {})
    assert re.fullmatch(r"pulumi-kubernetes-[0-9a-f]{8}", made)
    assert field_manager({}, {}) != made
    assert field_manager({"__fieldManager": made}, {}) == made


def test_an_object_may_name_its_manager() -> None:
    assert field_manager({"__fieldManager": OWN}, annotated("patchFieldManager", "mine")) == "mine"


def test_nothing_is_taken_by_force_unless_somebody_asks_for_it() -> None:
    foreign = live(managed("kubectl-patch", "Update"))
    assert not takes_by_force({}, foreign, enabled=False, preview=False)
    assert takes_by_force({}, foreign, enabled=True, preview=False)
    assert takes_by_force(annotated("patchForce", "true"), foreign, enabled=False, preview=False)
    assert not takes_by_force(annotated("patchForce", "yes"), foreign, enabled=False, preview=False)


def test_an_object_of_before_managed_fields_is_taken_by_force() -> None:
    assert takes_by_force({}, live(), enabled=False, preview=False)


def test_a_preview_forces_what_the_update_would_adopt_first() -> None:
    created = live(managed("pulumi-kubernetes", "Update"))
    assert takes_by_force({}, created, enabled=False, preview=True)
    assert not takes_by_force({}, created, enabled=False, preview=False)
    assert takes_by_force({}, None, enabled=False, preview=True)


def test_what_was_created_is_adopted_before_it_is_applied() -> None:
    created = managed("pulumi-kubernetes", "Update", {"f:data": {"f:a": {}}})
    applied = managed(OWN, "Apply", {"f:data": {"f:b": {}}})
    scaler = managed("kube-controller-manager", "Update", {"f:spec": {}}, subresource="scale")
    found = adopted(live(created, applied, scaler), OWN)
    assert found == [scaler, managed(OWN, "Apply", {"f:data": {"f:a": {}, "f:b": {}}})]


def test_what_kubectl_applied_is_adopted_with_it() -> None:
    assert adopted(live(managed("kubectl", "Apply")), OWN) == [managed(OWN, "Apply")]


@pytest.mark.parametrize("manager", ["kubectl-patch", "kubectl-edit", "kubectl-client-side-apply", "someone"])
def test_what_others_changed_stays_theirs(manager: str) -> None:
    assert adopted(live(managed(manager, "Update")), OWN) is None


def test_a_status_is_nobody_s_but_its_writer_s() -> None:
    assert adopted(live(managed("kubectl", "Update", subresource="status")), OWN) is None


def test_a_conflict_is_told_in_the_real_provider_s_words() -> None:
    text = conflict('Apply failed with 1 conflict: conflict with "x": .data.a', OWN)
    assert text.startswith("server-side apply field conflict detected, see https://www.pulumi.com/registry/packages/")
    assert text.endswith(
        f'The resource managed by field manager "{OWN}" had an apply conflict: '
        'Apply failed with 1 conflict: conflict with "x": .data.a'
    )
