"""Which files change: by looking at their times, which works on every file system and takes milliseconds."""

import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path

EVERY_SECONDS = 0.2

_State = Mapping[Path, tuple[int, int]]


class Changes:
    """Of these files; at first all of them are new."""

    def __init__(self, files: Callable[[], Iterable[Path]]) -> None:
        self._files = files
        self._taken: _State = {}

    def pending(self) -> bool:
        """Whether anything differs from what was taken last."""
        return self._look() != self._taken

    def take(self) -> frozenset[Path]:
        """What came, changed or went since; once a whole look long nothing more is written."""
        seen = self._look()
        while True:
            time.sleep(EVERY_SECONDS)
            before, seen = seen, self._look()
            if seen == before:
                break
        changed = {path for path, _ in seen.items() ^ self._taken.items()}
        self._taken = seen
        return frozenset(changed)

    def _look(self) -> _State:
        found: dict[Path, tuple[int, int]] = {}
        for path in self._files():
            with suppress(OSError):  # it has just gone
                status = path.stat()
                found[path] = (status.st_mtime_ns, status.st_size)
        return found
