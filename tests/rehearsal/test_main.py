"""What `python -m rehearsal` says when it can't go on."""

import errno
import shutil
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from planning.problem import InvalidInputError
from rehearsal import RehearsalError
from rehearsal.__main__ import LITTLE_MIB, main
from rehearsal.commands import Rehearsal

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


def test_a_failure_with_space_left_says_nothing_of_space(
    failing: Callable[[Exception, int], None], capsys: pytest.CaptureFixture[str]
) -> None:
    failing(RehearsalError("etcd ended"), LITTLE_MIB)
    assert main(["status"]) == 1
    assert capsys.readouterr().err == "\netcd ended\n"


def test_any_other_fault_of_the_system_is_not_hidden(failing: Callable[[Exception, int], None]) -> None:
    failing(PermissionError(errno.EACCES, "Permission denied"), 5)
    with pytest.raises(PermissionError):
        main(["status"])


def test_a_rehearsal_whose_input_went_wrong_can_be_looked_at_and_taken_down(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / ".rehearsal" / "dev").mkdir(parents=True)  # and no Pulumi.dev.yaml
    Rehearsal(tmp_path, "dev").status()
    Rehearsal(tmp_path, "dev").down()
    assert "Down: nothing of dev is left." in capsys.readouterr().out
    with pytest.raises(InvalidInputError, match=r"Pulumi\.dev\.yaml"):
        Rehearsal(tmp_path, "dev").up()
