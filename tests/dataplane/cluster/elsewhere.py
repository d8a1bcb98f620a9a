"""A second pytest inside the cluster's namespaces: which tests it runs, and what it reports of them."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any

import pytest

from tests.dataplane.cluster.namespaces import INSIDE, entering

_REPORTS = "NAAP_CLUSTER_REPORTS"
_LOG = "log"
_SECONDS_TO_END = 5


class Elsewhere:
    """Tells of tests in the order in which they were given. Where nothing could be started, every test says why.

    All that is written in there lies in one folder, which is left for a look only where a test failed.
    """

    def __init__(
        self,
        *,
        outcome: str,
        why: str,
        process: subprocess.Popen[bytes] | None = None,
        reports: IO[str] | None = None,
        folder: Path | None = None,
    ):
        self._outcome, self._why = outcome, why
        self._process, self._reports, self._folder = process, reports, folder
        self._failed = False

    @classmethod
    def refused(cls, why: str) -> "Elsewhere":
        """Tests are skipped."""
        return cls(outcome="skipped", why=why)

    @classmethod
    def failed(cls, why: str) -> "Elsewhere":
        """Tests fail."""
        return cls(outcome="failed", why=why)

    @classmethod
    def started(cls, tests: Sequence[str], handed_over: str, *, rootdir: str) -> "Elsewhere":
        """Runs these tests."""
        reading, writing = os.pipe()
        folder = Path(tempfile.mkdtemp(prefix="naap-inside-"))
        with (folder / _LOG).open("wb") as out:
            process = subprocess.Popen(
                entering([sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--quiet", "-s", *tests]),
                cwd=rootdir,
                env={
                    **os.environ,
                    INSIDE: handed_over,
                    _REPORTS: str(writing),
                    "PYTEST_ADDOPTS": "",
                    "TMPDIR": str(folder),
                },
                pass_fds=(writing,),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
            )
        os.close(writing)
        return cls(outcome="failed", why="", process=process, reports=os.fdopen(reading), folder=folder)

    def report(self, item: pytest.Item) -> None:
        """Passes on what was reported of a test; waits until it is over."""
        item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
        for report in self._of(item):
            if report.failed and self._folder:
                self._failed = True
                report.sections.append((f"the end of {self._folder / _LOG}", self._log()))
            item.ihook.pytest_runtest_logreport(report=report)
        item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)

    def end(self) -> None:
        """Kills whatever still runs in there, and removes what it has left."""
        if self._process:
            self._process.kill()
            self._process.wait()
        # What was killed may write for a moment longer.
        deadline = time.monotonic() + _SECONDS_TO_END
        while self._folder and not self._failed and self._folder.exists() and time.monotonic() < deadline:
            shutil.rmtree(self._folder, ignore_errors=True)

    def _of(self, item: pytest.Item) -> list[pytest.TestReport]:
        found: list[pytest.TestReport] = []
        while self._reports and (line := self._reports.readline()):
            report = pytest.TestReport._from_json(json.loads(line))  # pyright: ignore[reportPrivateUsage]  # see pass_on
            found.append(report)
            if report.nodeid == item.nodeid and report.when == "teardown":
                return found
        return [self._missing(item)]

    def _log(self) -> str:
        return (self._folder / _LOG).read_text(errors="replace")[-3000:] if self._folder else ""

    def _missing(self, item: pytest.Item) -> pytest.TestReport:
        why = self._why or f"the tests inside ended early:\n{self._log()}"
        path, line, _ = item.location
        text: Any = (path, line or 0, f"Skipped: {why}") if self._outcome == "skipped" else why
        outcome: Any = self._outcome
        return pytest.TestReport(
            nodeid=item.nodeid,
            location=item.location,
            keywords={},
            outcome=outcome,
            longrepr=text,
            when="setup",
        )


def pass_on(report: pytest.TestReport) -> None:
    """From inside, to who started these tests."""
    line = json.dumps(report._to_json())  # pyright: ignore[reportPrivateUsage]  # what the hooks for it call
    os.write(int(os.environ[_REPORTS]), f"{line}\n".encode())
