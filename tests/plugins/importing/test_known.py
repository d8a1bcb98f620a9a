"""The platform's own plugins: what is known of them beside their manifests."""

from dataclasses import replace
from typing import Any

import pytest

from planning.inputs.registry.entry import Entry
from plugins.importing.importer import import_manifest
from plugins.importing.known import known_facts
from plugins.registry.manifest import parse_manifest
from plugins.registry.strict_yaml import read_yaml
from tests.plugins.importing.test_import import TAKEN, said
from tests.plugins.registries import MANIFESTS, REGISTRY, problems_of


def registered(name: str) -> dict[str, Any]:
    found, _ = read_yaml(REGISTRY.read_text(), "r")
    return found["plugins"][name]


@pytest.mark.parametrize("name", sorted(path.name.removesuffix(".plugin.json") for path in MANIFESTS.iterdir()))
def test_the_registry_holds_what_the_import_makes_of_the_real_manifest(name: str) -> None:
    data = (MANIFESTS / f"{name}.plugin.json").read_bytes()
    taken = replace(TAKEN, migrations=registered("base-svc")["database"]["migrate"]["image"])
    found = import_manifest(parse_manifest(data, file="plugin.json"), file="plugin.json", taken=taken)
    assert Entry.model_validate(found.entry) == Entry.model_validate(registered(name))
    assert found.asked == ()


@pytest.mark.parametrize("name", sorted(known_facts().keys()))
def test_each_known_plugin_becomes_an_entry_that_passes_every_rule(name: str) -> None:
    manifest = {"name": name, "version": "1.0.0", "backend": {"devPort": 4900}}
    found = import_manifest(manifest, file="plugin.json", taken=TAKEN)
    assert said(found, "the platform's own plugin of this name")
    alone: dict[str, Any] = {name: found.entry, "base-svc": {**registered("base-svc"), "ownPaths": []}}
    assert problems_of(alone, production=False) == ()


def test_a_known_plugins_name_without_a_backend_gets_nothing_of_one() -> None:
    found = import_manifest(
        {"name": "my-wallet", "version": "1.0.0", "frontend": {"entry": "x.js"}}, file="x", taken=TAKEN
    )
    assert set(found.entry) == {"version", "frontend"}
