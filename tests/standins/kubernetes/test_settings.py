import json

import pytest

from rehearsal.standins.kubernetes.settings import difference, read_settings, refusals
from rehearsal.standins.provider import Change, ProviderError
from rehearsal.standins.values import UNKNOWN, Secret


def kubeconfig(server: str, user: str = "one") -> str:
    return json.dumps(
        {
            "current-context": "c",
            "contexts": [{"name": "c", "context": {"cluster": "k", "user": "u"}}],
            "clusters": [{"name": "k", "cluster": {"server": server}}],
            "users": [{"name": "u", "user": {"token": user}}],
        }
    )


ONE, OTHER = kubeconfig("https://one.example"), kubeconfig("https://other.example")


def test_variables_of_the_engine_become_settings() -> None:
    settings = read_settings({"kubernetes:config:kubeconfig": ONE, "kubernetes:config:enableConfigMapMutable": "true"})
    assert settings.find_cluster().server == "https://one.example"
    assert settings.mutable_kinds == {"ConfigMap"}


def test_a_kubeconfig_that_is_not_known_yet_is_none() -> None:
    with pytest.raises(ProviderError, match="not known yet"):
        read_settings({"kubernetes:config:kubeconfig": UNKNOWN}).find_cluster()


def test_the_machine_s_own_kubeconfig_is_never_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KUBECONFIG", "/somewhere/config")
    with pytest.raises(ProviderError, match="no kubeconfig is given"):
        read_settings({}).find_cluster()


def test_settings_do_not_show_their_kubeconfig() -> None:
    assert "example" not in repr(read_settings({"kubernetes:config:kubeconfig": ONE}))


def test_what_the_stand_in_cannot_do_is_refused() -> None:
    news = {"kubeconfig": ONE, "enableServerSideApply": "false", "renderYamlToDirectory": "out"}
    assert [name for name, _ in refusals(news)] == ["enableServerSideApply", "renderYamlToDirectory"]


def test_a_new_login_to_the_same_cluster_replaces_nothing() -> None:
    again = kubeconfig("https://one.example", user="renewed")
    assert difference({"kubeconfig": ONE}, {"kubeconfig": again}).changes == {"kubeconfig": Change.UPDATE}


def test_another_cluster_replaces_the_provider() -> None:
    assert difference({"kubeconfig": ONE}, {"kubeconfig": OTHER}).changes == {"kubeconfig": Change.UPDATE_REPLACE}


def test_while_the_identifier_stays_no_kubeconfig_replaces_the_provider() -> None:
    for after in (OTHER, UNKNOWN, Secret(OTHER)):
        olds = {"kubeconfig": ONE, "clusterIdentifier": "a"}
        news = {"kubeconfig": after, "clusterIdentifier": "a"}
        assert difference(olds, news).changes == {"kubeconfig": Change.UPDATE}


def test_another_identifier_replaces_the_provider() -> None:
    found = difference({"clusterIdentifier": "a"}, {"clusterIdentifier": "b"})
    assert found.changes == {"clusterIdentifier": Change.UPDATE_REPLACE}


def test_without_an_identifier_an_unknown_kubeconfig_replaces_the_provider() -> None:
    assert difference({"kubeconfig": ONE}, {"kubeconfig": UNKNOWN}).changes == {"kubeconfig": Change.UPDATE_REPLACE}


def test_the_same_configuration_is_no_change() -> None:
    assert difference({"kubeconfig": Secret(ONE)}, {"kubeconfig": ONE}).changes == {}
