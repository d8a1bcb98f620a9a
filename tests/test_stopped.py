"""How the suite ends when it is stopped: what its tests started is stopped too."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.wait import wait_for

ROOT = Path(__file__).resolve().parent.parent
_TEST = """
import time
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent

@pytest.fixture(scope="session")
def server():
    (FOLDER / "started").touch()
    yield
    time.sleep(1)
    (FOLDER / "stopped").touch()

def test_it_waits(server):
    time.sleep(60)
"""


@pytest.mark.parametrize(
    "numbers", [(signal.SIGINT,), (signal.SIGTERM,), (signal.SIGHUP,), (signal.SIGTERM, signal.SIGTERM)]
)
def test_a_suite_that_is_stopped_stops_what_its_tests_started(
    tmp_path: Path, numbers: tuple[signal.Signals, ...]
) -> None:
    (tmp_path / "conftest.py").write_text("from tests.conftest import pytest_configure\n")
    test = tmp_path / "test_long.py"
    test.write_text(_TEST)
    suite = subprocess.Popen(
        [sys.executable, "-m", "tests", str(test), "-p", "no:cacheprovider"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        wait_for("the test", (tmp_path / "started").exists, seconds=60)
        for number in numbers:
            suite.send_signal(number)
            time.sleep(0.3)
        said, _ = suite.communicate(timeout=60)
    finally:
        suite.kill()
    assert (tmp_path / "stopped").exists(), said
    assert suite.returncode == 2
    assert "Stopping what the tests started" in said
    assert "Traceback" not in said
