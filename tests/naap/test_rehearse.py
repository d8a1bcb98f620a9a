"""What `naap` says when it can't go on."""

import errno
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from console.terminal import Answer
from naap.__main__ import main
from naap.commands.options import ROOT
from naap.rehearse import LITTLE_MIB
from planning.inputs.problem import InvalidInputError
from rehearsal import RehearsalError
from rehearsal.commands import Rehearsal
from rehearsal.progress import Progress
from rehearsal.project import STATES
from rehearsal.tools.cache import Cache

FULL = OSError(errno.ENOSPC, "No space left on device", "etcd.log")


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> Callable[[Exception, int], None]:
    """Makes status fail, with so many MiB free."""

    def fail(error: Exception, free_mib: int) -> None:
        def status(_self: Rehearsal) -> None:
            raise error

        monkeypatch.setattr(Rehearsal, "status", status)
        monkeypatch.setattr(shutil, "disk_usage", lambda _folder: SimpleNamespace(free=free_mib * 2**20))  # pyright: ignore[reportUnknownLambdaType, reportUnknownArgumentType]  # any folder

    return fail


@pytest.mark.parametrize("error", [RehearsalError("etcd ended"), FULL])
def test_a_failure_on_a_full_disk_is_told_with_what_is_free_and_where(
    failing: Callable[[Exception, int], None], capsys: pytest.CaptureFixture[str], error: Exception
) -> None:
    failing(error, 5)
    assert main(["status"]) == 1
    said = capsys.readouterr().err
    assert str(error) in said
    assert "Only 5 MiB are free in" in said


def test_a_full_disk_is_told_once_however_many_folders_lie_on_it(
    failing: Callable[[Exception, int], None],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.setattr("naap.rehearse.ROOT", tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    for folder in (tmp_path / STATES, Cache().root):
        folder.mkdir()
    failing(FULL, 5)
    assert main(["status"]) == 1
    assert capsys.readouterr().err.count("MiB are free in") == 1


def test_a_failure_with_space_left_says_nothing_of_space(
    failing: Callable[[Exception, int], None], capsys: pytest.CaptureFixture[str]
) -> None:
    failing(RehearsalError("etcd ended"), LITTLE_MIB)
    assert main(["status"]) == 1
    assert capsys.readouterr().err == "\netcd ended\n"


def test_any_other_fault_of_the_system_is_told_in_one_line_with_what_to_do(
    failing: Callable[[Exception, int], None], capsys: pytest.CaptureFixture[str]
) -> None:
    failing(PermissionError(errno.EACCES, "Permission denied", "/x/.rehearsal"), LITTLE_MIB)
    assert main(["status"]) == 1
    said = capsys.readouterr().err.strip()
    assert "Permission denied: '/x/.rehearsal': make" in said
    assert "\n" not in said


def test_a_failure_for_want_of_a_cache_folder_is_told_as_such(
    failing: Callable[[Exception, int], None], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def homeless() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "home", homeless)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    with pytest.raises(RehearsalError, match="set HOME, or XDG_CACHE_HOME") as found:
        Cache()
    failing(found.value, LITTLE_MIB)
    assert main(["status"]) == 1
    assert "set HOME" in capsys.readouterr().err


@pytest.mark.parametrize("command", [("status", "--stack", "prod"), ("rule", "table"), ("plan",)])
def test_a_reader_that_has_seen_enough_is_no_fault(command: tuple[str, ...]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as out:
        asked = [sys.executable, "-m", "naap", *command]
        ran = subprocess.run(asked, cwd=ROOT, stdout=out, stderr=subprocess.PIPE, text=True, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")


@pytest.mark.parametrize(("asked", "at_end"), [((), False), (("--state-at-end",), True)])
def test_the_state_is_written_at_every_step_unless_somebody_can_spare_that(
    monkeypatch: pytest.MonkeyPatch, asked: tuple[str, ...], at_end: bool
) -> None:
    seen: list[bool] = []

    def bring_up(_self: Rehearsal, *, nodes: bool, at_end: bool) -> Answer:
        assert not nodes
        seen.append(at_end)
        return Answer(data={}, text="")

    monkeypatch.setattr(Rehearsal, "_bring_up", bring_up)
    assert main(["up", *asked]) == 0
    assert seen == [at_end]


def test_work_goes_on_when_nobody_reads_its_progress() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    progress = Progress(os.fdopen(writing, "w", closefd=False))
    with progress.task("first"):
        progress.say("begun")
    os.close(writing)
    assert [title for title, _ in progress.timings] == ["first"]


def test_a_rehearsal_whose_input_went_wrong_can_be_looked_at_and_taken_down(
    tmp_path: Path,
) -> None:
    (tmp_path / ".rehearsal" / "dev").mkdir(parents=True)  # and no Pulumi.dev.yaml
    assert Rehearsal(tmp_path, "dev").status().data["clusters"] == []
    assert Rehearsal(tmp_path, "dev").down().text == "Down: nothing of dev is left."
    with pytest.raises(InvalidInputError, match=r"Pulumi\.dev\.yaml"):
        Rehearsal(tmp_path, "dev").up(at_end=False)
