"""Ctrl-C, before and after a command has changed something: in processes of their own, which it ends."""

import subprocess
import sys

import pytest

BEGIN = "import os, signal, sys\nfrom console.interrupt import committed, stoppable, tidied_up\n"
PRESS = "os.kill(os.getpid(), signal.SIGINT)"


def _ends(work: str, *, before: str = "") -> tuple[int, str, str]:
    program = f"{BEGIN}{before}\ndef work():\n    {work}\n    print('done')\n    return 3\nsys.exit(stoppable(work))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


def test_while_nothing_is_changed_it_ends_at_once_with_one_line() -> None:
    code, out, err = _ends(PRESS)
    assert (code, out) == (130, "")
    assert err == "Interrupted; nothing was changed: run it again.\n"


def test_once_something_is_changed_the_command_goes_on_to_its_report() -> None:
    assert _ends(f"committed(); {PRESS}") == (3, "done\n", "")


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_a_command_that_tidies_up_gets_an_exception(name: str) -> None:
    tidied = f"tidied_up()\n    try: os.kill(os.getpid(), signal.{name})\n    except KeyboardInterrupt: print('tidied')"
    assert _ends(tidied) == (3, "tidied\ndone\n", "")


def test_in_the_background_ctrl_c_stays_ignored() -> None:
    assert _ends(f"{PRESS}", before="signal.signal(signal.SIGINT, signal.SIG_IGN)") == (3, "done\n", "")


def test_afterwards_python_has_its_own_ctrl_c_back() -> None:
    program = f"{BEGIN}stoppable(lambda: 0)\nprint(signal.getsignal(signal.SIGINT) is signal.default_int_handler)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "True\n"
