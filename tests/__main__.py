"""All tests, in two processes at once: `python -m tests`, with options of pytest. With paths: one pytest, of those.

Much of the suite waits (for pods, leases, probes), and its halves share no server. The one shows what it does; what the
other has shown comes after it.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
_FOLDERS = ("browser", "dataplane", "examples", "images", "naap", "oracle", "rehearsal", "standins", "live")
HALF = tuple(f"tests/{name}" for name in _FOLDERS)
"""Takes about as long as all others. The live rehearsal comes last: it runs to the end of the process."""
FINE = (0, 5)
"""Exit codes of pytest where nothing failed, 5 where nothing was chosen: by -k, say."""


def run(options: list[str]) -> int:
    """Exit code."""
    pytest = [sys.executable, "-m", "pytest", *options]
    if any((ROOT / option.partition("::")[0]).exists() for option in options if not option.startswith("-")):
        return subprocess.call(pytest, cwd=ROOT)
    with tempfile.TemporaryFile() as shown:
        half = subprocess.Popen([*pytest, *HALF], cwd=ROOT, stdout=shown, stderr=subprocess.STDOUT)
        try:
            codes = [subprocess.call([*pytest, *(f"--ignore={folder}" for folder in HALF)], cwd=ROOT), half.wait()]
        finally:
            half.terminate()
        shown.seek(0)
        print(shown.read().decode(errors="replace"))
    return max(codes, key=lambda code: (code not in FINE, -code))


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
