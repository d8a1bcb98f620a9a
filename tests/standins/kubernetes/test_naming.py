import pytest

from rehearsal.standins.kubernetes.objects.naming import is_autonamed, with_name, with_namespace
from rehearsal.standins.provider import ProviderError, Resource
from rehearsal.standins.values import Map

RESOURCE = Resource(urn="urn:pulumi:dev::p::kubernetes:core/v1:ConfigMap::settings")


def test_a_name_of_its_own_is_kept() -> None:
    named = with_name(RESOURCE, {}, {"metadata": {"name": "mine"}})
    assert named["metadata"]["name"] == "mine"
    assert not is_autonamed(named)


def test_a_missing_name_is_made_from_the_resource_s() -> None:
    named = with_name(RESOURCE, {}, {})
    assert named["metadata"]["name"].startswith("settings-")
    assert is_autonamed(named)


def test_a_made_up_name_stays_from_run_to_run() -> None:
    first = with_name(RESOURCE, {}, {})
    assert with_name(RESOURCE, first, {})["metadata"]["name"] == first["metadata"]["name"]


def test_the_name_that_the_engine_proposes_is_taken() -> None:
    resource = Resource(urn=RESOURCE.urn, proposed_name="wanted")
    assert with_name(resource, {}, {})["metadata"]["name"] == "wanted"


def test_no_name_is_made_up_where_that_is_disabled() -> None:
    resource = Resource(urn=RESOURCE.urn, naming_disabled=True)
    with pytest.raises(ProviderError, match=r"metadata\.name is missing"):
        with_name(resource, {}, {})


def test_generate_name_is_refused() -> None:
    with pytest.raises(ProviderError, match="generateName"):
        with_name(RESOURCE, {}, {"metadata": {"generateName": "a-"}})


def test_an_object_of_a_namespaced_kind_gets_the_default_namespace() -> None:
    placed = with_namespace({}, {"metadata": {"name": "a"}}, "default", namespaced=True)
    assert placed["metadata"]["namespace"] == "default"


@pytest.mark.parametrize("namespaced", [False, None])
def test_no_namespace_is_given_where_there_is_none_or_none_is_known(namespaced: bool | None) -> None:
    assert "namespace" not in with_namespace({}, {"metadata": {}}, "default", namespaced=namespaced)["metadata"]


def test_where_the_kind_is_not_known_the_namespace_of_before_stays() -> None:
    olds: Map = {"metadata": {"namespace": "apps"}}
    assert with_namespace(olds, {"metadata": {}}, "default", namespaced=None)["metadata"]["namespace"] == "apps"
