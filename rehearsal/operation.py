"""One long operation of the engine: up, preview, refresh or destroy."""

import signal
import subprocess
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from rehearsal import RehearsalError
from rehearsal.events import Outcome, Tail
from rehearsal.progress import Progress, Task


class Operation:
    """A command of the engine that is followed to its end. logs: where NAME.log and NAME.events are written."""

    def __init__(self, command: Sequence[str], *, folder: Path, logs: Path, name: str) -> None:
        self._folder, self._name = folder, name
        self._log, self._events = logs / f"{name}.log", logs / f"{name}.events"
        self._command = [*command, f"--event-log={self._events}"]

    def run(self, title: str, environment: Mapping[str, str], progress: Progress) -> Outcome:
        """Shows how far it is. Raises RehearsalError with what went wrong.

        Ctrl-C asks the engine to stop after what is under way, a second one ends it at once.
        """
        self._events.unlink(missing_ok=True)
        outcome = Outcome()
        with progress.task(title) as task, self._log.open("w") as out:
            # A session of its own: Ctrl-C reaches us alone, and we pass it on exactly once.
            process = subprocess.Popen(
                self._command,
                cwd=self._folder,
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            with _interrupting(process, progress):
                code = _follow(process, Tail(self._events), outcome, task)
            if code:
                raise RehearsalError(_failure(self._name, outcome, self._log))
            task.note = _said(outcome)
        return outcome


def _follow(process: subprocess.Popen[bytes], tail: Tail, outcome: Outcome, task: Task) -> int:
    while True:
        code = process.poll()
        for event in tail.new():
            outcome.take(event)
        task.note = f"{outcome.finished} resources, {outcome.current}" if outcome.current else ""
        if code is not None:
            return code
        time.sleep(0.1)


@contextmanager
def _interrupting(process: subprocess.Popen[bytes], progress: Progress) -> Generator[None]:
    asked = 0

    def ask(_signal: int, _frame: object) -> None:
        nonlocal asked
        asked += 1
        if process.poll() is None:
            process.send_signal(signal.SIGINT if asked <= 2 else signal.SIGKILL)

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    if asked:
        progress.say("Stopped. Run the same command again to go on from here.")
        raise KeyboardInterrupt


def _said(outcome: Outcome) -> str:
    changes = outcome.changes or {}
    return ", ".join(f"{count} {operation}" for operation, count in sorted(changes.items()) if count)


def _failure(name: str, outcome: Outcome, log: Path) -> str:
    refused = [
        f"policy {policy}: {text} [{urn}]" for level, policy, text, urn in outcome.violations if level == "mandatory"
    ]
    told = list(dict.fromkeys([*outcome.errors, *refused]))
    if not told:
        told = log.read_text(errors="replace").strip().splitlines()[-15:]
    return f"pulumi {name} failed:\n" + "\n".join(f"  {line}" for line in told) + f"\nAll of its output: {log}"
