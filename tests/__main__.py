"""All tests, in two processes at once: `python -m tests`, with options of pytest. With paths: one pytest, of those.

Much of the suite waits (for pods, leases, probes), and its halves share no server. The one shows what it does; what the
other has shown comes after it. What failed is asked once more with nothing beside it, and told: a limit of seconds that
a busy machine overstepped is no fault of the program, one that fails again is.
"""

import json
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import IO

from tests.stop_signals import interrupt_by

ROOT = Path(__file__).resolve().parent.parent
_FOLDERS = ("browser", "dataplane", "examples", "images", "standins", "live")
HALF = tuple(f"tests/{name}" for name in _FOLDERS)
"""Takes about as long as all others. The live rehearsal comes last: it runs to the end of the process."""
FINE = (0, 5)
"""Exit codes of pytest where nothing failed, 5 where nothing was chosen: by -k, say."""
FAILED = 1
"""Exit code of pytest where tests failed and it ran to its end."""
INTERRUPTED = 2
"""Exit code of pytest that was stopped."""
ASKED_AGAIN = 12
"""Tests of a half at most; where more fail, it was not the machine."""


def run(options: list[str]) -> int:
    """Exit code."""
    interrupt_by(signal.SIGTERM, signal.SIGHUP)
    pytest = [sys.executable, "-m", "pytest", *options]
    if any((ROOT / option.partition("::")[0]).exists() for option in options if not option.startswith("-")):
        return _codes((pytest, None))[0]
    with tempfile.TemporaryFile() as shown, tempfile.TemporaryDirectory() as caches:
        halves = [
            [*pytest, *(f"--ignore={folder}" for folder in HALF), "-o", f"cache_dir={caches}/others"],
            [*pytest, *HALF, "-o", f"cache_dir={caches}/half"],
        ]
        codes = _codes((halves[0], None), (halves[1], shown))
        shown.seek(0)
        print(shown.read().decode(errors="replace"), flush=True)
        codes = [
            _again(command, Path(caches, name)) if code == FAILED else code
            for command, name, code in zip(halves, ("others", "half"), codes, strict=True)
        ]
    return max(codes, key=lambda code: (code not in FINE, -code))


def _codes(*runs: tuple[list[str], IO[bytes] | None]) -> list[int]:
    """Exit codes of runs of pytest, all at once, with where each shows what it does (None: here).

    Where we are stopped, each is told once and has the time that it takes to stop what its tests started.
    """
    running = [
        # Of sessions of their own: Ctrl-C reaches us alone.
        subprocess.Popen(command, cwd=ROOT, stdout=shown, stderr=shown, start_new_session=True)
        for command, shown in runs
    ]
    try:
        return [each.wait() for each in running]
    except KeyboardInterrupt:
        print("\nStopping what the tests started ...", file=sys.stderr, flush=True)
        for each in running:
            each.terminate()
        for each in running:
            each.wait()
        sys.exit(INTERRUPTED)


def _again(command: list[str], cache: Path) -> int:
    """Exit code of what failed, alone."""
    failed: dict[str, bool] = json.loads((cache / "v/cache/lastfailed").read_text())
    if len(failed) > ASKED_AGAIN:
        return FAILED
    print(f"\nOnce more, with nothing beside them: {len(failed)} that failed", flush=True)
    (code,) = _codes(([*command, "--last-failed"], None))
    if code in FINE:
        print("Passed only alone:", *failed, sep="\n  ", flush=True)
    return code


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
