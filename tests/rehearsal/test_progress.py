"""What is shown while something takes long: on a terminal, and in a log."""

import io
import os
import pty
import re
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from rehearsal.progress import Progress
from tests.wait import wait_for


def test_a_log_gets_whole_lines_without_codes() -> None:
    out = io.StringIO()
    progress = Progress(out)
    with progress.task("pulumi up") as task:
        progress.say("begun")
        task.note = "3 create"
    begun, done = out.getvalue().splitlines()
    assert begun == "begun"
    assert done.startswith("  pulumi up: done in 0.")
    assert done.endswith(" s (3 create)")


def test_a_log_is_told_now_and_then_that_something_is_under_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rehearsal.progress.LOG_SECONDS", 0.01)
    out = io.StringIO()
    with Progress(out).task("etcd: build", "about 3 min"):
        wait_for("a line", lambda: ", about 3 min" in out.getvalue(), seconds=30)


def test_a_terminal_shows_a_line_for_each_task_that_is_under_way_and_in_the_end_what_is_done() -> None:
    leader, follower = pty.openpty()
    try:
        with os.fdopen(follower, "w", closefd=False) as out, ThreadPoolExecutor(1) as pool:
            reading = pool.submit(_read_until, leader, "first: done in")
            progress = Progress(out)
            with progress.task("first"), progress.task("second", "a while"):
                time.sleep(1.2)  # two pictures
            shown = reading.result(timeout=30)
    finally:
        os.close(leader)
        os.close(follower)
    assert "  first: " in shown
    assert ", a while" in shown
    assert re.findall(r"(\w+): done in", shown) == ["second", "first"]


def _read_until(descriptor: int, end: str) -> str:
    """A terminal hands on what there is: on a busy machine, a part."""
    shown = ""
    while end not in shown:
        shown += os.read(descriptor, 65_536).decode()
    return shown


def test_a_failure_is_told_as_such_and_its_time_is_kept() -> None:
    out = io.StringIO()
    progress = Progress(out)
    with pytest.raises(OSError, match="full"), progress.task("pulumi up"):
        raise OSError("full")
    assert "  pulumi up: failed after" in out.getvalue()
    assert [title for title, _ in progress.timings] == ["pulumi up"]
