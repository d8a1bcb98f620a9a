"""What pods may call, as manifests in the wild say it."""

from dataclasses import replace

import pytest

from plugins.importing.importer import import_manifest
from tests.plugins.importing.test_import import FULL, TAKEN, imported, said


def test_dependencies_as_a_bare_array_are_understood_and_said() -> None:
    found = imported(dependencies=["base-svc", "nobody"])
    assert found.entry["network"]["calls"] == ["base-svc"]
    assert said(found, "bare array")
    assert said(found, "nobody")


def test_hosts_outside_are_taken_and_other_words_are_said() -> None:
    found = imported(permissions={"external": ["api.example.com", "metabase", "169.254.169.254", 5]})
    assert found.entry["network"]["egress"] == ["api.example.com"]
    assert said(found, "metabase names no host")


def test_a_host_that_stands_twice_in_other_words_is_kept_once_and_said() -> None:
    found = imported(
        permissions={"external": ["api.x.com", "api.x.com:443", "API.x.com", "api.x.com:00443", "b.x.com"]}
    )
    assert found.entry["network"]["egress"] == ["api.x.com", "b.x.com"]
    for again in ("api.x.com:443", "API.x.com", "api.x.com:00443"):
        assert said(found, f"{again} is api.x.com again: left out")


@pytest.mark.parametrize(
    ("stated", "opened"),
    [
        ("https://api.example.com/v1?x=1", "api.example.com:443"),
        ("http://api.example.com", "api.example.com:80"),
        ("wss://API.example.com:8443/live", "api.example.com:8443"),
        ("postgres://db.example.com:5432/x", "db.example.com:5432"),
        (" Api.Example.com", "api.example.com"),
    ],
)
def test_of_a_url_the_host_is_opened_and_said(stated: str, opened: str) -> None:
    found = imported(permissions={"external": [stated]})
    assert found.entry["network"]["egress"] == [opened]
    assert said(found, f"{opened} is opened")


@pytest.mark.parametrize(
    "stated", ["https://", "https://x:y", "ftp://x.com", "https://10.64.0.1/", "x.com:00000999999", "*.x.com", "[", ""]
)
def test_a_target_that_is_not_opened_is_said_with_its_rule(stated: str) -> None:
    found = imported(permissions={"external": [stated]})
    assert "egress" not in found.entry.get("network", {})
    assert said(found, "names no host that can be opened (")


def test_a_password_in_a_url_is_not_shown() -> None:
    found = imported(
        permissions={"external": ["https://u:hunter2@x.com", "https://u:hunter2@"]}, icon="a://u:hunter2@b"
    )
    assert found.entry["network"]["egress"] == ["x.com:443"]
    assert not said(found, "hunter2")


def test_plugins_that_the_manifest_depends_on_are_called_where_they_answer() -> None:
    taken = replace(
        TAKEN, names=frozenset({"base-svc", "wallet", "shown"}), with_backend=frozenset({"base-svc", "wallet"})
    )
    wanted: list[object] = [
        {"name": "wallet", "version": "^1.0.0"},
        "shown",
        {"name": "nobody"},
        {"version": "1"},
        "odd",
    ]
    changes = {"dependencies": {"plugins": wanted, "shell": ">=1"}, "permissions": {"apis": ["base", "wallet", "none"]}}
    found = import_manifest({**FULL, **changes}, file="plugin.json", taken=taken)
    assert found.entry["network"]["calls"] == ["base-svc", "wallet"]
    for word in (
        "dependencies.plugins shown has no backend that answers",
        "dependencies.plugins nobody has no backend in the registry",
        'dependencies.plugins {"version": "1"} is no text',
        "dependencies.plugins odd has no backend in the registry",
        "permissions.apis none has no backend in the registry",
    ):
        assert said(found, word)
