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


def follow(
    title: str,
    command: Sequence[str],
    *,
    name: str,
    folder: Path,
    logs: Path,
    environment: Mapping[str, str],
    progress: Progress,
) -> Outcome:
    """Run a command of the engine to its end, showing how far it is. Raises RehearsalError with what went wrong.

    name: of the operation; what it says and what happens go to NAME.log and NAME.events in `logs`.

    Ctrl-C asks the engine to stop after what is under way, a second one ends it at once.
    """
    log, events = logs / f"{name}.log", logs / f"{name}.events"
    events.unlink(missing_ok=True)
    outcome = Outcome()
    with progress.task(title) as task, log.open("w") as out:
        # A session of its own: Ctrl-C reaches us alone, and we pass it on exactly once.
        process = subprocess.Popen(
            [*command, f"--event-log={events}"],
            cwd=folder,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        with _interrupting(process, progress):
            code = _take_all(process, Tail(events), outcome, task)
        if code:
            raise RehearsalError(_failure(name, outcome, log))
        task.note = _said(outcome)
    return outcome


def _take_all(process: subprocess.Popen[bytes], tail: Tail, outcome: Outcome, task: Task) -> int:
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
    return f"pulumi {name} failed:\n" + "\n".join(f"  {line}" for line in told) + f"\nAll of it: {log}, {name}.events"
