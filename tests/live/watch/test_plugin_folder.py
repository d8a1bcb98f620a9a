"""Whose plugin a folder is, what of it is watched, and what keeps it from being watched."""

import json
import shutil
from pathlib import Path

import pytest

from planning.inputs.problem import InvalidInputError
from planning.inputs.registry.frontend import Build, Frontend
from rehearsal.live.images.examples import BUNDLE, PLUGIN
from rehearsal.live.watch.plugin_folder import read
from tests.planning.samples import altered, plugin, registry
from tests.plugin_plans import real_registry

EXAMPLE = PLUGIN.parent


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the example."""
    return Path(shutil.copytree(EXAMPLE, tmp_path / "notes"))


def refused(stated: str) -> str:
    with pytest.raises(InvalidInputError) as error:
        read(stated, real_registry())
    return str(error.value)


def test_a_folder_takes_the_place_of_the_entry_that_is_named() -> None:
    found = read(f"my-wallet={EXAMPLE}", real_registry())
    assert (found.spec.name, found.backend, found.program) == ("my-wallet", PLUGIN, "server.js")
    assert found.objects() == {"bundles/my-wallet/1.0.0/my-wallet.js": BUNDLE}


def test_the_manifest_says_whose_it_is_where_nobody_does(folder: Path) -> None:
    stated = json.loads((folder / "plugin.json").read_text())
    (folder / "plugin.json").write_text(json.dumps({**stated, "name": "community"}))
    assert read(str(folder), real_registry()).spec.name == "community"


def test_what_is_watched_are_programs_migrations_and_the_bundle(folder: Path) -> None:
    for name in ("node_modules/pg/index.js", ".cache/x", "test/y.js", "lib/z.js"):
        (folder / "backend" / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / "backend" / name).touch()
    (folder / "frontend" / "notes.css").touch()
    found = read(f"my-wallet={folder}", real_registry())
    seen = {str(path.relative_to(folder)) for path in found.files()}
    assert {"backend/server.js", "backend/migrations/0001_notes.sql", "backend/lib/z.js", "frontend/notes.js"} <= seen
    assert not [name for name in seen if any(part in name for part in ("node_modules", ".cache", "test/"))]
    assert sorted(found.objects()) == ["bundles/my-wallet/1.0.0/my-wallet.css", "bundles/my-wallet/1.0.0/my-wallet.js"]


def test_a_backend_may_be_built_into_a_folder_below_its_packages(folder: Path) -> None:
    stated = json.loads((folder / "plugin.json").read_text())
    stated["backend"]["entry"] = "./backend/dist/main.js"
    (folder / "plugin.json").write_text(json.dumps(stated))
    (folder / "backend" / "dist").mkdir()
    (folder / "backend" / "dist" / "main.js").touch()
    found = read(f"my-wallet={folder}", real_registry())
    assert (found.backend, found.program) == (folder / "backend", "dist/main.js")


def test_a_folder_of_nobody_is_refused_with_a_way_out(folder: Path) -> None:
    assert "is no folder" in refused(str(folder / "nowhere"))
    assert "naap plugin add" in refused(str(folder))
    said = refused(f"nobody={folder}")
    assert all(word in said for word in ("nobody", "no plugin of the registry", "my-wallet", "fix:"))
    (folder / "plugin.json").write_text("{")
    assert "Expecting" in refused(f"my-wallet={folder}")
    (folder / "plugin.json").unlink()
    assert "has no plugin.json" in refused(f"my-wallet={folder}")


def test_all_that_is_missing_of_a_folder_is_said_at_once(folder: Path) -> None:
    (folder / "backend" / "package-lock.json").unlink()
    (folder / "frontend" / "notes.js").unlink()
    said = refused(f"my-wallet={folder}")
    assert "2 problems" in said
    assert "npm install --package-lock-only" in said
    assert "build it" in said


def test_a_version_whose_bundle_was_measured_takes_no_other(folder: Path) -> None:
    measured = Build(gzip_bytes=1, integrity=f"sha384-{'A' * 64}")
    known = registry(altered(plugin("one"), frontend=Frontend(bundle="one.js", builds={"1.0.0": measured})))
    with pytest.raises(InvalidInputError, match="whose integrity its version states"):
        read(f"one={folder}", known)
