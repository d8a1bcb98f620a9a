"""What a person sees while something takes long: the time so far and what to expect."""

import sys
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from shutil import get_terminal_size
from typing import TextIO

TTY_SECONDS = 0.5
LOG_SECONDS = 20.0


def duration(seconds: float) -> str:
    """A time for people: 0.4 s, 12 s, 3 min 20 s."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    if seconds < 60:
        return f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if rest else f"{minutes} min"


@dataclass(kw_only=True)
class Task:
    """One thing under way. note: what it does at the moment; expected: how long it usually takes."""

    title: str
    expected: str = ""
    note: str = ""
    started: float = field(default_factory=time.monotonic)
    said: float = field(default_factory=time.monotonic)

    def line(self) -> str:
        """Title, time so far, expectation and note."""
        said = [duration(time.monotonic() - self.started)]
        said += [text for text in (self.expected, self.note) if text]
        return f"{self.title}: {', '.join(said)}"


class Progress:
    """Prints tasks as they go: one line that ticks on a terminal, a line every 20 s elsewhere.

    Tasks may run in several threads at once. timings: (title, seconds) of each finished task, in order.
    """

    def __init__(self, out: TextIO = sys.stderr) -> None:
        self.timings: list[tuple[str, float]] = []
        self._out = out
        self._tty = out.isatty()
        self._lock = threading.Lock()
        self._tasks: list[Task] = []
        self._drawn = False
        self._ticker: threading.Thread | None = None

    def say(self, text: str) -> None:
        """Print one lasting line."""
        with self._lock:
            self._clear()
            self._print(text + "\n")

    @contextmanager
    def task(self, title: str, expected: str = "") -> Generator[Task]:
        """Show title and a clock until the block ends; then say how long it took."""
        task = Task(title=title, expected=expected)
        with self._lock:
            self._tasks.append(task)
            if self._ticker is None:
                self._ticker = threading.Thread(target=self._tick, daemon=True)
                self._ticker.start()
        outcome = "failed after"
        try:
            yield task
            outcome = "done in"
        finally:
            seconds = time.monotonic() - task.started
            with self._lock:
                self._tasks.remove(task)
                self.timings.append((title, seconds))
            self.say(f"  {title}: {outcome} {duration(seconds)}{f' ({task.note})' if task.note else ''}")

    def _tick(self) -> None:
        while True:
            time.sleep(TTY_SECONDS)
            with self._lock:
                if not self._tasks:
                    self._ticker = None
                    return
                if self._tty:
                    self._draw()
                else:
                    self._log()

    def _log(self) -> None:
        now = time.monotonic()
        for task in self._tasks:
            if now - task.said >= LOG_SECONDS:
                task.said = now
                self._print(f"  {task.line()}\n")

    def _draw(self) -> None:
        width = get_terminal_size().columns - 1
        line = "  " + " | ".join(task.line() for task in self._tasks)
        self._print(f"\r\x1b[2K{line[:width]}")
        self._drawn = True

    def _clear(self) -> None:
        if self._drawn:
            self._print("\r\x1b[2K")
            self._drawn = False

    def _print(self, text: str) -> None:
        with suppress(BrokenPipeError):  # nobody reads any more: the work goes on
            print(text, end="", file=self._out, flush=True)
