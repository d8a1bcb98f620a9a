"""A headless Chromium: the machine's own, or Debian's, unpacked into the tools' cache."""

import os
import re
import shutil
import subprocess
import threading
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.dataplane.packages import CHROMIUM, unpacked

_INSTALLED = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
_CONSOLE = re.compile(r"CONSOLE[:(]\d+\)?\] \"(?P<said>.*)\", source: ")
_POLICIES = ("Content Security Policy", "Permissions policy", "Permissions-Policy")
_SECONDS = 60


@dataclass(frozen=True, kw_only=True)
class Chromium:
    """program: to start; libraries: of its own packages, empty where the machine has them."""

    program: Path
    libraries: str

    def visit(self, url: str, *, port: int, until: threading.Event, scratch: Path) -> tuple[str, ...]:
        """Opens a page, and what the browser says of policies until the page has told that it is done.

        port: of this machine, which answers for every host there is.
        """
        log = scratch / "browser.log"
        environment = {**os.environ, "HOME": str(scratch)}
        if self.libraries:
            environment["LD_LIBRARY_PATH"] = self.libraries
        with log.open("w") as output:
            running = subprocess.Popen(
                [*self._command(port, scratch), url], env=environment, stdout=output, stderr=output, cwd=scratch
            )
            try:
                told = until.wait(_SECONDS)
            finally:
                running.terminate()
                running.wait(_SECONDS)
        said = log.read_text(errors="replace")
        assert told, f"the page came to no end; the browser said:\n{said[-3000:]}"
        return tuple(
            found["said"] for found in _CONSOLE.finditer(said) if any(word in found["said"] for word in _POLICIES)
        )

    def _command(self, port: int, scratch: Path) -> list[str]:
        return [
            str(self.program),
            *("--headless", "--disable-gpu", "--no-first-run", "--disable-background-networking"),
            # A sandbox needs rights that containers don't have; the pages are our own.
            "--no-sandbox",
            "--ignore-certificate-errors",
            f"--host-resolver-rules=MAP * 127.0.0.1:{port}",
            f"--user-data-dir={scratch / 'profile'}",
            "--enable-logging=stderr",
            # It would else end as soon as the page is loaded.
            "--remote-debugging-port=0",
        ]


def chromium() -> Chromium:
    """Skips the test where none can be had."""
    for name in _INSTALLED:
        if found := shutil.which(name):
            return Chromium(program=Path(found), libraries="")
    folder = unpacked(CHROMIUM)
    program = folder / "chromium-headless-shell"
    if not program.is_file():
        pytest.skip("Debian's chromium-headless-shell is not for this machine")
    root = folder.parents[2]
    places = [*root.glob("usr/lib/*-linux-gnu*"), *root.glob("lib/*-linux-gnu*")]
    nested = [place / "pulseaudio" for place in places]
    return Chromium(program=program, libraries=":".join(map(str, [*places, *nested])))
