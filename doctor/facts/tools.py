"""Programs on this machine's PATH, and their versions as they say them."""

import re
import subprocess
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from shutil import which

SECONDS = 20
_ASKED: Mapping[str, Sequence[str]] = {
    "pulumi": ("version",),
    "aws": ("--version",),
    "kubectl": ("version", "--client", "--output=json"),
}
_NUMBER = re.compile(r"(\d+)\.(\d+)\.(\d+)")

Version = tuple[int, int, int]


class Tools:
    """Asks the programs themselves. None: it isn't there, or doesn't say."""

    def version(self, name: str) -> Version | None:
        """Of pulumi, aws or kubectl."""
        path = which(name)
        if path is None:
            return None
        try:
            done = subprocess.run(  # noqa: S603  # one of three programs, with words of our own
                [path, *_ASKED[name]], capture_output=True, text=True, timeout=SECONDS, check=False
            )
        except (OSError, subprocess.TimeoutExpired):
            return None
        return parse_version(done.stdout)

    def sdk(self) -> Version | None:
        """Of Pulumi's SDK, which the program imports."""
        return parse_version(version("pulumi"))


def parse_version(text: str) -> Version | None:
    """The first number of three parts in a text."""
    found = _NUMBER.search(text)
    return (int(found[1]), int(found[2]), int(found[3])) if found else None
