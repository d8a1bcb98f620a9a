"""Whether live nodes can run on this machine, and how much of a node it can be."""

import os
import platform
import shutil
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from rehearsal import RehearsalError
from rehearsal.live.node import cgroups
from rehearsal.progress import Progress

_NEEDED = {
    "ip": "iproute2",
    "mount": "mount",
    "unshare": "util-linux",
    "nsenter": "util-linux",
    "setpriv": "util-linux",
}
_WATCHERS = Path("/proc/sys/fs/inotify/max_user_instances")
_ENOUGH_WATCHERS = 1_024
"""Of inotify. Linux lets a user have 128. A node takes 9 and more, a control plane 11: two rehearsals are too many."""
_SOCKET_PATH = 107
"""Bytes that a socket's path may have (sun_path, without its last one)."""
_MIB = 1024


@dataclass(frozen=True, kw_only=True)
class Machine:
    """CPUs and memory of this one, in MiB: all of it, and what is free now."""

    cpus: int
    memory_mib: int
    free_mib: int

    @classmethod
    def here(cls) -> "Machine":
        """As /proc tells."""
        lines = (line.split() for line in Path("/proc/meminfo").read_text().splitlines())
        known = {words[0].rstrip(":"): int(words[1]) // _MIB for words in lines}
        return cls(cpus=os.cpu_count() or 1, memory_mib=known["MemTotal"], free_mib=known["MemAvailable"])


def allow_watchers(progress: Progress, limit: Path = _WATCHERS) -> None:
    """Raises the limit on which a kubelet ends with "inotify_init: too many open files", where it is lower.

    It is of the whole machine, and stays until that starts anew: another rehearsal may go by it. Where it can't be
    written, as in some containers, as many nodes run as it lets.
    """
    with suppress(OSError):
        allowed = int(limit.read_text())
        if allowed >= _ENOUGH_WATCHERS:
            return
        limit.write_text(str(_ENOUGH_WATCHERS))
        progress.say(f"  This machine's fs.inotify.{limit.name} is {_ENOUGH_WATCHERS:,} now, and was {allowed}")


def check(socket: Path) -> None:
    """Raises RehearsalError with all that keeps nodes from running here. socket: the longest path of one."""
    if platform.system() != "Linux":
        raise RehearsalError(
            f"Live nodes are Linux's own: namespaces and control groups. This is {platform.system()}: "
            "run it in a Linux virtual machine (Lima, UTM), or rehearse with `naap up`, which plays the nodes."
        )
    found = list[str]()
    if os.geteuid() != 0:
        found.append(
            "They need root: a kubelet mounts, and limits what pods take. Run it as root (sudo), or `naap up`."
        )
    missing = {package for program, package in _NEEDED.items() if not shutil.which(program)}
    if missing:
        found.append(f"Programs of {', '.join(sorted(missing))} are missing: install them.")
    if why := cgroups.refusal():
        found.append(why)
    if len(os.fsencode(socket)) > _SOCKET_PATH:
        found.append(f"A socket's path may have {_SOCKET_PATH} bytes: {socket}. Check out into a shorter folder.")
    if found:
        raise RehearsalError("\n".join(["Live nodes can't run here.", *(f"  {each}" for each in found)]))
