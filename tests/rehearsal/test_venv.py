"""The virtual environment that make makes, with the pinned list replaced by an empty one."""

import re
import subprocess
from concurrent.futures import ThreadPoolExecutor
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


def test_one_whose_python_went_with_an_upgrade_is_made_again(root: Path) -> None:
    folder = root / ".venv"
    venv.ensure("requirements.txt", folder, root)
    (folder / "bin" / "python").unlink()
    (folder / "bin" / "python").symlink_to("/usr/bin/python3.10-gone")
    assert venv.ensure("requirements.txt", folder, root)
    assert (folder / "bin" / "python").exists()


def test_a_changed_list_wipes_nothing_also_where_the_path_has_a_space(root: Path) -> None:
    folder = root / "my checkout" / ".venv"
    folder.parent.mkdir()
    venv.ensure("requirements.txt", folder, root)
    (folder / "mine").touch()
    (root / "requirements.txt").write_text("# still nothing\n")
    assert venv.ensure("requirements.txt", folder, root)
    assert (folder / "mine").exists()


@pytest.mark.parametrize(("variable", "compiled"), [("1", ["good"]), ("", [])])
def test_all_is_compiled_where_python_must_write_nothing_later(
    root: Path, monkeypatch: pytest.MonkeyPatch, variable: str, compiled: list[str]
) -> None:
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", variable)
    folder = root / ".venv"
    venv.ensure("requirements.txt", folder, root)
    (packages,) = folder.glob("lib/*/site-packages")
    (packages / "good.py").write_text("GOOD = True\n")
    (packages / "template.py").write_text("{{ not python }\n")
    (root / "requirements.txt").write_text("# still nothing\n")
    assert venv.ensure("requirements.txt", folder, root)
    assert [file.name.partition(".")[0] for file in (packages / "__pycache__").glob("*.pyc")] == compiled


def test_a_second_run_waits_for_the_first_and_has_nothing_left_to_do(root: Path) -> None:
    with ThreadPoolExecutor() as pool:
        runs = [pool.submit(venv.ensure, "requirements.txt", root / ".venv", root) for _ in range(2)]
    assert sorted(run.result() for run in runs) == [False, True]


def test_a_folder_that_can_not_be_made_is_told_without_a_traceback(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(venv, "ROOT", root)
    monkeypatch.setattr(venv.sys, "argv", ["venv.py", "requirements.txt", "requirements.txt/.venv"])
    assert venv.main() == 1
    assert "requirements.txt/.venv" in capsys.readouterr().err


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


@pytest.fixture
def checkout(root: Path) -> Path:
    """One whose `naap` says where it stands and what it was asked, in a folder whose name a shell would split."""
    folder = root / "my checkout's"
    (folder / "naap").mkdir(parents=True)
    (root / "requirements.txt").rename(folder / "requirements.txt")
    (folder / "naap" / "__main__.py").write_text(
        "import sys\n\ndef main():\n    print(__file__, sys.prefix, *sys.argv[1:], sep='|')\n    return 3\n"
    )
    return folder


def _asked(checkout: Path, elsewhere: Path) -> list[str]:
    command = [checkout / ".venv" / "bin" / "naap", "plan", "--stack", "a b"]
    done = subprocess.run(command, cwd=elsewhere, capture_output=True, text=True, check=False)
    assert done.returncode == 3, done.stderr
    return done.stdout.rstrip("\n").split("|")


def test_the_command_answers_from_its_own_checkout_wherever_it_is_called(checkout: Path, tmp_path: Path) -> None:
    venv.ensure("requirements.txt", checkout / ".venv", checkout)
    (tmp_path / "naap.py").write_text("raise SystemExit('the wrong one')")
    said = [str(checkout / "naap" / "__main__.py"), str(checkout / ".venv"), "plan", "--stack", "a b"]
    assert _asked(checkout, tmp_path) == said
    (checkout / "requirements-aws-check.txt").write_text("# nothing\n")
    (checkout / ".venv" / "bin" / "naap").unlink()
    venv.ensure("requirements-aws-check.txt", checkout / ".venv", checkout)
    assert not (checkout / ".venv" / "bin" / "naap").exists(), "it is of the program's environment alone"


def test_the_command_is_renewed_where_the_checkout_was_moved_or_the_command_lost(checkout: Path) -> None:
    venv.ensure("requirements.txt", checkout / ".venv", checkout)
    moved = checkout.rename(checkout.with_name("moved"))
    venv.ensure("requirements.txt", moved / ".venv", moved)
    assert _asked(moved, moved)[0].startswith(str(moved))
    (moved / ".venv" / "bin" / "naap").unlink()
    assert not venv.ensure("requirements.txt", moved / ".venv", moved), "nothing is installed for that"
    assert _asked(moved, moved)


def test_what_the_program_needs_is_at_the_same_version_among_what_its_tests_need() -> None:
    def pins(name: str) -> set[str]:
        return set(re.findall(r"^[a-z0-9][^ ]*==[^ ]+", (venv.ROOT / name).read_text(), re.MULTILINE))

    assert pins("requirements.txt")
    assert pins("requirements.txt") <= pins("requirements-dev.txt")
