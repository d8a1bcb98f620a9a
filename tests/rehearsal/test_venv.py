"""The virtual environment that make makes, with the pinned list replaced by an empty one."""

from pathlib import Path

import pytest

from rehearsal import venv


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "requirements.txt").write_text("# nothing\n")
    return tmp_path


def test_it_is_made_once_and_again_when_the_list_changes(root: Path) -> None:
    folder = root / ".venv"
    assert venv.ensure("requirements.txt", folder, root)
    assert not venv.ensure("requirements.txt", folder, root)
    (root / "requirements.txt").write_text("# still nothing\n")
    assert venv.ensure("requirements.txt", folder, root)


def test_a_half_made_one_is_made_again(root: Path) -> None:
    folder = root / ".venv"
    (folder / "bin").mkdir(parents=True)
    (folder / "bin" / "python").write_text("broken")
    assert venv.ensure("requirements.txt", folder, root)
    assert (folder / "bin" / "pip").exists()


def test_a_failed_installation_is_told_and_tried_again(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = root / ".venv"
    venv.ensure("requirements.txt", folder, root)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    (root / "requirements.txt").write_text(f"no-such-thing==1 --hash=sha256:{'0' * 64}\n")
    for _ in range(2):
        with pytest.raises(venv.VenvError, match="what pip says"):
            venv.ensure("requirements.txt", folder, root)


def test_a_link_is_left_to_its_owner(root: Path, tmp_path: Path) -> None:
    (root / ".venv").symlink_to(tmp_path / "elsewhere")
    assert not venv.ensure("requirements.txt", root / ".venv", root)
    assert not (tmp_path / "elsewhere").exists()


def test_an_old_python_is_told_what_is_needed(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(venv.sys, "version_info", (3, 9, 2))
    with pytest.raises(venv.VenvError, match=r"3\.11 or later is needed, this is 3\.9"):
        venv.ensure("requirements.txt", root / ".venv", root)
