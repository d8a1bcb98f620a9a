"""The documents that the shell reads."""

import json

from planning.edge.shell_documents import ShellDocumentsPlan, plan_shell_documents
from planning.inputs.registry.frontend import Build
from planning.inputs.registry.lifecycle import Lifecycle
from planning.inputs.registry.registry_entry import Registry
from tests.planning.samples import altered
from tests.plugin_plans import entry, real_registry, registry_with, settings


def plan(registry: Registry | None = None) -> ShellDocumentsPlan:
    return plan_shell_documents(registry=registry or real_registry(), settings=settings(5_000))


def test_the_shell_learns_all_it_needs_to_load_a_plugin() -> None:
    listed = {found["name"]: found for found in json.loads(plan().registry.content)["plugins"]}
    wallet = listed["my-wallet"]
    assert wallet["bundleUrl"] == "https://naap.example/bundles/my-wallet/1.0.0/my-wallet.js"
    assert wallet["routes"] == ["/wallet", "/wallet/*"]
    assert wallet["navigation"]["label"] == "My Wallet"
    assert wallet["apiPrefix"] == "/api/v1/wallet"


def test_the_address_of_a_version_with_a_plus_sign_is_quoted() -> None:
    found = plan(registry_with(altered(entry("community"), version="1.2.0+a1")))
    url = json.loads(found.pointers["community"].content)["bundleUrl"]
    assert url == "https://naap.example/bundles/community/1.2.0%2Ba1/community.js"


def test_a_plugin_without_a_backend_is_listed_too() -> None:
    listed = {found["name"]: found for found in json.loads(plan().registry.content)["plugins"]}
    assert "intelligent-dashboard" in listed
    assert "apiPrefix" not in listed["intelligent-dashboard"]


def test_what_has_no_bundle_is_not_listed() -> None:
    assert set(plan().pointers) == {spec.name for spec in real_registry().plugins if spec.frontend}


def test_a_rollback_changes_the_registry_and_one_pointer() -> None:
    before, after = plan(), plan(registry_with(altered(entry("community"), version="1.1.9")))
    changed = {name for name in before.pointers if before.pointers[name] != after.pointers[name]}
    assert changed == {"community"}
    assert json.loads(after.pointers["community"].content)["version"] == "1.1.9"


def test_a_draining_plugin_is_listed_but_offered_to_nobody() -> None:
    found = plan(registry_with(altered(entry("community"), lifecycle=Lifecycle.DRAINING)))
    assert json.loads(found.pointers["community"].content)["installable"] is False


def test_a_stopped_plugin_is_not_loaded() -> None:
    assert "community" not in plan(registry_with(altered(entry("community"), lifecycle=Lifecycle.STOPPED))).pointers


def test_an_integrity_hash_reaches_the_browser() -> None:
    community = entry("community")
    assert community.frontend
    builds = {community.version: Build.model_construct(gzip_bytes=1, integrity="sha384-abc")}
    stated = altered(community, frontend=altered(community.frontend, builds=builds))
    assert json.loads(plan(registry_with(stated)).pointers["community"].content)["integrity"] == "sha384-abc"
