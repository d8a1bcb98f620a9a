"""`naap plugin images`: what bake pushed, in the entries."""

import json
import shutil
from pathlib import Path

import pytest

from planning.inputs.problem import InvalidInputError
from plugins.commands.images import images
from plugins.registry.parse import load_registry
from tests.plugins.registries import MANIFESTS, REGISTRY

DIGEST = f"sha256:{'a' * 64}"


@pytest.fixture
def registry(tmp_path: Path) -> Path:
    shutil.copytree(MANIFESTS, tmp_path / "manifests")
    return Path(shutil.copy(REGISTRY, tmp_path / "registry.yaml"))


def _metadata(folder: Path, said: object) -> Path:
    file = folder / "metadata.json"
    file.write_text(json.dumps(said))
    return file


def _of(name: str) -> dict[str, str]:
    """As buildx writes it of a target."""
    return {"containerimage.digest": DIGEST, "image.name": f"r.example/naap-{name}:2.0.0,r.example/naap-{name}:latest"}


def test_digests_of_entries_are_written_and_nothing_else_is_changed(registry: Path, tmp_path: Path) -> None:
    before = {plugin.name: plugin for plugin in load_registry(registry, production=True).plugins}
    file = _metadata(tmp_path, {"my-wallet": _of("my-wallet"), "shell-of-nobody": _of("x"), "buildx.build.ref": "a/b"})

    assert images(registry, file).data == {"written": {"my-wallet": f"r.example/naap-my-wallet:2.0.0@{DIGEST}"}}

    after = {plugin.name: plugin for plugin in load_registry(registry, production=True).plugins}
    assert {name for name in before if before[name] != after[name]} == {"my-wallet"}
    assert after["my-wallet"].image == f"r.example/naap-my-wallet:2.0.0@{DIGEST}"
    assert images(registry, file).data == {"written": {}}


def test_an_image_of_migrations_is_written_into_every_entry_that_runs_it(registry: Path, tmp_path: Path) -> None:
    file = _metadata(tmp_path, {"migrations": _of("migrations"), "community": _of("community")})

    images(registry, file)

    after = load_registry(registry, production=True).by_name
    found = {plugin.database.migrate.image for plugin in after.values() if plugin.database and plugin.database.migrate}
    assert found == {f"r.example/naap-migrations:2.0.0@{DIGEST}"}
    assert after["community"].image == f"r.example/naap-community:2.0.0@{DIGEST}"
    assert images(registry, file).data == {"written": {}}


@pytest.mark.parametrize("said", ["text", [1], {"my-wallet": {"containerimage.digest": DIGEST}}])
def test_another_file_is_refused_and_changes_nothing(registry: Path, tmp_path: Path, said: object) -> None:
    before = registry.read_bytes()

    with pytest.raises(InvalidInputError, match="make images"):
        images(registry, _metadata(tmp_path, said))

    assert registry.read_bytes() == before
