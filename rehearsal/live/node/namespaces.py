"""Namespaces of Linux, by the C library: what Python doesn't offer, or only from 3.12 on."""

import ctypes
import os
import platform
import signal
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

_NEWNS, _NEWIPC, _NEWPID, _NEWNET = 0x00020000, 0x08000000, 0x20000000, 0x40000000
_PR_SET_PDEATHSIG = 1
_MNT_DETACH = 2
_PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}
_libc = ctypes.CDLL(None, use_errno=True)


class CommandError(Exception):
    """A short command failed. said: what it said, of which the last line tells why."""

    def __init__(self, command: Sequence[str], said: str) -> None:
        super().__init__(f"{' '.join(command)}: {said}")
        self.said = said

    @property
    def why(self) -> str:
        """The last line."""
        return self.said.rpartition("\n")[2]


def enter_as_first(made: Callable[[int], None]) -> bool:
    """Make namespaces for network, mounts, processes and IPC. Returns twice: True in there, as the first process, False
    out here once that one has ended. It ends with this process, and with it everything that it started.

    made: told of that process's number out here.
    """
    _check(_libc.unshare(_NEWNET | _NEWNS | _NEWPID | _NEWIPC), "unshare")
    pid = os.fork()
    if pid:
        made(pid)
        os.waitpid(pid, 0)
        return False
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != 0:  # of a process outside, no number is known in here
        raise OSError("not the first process of its namespace")
    mount("--make-rprivate", "/")
    mount("-t", "proc", "proc", "/proc")
    return True


def change_root(root: Path) -> None:
    """This process and all that it starts see nothing but `root`, a mount. The old root can't be reached any more.

    Not chroot: runc itself does this for each container, which a root below a shared one forbids.
    """
    os.chdir(root)
    _check(_libc.syscall(_PIVOT_ROOT[platform.machine()], b".", b"."), "pivot_root")
    _check(_libc.umount2(b".", _MNT_DETACH), "umount")
    os.chdir("/")


def mount(*words: str | Path) -> None:
    """As mount(8)."""
    run(["mount", *map(str, words)])


def run(command: Sequence[str], *, check: bool = True) -> str:
    """What a short command says. Raises CommandError when it failed."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if check and done.returncode:
        raise CommandError(command, done.stderr.strip() or done.stdout.strip())
    return done.stdout


def _check(result: int, what: str) -> None:
    if result:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
