"""What a person sees while something takes long: the time so far and what to expect."""

import sys
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TextIO

from rich.live import Live
from rich.text import Text

from console.terminal import Terminal

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

    def line(self) -> str:
        """Title, time so far, expectation and note."""
        said = [duration(time.monotonic() - self.started)]
        said += [text for text in (self.expected, self.note) if text]
        return f"  {self.title}: {', '.join(said)}"


class Progress:
    """Shows tasks as they go: a line each that ticks on a terminal, one that is printed every 20 s elsewhere.

    Tasks may run in several threads at once. timings: (title, seconds) of each finished task, in order.
    """

    def __init__(self, out: TextIO = sys.stderr) -> None:
        self.timings: list[tuple[str, float]] = []
        self._terminal = Terminal(file=out)
        self._lock = threading.Lock()
        self._tasks: list[Task] = []
        self._live: Live | None = None

    def say(self, text: str) -> None:
        """Print one lasting line."""
        self._terminal.out(text)

    @contextmanager
    def task(self, title: str, expected: str = "") -> Generator[Task]:
        """Show title and a clock until the block ends; then say how long it took."""
        task = Task(title=title, expected=expected)
        ended = threading.Event()
        self._begin(task, ended)
        outcome = "failed after"
        try:
            yield task
            outcome = "done in"
        finally:
            ended.set()
            self._end(task)
            seconds = time.monotonic() - task.started
            self.timings.append((title, seconds))
            self.say(f"  {title}: {outcome} {duration(seconds)}{f' ({task.note})' if task.note else ''}")

    def _begin(self, task: Task, ended: threading.Event) -> None:
        if not self._terminal.is_terminal:
            threading.Thread(target=self._log, args=(task, ended), daemon=True).start()
            return
        with self._lock:
            self._tasks.append(task)
            if self._live is None:
                self._live = Live(
                    get_renderable=self._lines,
                    console=self._terminal,
                    refresh_per_second=2,
                    transient=True,
                    redirect_stdout=False,
                    redirect_stderr=False,
                )
                self._live.start()

    def _end(self, task: Task) -> None:
        with self._lock:
            if task in self._tasks:
                self._tasks.remove(task)
            if self._live is not None and not self._tasks:
                self._live.stop()
                self._live = None

    def _log(self, task: Task, ended: threading.Event) -> None:
        while not ended.wait(LOG_SECONDS):
            self.say(task.line())

    def _lines(self) -> Text:
        return Text("\n".join(task.line() for task in [*self._tasks]), no_wrap=True, overflow="ellipsis")
