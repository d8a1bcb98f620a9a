"""All tests, in two processes at once: `python -m tests`, with options of pytest. With paths: one pytest, of those.

Much of the suite waits (for pods, leases, probes), and its halves share no server. The one shows what it does; what the
other has shown comes after it. What failed is asked once more with nothing beside it, and told: a limit of seconds that
a busy machine overstepped is no fault of the program, one that fails again is.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
_FOLDERS = ("browser", "dataplane", "examples", "images", "standins", "live")
HALF = tuple(f"tests/{name}" for name in _FOLDERS)
"""Takes about as long as all others. The live rehearsal comes last: it runs to the end of the process."""
FINE = (0, 5)
"""Exit codes of pytest where nothing failed, 5 where nothing was chosen: by -k, say."""
FAILED = 1
"""Exit code of pytest where tests failed and it ran to its end."""
ASKED_AGAIN = 12
"""Tests of a half at most; where more fail, it was not the machine."""


def run(options: list[str]) -> int:
    """Exit code."""
    pytest = [sys.executable, "-m", "pytest", *options]
    if any((ROOT / option.partition("::")[0]).exists() for option in options if not option.startswith("-")):
        return subprocess.call(pytest, cwd=ROOT)
    with tempfile.TemporaryFile() as shown, tempfile.TemporaryDirectory() as caches:
        halves = [
            [*pytest, *(f"--ignore={folder}" for folder in HALF), "-o", f"cache_dir={caches}/others"],
            [*pytest, *HALF, "-o", f"cache_dir={caches}/half"],
        ]
        half = subprocess.Popen(halves[1], cwd=ROOT, stdout=shown, stderr=subprocess.STDOUT)
        try:
            codes = [subprocess.call(halves[0], cwd=ROOT), half.wait()]
        finally:
            half.terminate()
        shown.seek(0)
        print(shown.read().decode(errors="replace"), flush=True)
        codes = [
            _again(command, Path(caches, name)) if code == FAILED else code
            for command, name, code in zip(halves, ("others", "half"), codes, strict=True)
        ]
    return max(codes, key=lambda code: (code not in FINE, -code))


def _again(command: list[str], cache: Path) -> int:
    """Exit code of what failed, alone."""
    failed: dict[str, bool] = json.loads((cache / "v/cache/lastfailed").read_text())
    if len(failed) > ASKED_AGAIN:
        return FAILED
    print(f"\nOnce more, with nothing beside them: {len(failed)} that failed", flush=True)
    code = subprocess.call([*command, "--last-failed"], cwd=ROOT)
    if code in FINE:
        print("Passed only alone:", *failed, sep="\n  ", flush=True)
    return code


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
