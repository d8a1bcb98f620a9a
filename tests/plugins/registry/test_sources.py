"""A registry in one file, and in a folder with a file for each entry: read, judged and edited alike."""

import json
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from planning.inputs.problem import InvalidInputError
from planning.inputs.registry.registry_entry import Registry
from planning.platform import PlatformPlan, plan_platform
from plugins.editing.registry_editor import RegistryEditor
from plugins.registry.parse import load_registry
from plugins.registry.sources import entry_file
from tests.plugin_plans import settings
from tests.plugins.commands.test_registry import registry, run
from tests.plugins.registries import MANIFESTS, REGISTRY, backend, changed, good, text_of

__all__ = ["registry"]  # a fixture of that file


def split(path: Path, *names: str) -> None:
    """Moves entries into files of their own; none named: all of them, and the one file goes."""
    entries = yaml.safe_load(path.read_text())["plugins"]
    for name in names or entries:
        own = entry_file(path, name)
        own.parent.mkdir(exist_ok=True)
        own.write_text(text_of({name: entries[name]}))
    rest = {name: entry for name, entry in entries.items() if names and name not in names}
    path.write_text(text_of(rest))
    if not rest:
        path.unlink()


def small(folder: Path, entries: object) -> Path:
    path = folder / "registry.yaml"
    path.write_text(text_of(entries))
    return path


def refused(path: Path, part: str | None = None) -> str:
    with pytest.raises(InvalidInputError) as caught:
        load_registry(path, production=False, part=part)
    return str(caught.value)


def planned(found: Registry) -> PlatformPlan:
    names = {plugin.name: frozenset(plugin.configured_secrets) for plugin in found.plugins}
    return plan_platform(stack="dev", settings=settings(60_000), registry=found, secret_names=names)


def comparable(plan: PlatformPlan) -> PlatformPlan:
    """Without the order of what is made one by one."""
    regions = [
        replace(
            region,
            plugins=tuple(sorted(region.plugins, key=lambda plugin: plugin.name)),
            caches=replace(region.caches, users=tuple(sorted(region.caches.users, key=lambda user: user.name))),
        )
        for region in plan.regions
    ]
    return replace(plan, registry=Registry(file="", plugins=()), regions=tuple(regions))


@pytest.mark.parametrize("names", [(), ("my-wallet",), ("base-svc", "community")])
def test_the_plan_is_the_same_however_the_registry_is_cut_into_files(registry: Path, names: tuple[str, ...]) -> None:
    whole = planned(load_registry(registry, production=True))
    split(registry, *names)
    parts = planned(load_registry(registry, production=True))

    assert [plugin.name for plugin in whole.plugins] != [plugin.name for plugin in parts.plugins] or names
    assert comparable(parts) == comparable(whole)
    assert parts.held == whole.held


def test_an_error_names_the_file_of_its_entry(tmp_path: Path) -> None:
    path = small(tmp_path, changed("alpha", port=4002))
    split(path, "beta")
    assert "registry.d/beta.yaml · beta · port" in refused(path)
    split(path, "alpha")
    own = entry_file(path, "alpha")
    own.write_text(own.read_text().replace("version", "versoin"))
    assert "registry.d/alpha.yaml · alpha · versoin" in refused(path)


def test_a_problem_that_planning_finds_names_it_too(tmp_path: Path) -> None:
    path = small(tmp_path, changed("alpha", secrets=["SOME_KEY"]))
    split(path, "alpha")
    found = load_registry(path, production=False)
    with pytest.raises(InvalidInputError) as caught:
        plan_platform(stack="dev", settings=settings(1_000), registry=found, secret_names={})
    assert "registry.d/alpha.yaml · alpha · secrets" in str(found.located(caught.value))


def test_a_file_holds_the_entry_that_it_is_called_by_and_no_entry_stands_twice(tmp_path: Path) -> None:
    path = small(tmp_path, good())
    own = entry_file(path, "beta")
    own.parent.mkdir()
    own.write_text(text_of({"beta": backend("beta", 4002)}))
    assert "beta is in" in refused(path)
    path.write_text(text_of({name: entry for name, entry in good().items() if name != "beta"}))
    own.write_text(text_of({"delta": backend("delta", 4009)}))
    assert "delta in beta.yaml" in refused(path)


def test_one_entry_is_read_whatever_is_wrong_with_another(tmp_path: Path) -> None:
    path = small(tmp_path, changed("beta", port="nonsense"))
    assert {plugin.name for plugin in load_registry(path, production=False, part="alpha").plugins} == {
        "alpha",
        "base-svc",
    }
    assert "beta · port" in refused(path, "beta")
    assert "an entry of the registry" in refused(path, "delta")


def test_what_it_needs_must_be_right_as_well(tmp_path: Path) -> None:
    path = small(tmp_path, changed("base-svc", port="nonsense"))
    assert "base-svc · port" in refused(path, "alpha")


def test_a_file_of_another_that_is_no_yaml_stops_nobody_else(tmp_path: Path) -> None:
    path = small(tmp_path, good())
    split(path, "beta")
    entry_file(path, "beta").write_text("plugins: {")
    assert load_registry(path, production=False, part="alpha").plugins
    assert "registry.d/beta.yaml" in refused(path)


def test_a_command_changes_the_file_that_the_entry_is_in_and_no_other(registry: Path) -> None:
    split(registry, "my-wallet")
    whole, own = registry.read_bytes(), entry_file(registry, "my-wallet")
    before = own.read_text()

    assert run("rotate", "my-wallet", registry=registry).returncode == 0
    assert registry.read_bytes() == whole
    assert own.read_text() != before
    assert "passwordGeneration: 2" in own.read_text()


def test_a_new_entry_gets_a_file_of_its_own_where_others_have_theirs(registry: Path, tmp_path: Path) -> None:
    split(registry)
    manifest = tmp_path / "plugin.json"
    stated = json.loads((MANIFESTS / "my-wallet.plugin.json").read_text())
    manifest.write_text(json.dumps(stated | {"name": "newcomer", "database": None, "frontend": None}))
    said = run("add", str(manifest), "--name", "newcomer", "--prefix", "/api/v1/newcomer", registry=registry)

    assert said.returncode == 0, said.stderr
    assert not registry.exists()
    assert list(yaml.safe_load(entry_file(registry, "newcomer").read_text())["plugins"]) == ["newcomer"]


def test_an_entry_that_goes_takes_its_file_along(tmp_path: Path) -> None:
    installs = {"active": 0, "counted": "2026-01-31"}
    path = small(tmp_path, changed("beta", lifecycle="archived", installs=installs))
    split(path, "beta")
    RegistryEditor(path).remove("beta", beside=lambda: None)
    assert not entry_file(path, "beta").exists()
    assert "beta" not in {plugin.name for plugin in load_registry(path, production=False).plugins}


def test_an_entry_that_moves_to_a_file_of_its_own_has_not_left(registry: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        before = Path(shutil.copy(REGISTRY, Path(folder) / "registry.yaml"))
        split(registry, "my-wallet")
        assert run("validate", "--against", str(before), registry=registry).returncode == 0
        entry_file(registry, "my-wallet").unlink()
        (registry.parent / "manifests" / "my-wallet.plugin.json").unlink()
        gone = run("validate", "--against", str(before), registry=registry)
        assert gone.returncode == 2
        assert "my-wallet" in gone.stderr


def test_owners_review_the_files_of_their_entries(registry: Path) -> None:
    split(registry, "my-wallet")
    own = entry_file(registry, "my-wallet")
    own.write_text(own.read_text() + "    owner: wallet-team\n")
    said = run("owners", "--organization", "acme", registry=registry).stdout
    assert f"/{own.as_posix()} @acme/wallet-team".replace("//", "/") in said.replace("//", "/")
    assert "@acme/platform" in said
