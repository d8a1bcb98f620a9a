"""Processes that are started once, found again, and never mistaken for others."""

import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from rehearsal.processes import Program, command_line, stop


@pytest.fixture
def program(tmp_path: Path) -> Iterator[Program]:
    made = Program(name="sleeper", command=("/bin/sleep", "301"), state=tmp_path)
    yield made
    stop([made], grace=0)


def test_a_started_program_is_found_by_its_pid_file(program: Program) -> None:
    program.start()
    pid = program.pid()
    assert pid
    assert command_line(pid) == "/bin/sleep 301"


def test_a_second_start_leaves_it_running(program: Program) -> None:
    program.start()
    first = program.pid()
    program.start()
    assert program.pid() == first


def test_a_stopped_program_is_gone_with_its_pid_file(program: Program) -> None:
    program.start()
    pid = program.pid()
    assert pid
    stop([program])
    assert command_line(pid) == ""
    assert not program.pid_file.exists()


def test_a_number_given_away_again_is_never_ended(program: Program) -> None:
    stranger = subprocess.Popen(["/bin/sleep", "302"])
    try:
        program.pid_file.write_text(str(stranger.pid))
        assert program.pid() is None
        stop([program], grace=0)
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


@pytest.mark.parametrize("content", ["", "x", "999999999"])
def test_a_broken_pid_file_means_not_running(program: Program, content: str) -> None:
    program.pid_file.write_text(content)
    assert program.pid() is None


def test_one_that_ignores_being_asked_is_made_to_end(tmp_path: Path) -> None:
    stubborn = Program(
        name="stubborn", command=("/bin/sh", "-c", "trap '' TERM; while :; do sleep 1; done"), state=tmp_path
    )
    stubborn.start()
    stop([stubborn], grace=0.2)
    assert stubborn.pid() is None


def test_what_it_prints_is_kept_for_error_messages(tmp_path: Path) -> None:
    speaker = Program(name="speaker", command=("/bin/sh", "-c", "echo one; echo two >&2"), state=tmp_path)
    speaker.start()
    end = time.monotonic() + 10
    while "two" not in speaker.last_lines() and time.monotonic() < end:
        time.sleep(0.01)
    assert speaker.last_lines().split() == ["one", "two"]
