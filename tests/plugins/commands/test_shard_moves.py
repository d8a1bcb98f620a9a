"""`naap plugin move`, `pin` and `rotate` on a copy of the real registry."""

import shutil
from pathlib import Path

import pytest

from console.terminal import Answer, as_text
from planning.inputs.problem import InvalidInputError
from plugins.commands.shard_moves import move, pin, rotate
from plugins.registry.parse import load_registry

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A registry that may be changed."""
    shutil.copytree(ROOT / "plugins" / "manifests", tmp_path / "manifests")
    return Path(shutil.copy(ROOT / "plugins" / "registry.yaml", tmp_path / "registry.yaml"))


def _said(answer: Answer) -> str:
    return as_text(answer.text)


def _stated(path: Path, name: str) -> tuple[int | None, int | None, int | None]:
    database = load_registry(path, production=False).by_name[name].database
    assert database
    return database.shard, database.move_to, database.moved_from


def test_a_move_takes_three_steps_and_each_prints_the_whole_plan(path: Path) -> None:
    before = path.read_text()
    first = _said(move(path, "daydream-video", 1))
    assert _stated(path, "daydream-video") == (2, 1, None)
    for word in ("-> 1.  copy", "copy-daydream-video", "2.  change over", "3.  end", "plugin_daydream__moved"):
        assert word in first
    assert "-> 2.  change over" in _said(move(path, "daydream-video", 1))
    assert _stated(path, "daydream-video") == (1, None, 2)
    assert "-> 3.  end" in _said(move(path, "daydream-video", 1))
    assert _stated(path, "daydream-video") == (1, None, None)
    assert path.read_text() == before.replace("shard: 2", "shard: 1")


def test_a_move_that_makes_no_sense_is_refused_and_changes_nothing(path: Path) -> None:
    before = path.read_text()
    for name, shard, word in (
        ("daydream-video", 2, "it is on this shard"),
        ("intelligent-dashboard", 1, "only an entry with a database"),
        ("nobody", 1, "an entry of the registry"),
    ):
        with pytest.raises(InvalidInputError, match=word):
            move(path, name, shard)
    assert path.read_text() == before
    move(path, "daydream-video", 1)
    with pytest.raises(InvalidInputError, match="on its way to shard 1"):
        move(path, "daydream-video", 3)


def test_a_schema_without_a_shard_is_pinned_to_the_least_loaded_once(path: Path) -> None:
    path.write_text(path.read_text().replace("      shard: 2\n", ""))
    assert "the least loaded: 0 other schemas" in _said(pin(path, "daydream-video"))
    assert _stated(path, "daydream-video")[0] == 1
    with pytest.raises(InvalidInputError, match="data never moves by itself"):
        pin(path, "daydream-video")


def test_a_rotation_raises_the_generation_by_one(path: Path) -> None:
    for generation in (2, 3):
        assert f"generation {generation} of" in _said(rotate(path, "my-wallet"))
    database = load_registry(path, production=False).by_name["my-wallet"].database
    assert database
    assert database.password_generation == 3
