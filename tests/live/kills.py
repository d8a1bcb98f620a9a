"""Commands that are killed, with no chance to tidy up, as by `kill -9` or for lack of memory."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress

from tests.engine.checkout import Checkout
from tests.live.machine import descendants, numbers
from tests.wait import wait_for

_ENGINE = "--event-log="
"""In the command line of the engine alone."""


def kill_amid(checkout: Checkout, command: str, moment: Callable[[], object], *, everything: bool = False) -> None:
    """Starts a command of `naap`, and kills it when the moment has come, with its engine and all that it waits for.

    everything: what it has left running too: control plane, nodes, edge.
    """
    process = subprocess.Popen(
        [sys.executable, "-m", "naap", command],
        cwd=checkout.root,
        env=checkout.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    wait_for(f"a moment of naap {command}", lambda: moment() or process.poll() is not None, seconds=400, every=0.05)
    assert process.poll() is None, f"naap {command} ended before the moment came: {checkout.log(command)}"
    kill(numbers(checkout.root) if everything else _tree(checkout, process.pid))
    process.wait()


def kill(processes: Iterable[int]) -> None:
    """All of these; some end with others."""
    for pid in processes:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def _tree(checkout: Checkout, pid: int) -> list[int]:
    """A command, with all that it has started but for what is to outlive it: only the engine's session ends with it."""
    sessions = {_session(each) for each in (pid, *checkout.processes(_ENGINE))}
    return [each for each in descendants(pid) if _session(each) in sessions]


def _session(pid: int) -> int | None:
    """Of a process; None once it has ended."""
    with suppress(ProcessLookupError):
        return os.getsid(pid)
    return None
