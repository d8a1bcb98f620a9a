"""A release of one plugin: what its entry is to state, and the way back."""

from pathlib import Path

import pytest
import yaml

from planning.inputs.problem import InvalidInputError
from plugins.commands.releases import release, rollback
from tests.plugins.registries import DIGEST, changed, good, text_of

NEXT = f"ghcr.io/livepeer/naap-alpha:1.1.0@{DIGEST}"


@pytest.fixture
def registry(tmp_path: Path) -> Path:
    path = tmp_path / "registry.yaml"
    path.write_text(text_of(good()))
    return path


def stated(path: Path, name: str = "alpha") -> dict[str, object]:
    return yaml.safe_load(path.read_text())["plugins"][name]


def refused(path: Path, name: str = "alpha", **asked: str) -> str:
    with pytest.raises(InvalidInputError) as caught:
        release(path, name, **asked)
    return str(caught.value)


def test_an_image_brings_the_version_of_its_tag_and_the_entry_remembers_the_one_before(registry: Path) -> None:
    before = stated(registry)
    release(registry, "alpha", image=NEXT).write()
    after = stated(registry)
    assert (after["image"], after["version"]) == (NEXT, "1.1.0")
    assert after["previous"] == {"version": before["version"], "image": before["image"]}


def test_a_release_that_is_undone_leaves_the_file_as_it_was(registry: Path) -> None:
    before = registry.read_text()
    asked = release(registry, "alpha", image=NEXT)
    asked.write()
    asked.undo()
    assert registry.read_text() == before


def test_a_rollback_is_a_release_of_the_one_before_and_can_be_taken_back(registry: Path) -> None:
    before = stated(registry)
    release(registry, "alpha", image=NEXT).write()
    rollback(registry, "alpha").write()
    assert (stated(registry)["image"], stated(registry)["version"]) == (before["image"], before["version"])
    rollback(registry, "alpha").write()
    assert stated(registry)["image"] == NEXT


def test_the_version_before_is_enough_to_go_back_to_its_image(registry: Path) -> None:
    before = stated(registry)
    release(registry, "alpha", image=NEXT).write()
    release(registry, "alpha", version="1.0.0").write()
    assert stated(registry)["image"] == before["image"]


def test_another_version_without_an_image_is_refused_with_the_way_out(registry: Path) -> None:
    assert "--image ghcr.io/livepeer/naap-alpha:2.0.0@sha256:" in refused(registry, version="2.0.0")


def test_a_bundle_alone_has_a_version_and_no_image(registry: Path) -> None:
    release(registry, "gamma", version="1.1.0").write()
    assert stated(registry, "gamma")["previous"] == {"version": "1.0.0"}


def test_without_a_release_before_there_is_nothing_to_go_back_to(registry: Path) -> None:
    with pytest.raises(InvalidInputError, match="knows the release before"):
        rollback(registry, "alpha")


def test_what_is_stated_already_changes_nothing(registry: Path) -> None:
    before = registry.read_text()
    release(registry, "alpha").write()
    assert registry.read_text() == before


def test_a_broken_entry_of_another_stops_no_release(tmp_path: Path) -> None:
    path = tmp_path / "registry.yaml"
    path.write_text(text_of(changed("beta", port="nonsense")))
    release(path, "alpha", image=NEXT).write()
    assert stated(path)["image"] == NEXT
    assert "beta · port" in refused(path, "beta")
    assert yaml.safe_load(path.read_text())["plugins"]["beta"]["port"] == "nonsense"


def test_what_does_not_serve_is_not_deployed(tmp_path: Path) -> None:
    path = tmp_path / "registry.yaml"
    installs = {"active": 0, "counted": "2026-01-31"}
    path.write_text(text_of(changed("beta", lifecycle="stopped", installs=installs)))
    assert "a whole `up`" in refused(path, "beta")


def test_a_bad_image_is_refused_before_anything_is_written(registry: Path) -> None:
    before = registry.read_text()
    with pytest.raises(InvalidInputError, match="alpha"):
        release(registry, "alpha", image="not an image").write()
    assert registry.read_text() == before
