from rehearsal.standins.kubernetes.ownership import field_manager, is_managed_by

URN = "urn:pulumi:dev::naap::kubernetes:core/v1:ConfigMap::a"


def test_each_resource_has_a_manager_of_its_own_and_keeps_it() -> None:
    assert field_manager(URN) == field_manager(URN)
    assert field_manager(URN) != field_manager(URN.replace("::a", "::b"))
    assert len(field_manager(URN)) < 128  # the API server's limit


def test_an_object_is_ours_when_it_bears_our_manager() -> None:
    live = {"metadata": {"managedFields": [{"manager": "kubectl"}, {"manager": field_manager(URN)}]}}
    assert is_managed_by(live, field_manager(URN))
    assert not is_managed_by({"metadata": {"managedFields": [{"manager": "kubectl"}]}}, field_manager(URN))
