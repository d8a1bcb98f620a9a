"""Files that people edit: replaced whole or not at all, by one command at a time, and named as they were given."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from console.files import alone, delete, read_bytes, read_text, shown_path, write_atomically, write_text
from planning.inputs.problem import InvalidInputError


def test_a_path_is_shown_as_seen_from_here_and_else_as_it_was_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert shown_path(tmp_path / "below" / "registry.yaml") == "below/registry.yaml"
    assert shown_path(Path("/elsewhere/registry.yaml")) == "/elsewhere/registry.yaml"
    assert shown_path(tmp_path / ".." / "registry.yaml") == str(tmp_path.parent / "registry.yaml")


def test_a_file_is_read_up_to_its_limit_and_not_beyond(tmp_path: Path) -> None:
    file = tmp_path / "four"
    file.write_bytes(b"four")
    assert read_bytes(file, limit=4) == b"four"
    with pytest.raises(InvalidInputError, match="over 3 bytes"):
        read_bytes(file, limit=3)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("none", None, "No such file"),
        ("folder/", None, "Is a directory"),
        ("nul\0", None, "null"),
        ("latin", b"caf\xe9", "byte 3 is not UTF-8"),
    ],
)
def test_what_cannot_be_read_is_bad_input_that_says_why(
    tmp_path: Path, name: str, content: bytes | None, said: str
) -> None:
    file = tmp_path / name
    if name.endswith("/"):
        file.mkdir()
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(InvalidInputError, match=said):
        read_text(file, limit=100)


def test_a_file_is_replaced_with_its_rights_and_through_its_link(tmp_path: Path) -> None:
    target, link = tmp_path / "target", tmp_path / "link"
    target.write_text("old")
    target.chmod(0o640)
    link.symlink_to(target)
    write_atomically(link, b"new")
    assert link.is_symlink()
    assert (target.read_text(), target.stat().st_mode & 0o777) == ("new", 0o640)


def test_a_new_file_gets_its_folder(tmp_path: Path) -> None:
    write_atomically(tmp_path / "a" / "b", b"x")
    write_text(tmp_path / "c" / "d", "y")
    assert ((tmp_path / "a" / "b").read_text(), (tmp_path / "c" / "d").read_text()) == ("x", "y")


def test_when_the_step_before_the_replacement_fails_the_old_file_stays_and_nothing_else(tmp_path: Path) -> None:
    file = tmp_path / "registry.yaml"
    file.write_text("old")

    def fail() -> None:
        raise RuntimeError("on purpose")

    with pytest.raises(RuntimeError):
        write_atomically(file, b"new", first=fail)
    assert file.read_text() == "old"
    assert list(tmp_path.iterdir()) == [file]


def test_a_file_that_its_owner_made_read_only_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "kept"
    file.write_text("old")
    file.chmod(0o444)
    with pytest.raises(InvalidInputError, match="chmod u\\+w"):
        write_atomically(file, b"new")
    assert file.read_text() == "old"


def _replace(path: Path) -> None:
    write_atomically(path, b"")


def _write(path: Path) -> None:
    write_text(path, "")


@pytest.mark.parametrize("change", [_replace, _write, delete])
def test_a_path_below_a_file_cannot_be_written_and_that_is_bad_input(
    tmp_path: Path, change: Callable[[Path], None]
) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InvalidInputError, match="a file that can be written"):
        change(tmp_path / "file" / "below")


def test_what_is_deleted_may_be_gone_already(tmp_path: Path) -> None:
    file = tmp_path / "once"
    file.write_text("")
    delete(file)
    delete(file)
    assert not file.exists()


def test_a_second_command_waits_for_the_first_to_end(tmp_path: Path) -> None:
    order: list[str] = []
    begun = threading.Event()

    def second() -> None:
        begun.set()
        with alone(tmp_path / "registry.yaml"):
            order.append("second")

    with alone(tmp_path / "registry.yaml"):
        other = threading.Thread(target=second)
        other.start()
        begun.wait()
        other.join(timeout=0.2)
        order.append("first")
    other.join()
    assert order == ["first", "second"]


def test_a_folder_that_is_not_there_locks_nothing(tmp_path: Path) -> None:
    before = _open_files()
    with pytest.raises(InvalidInputError), alone(tmp_path / "none" / "registry.yaml"):
        pass
    assert _open_files() == before


def _open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))
