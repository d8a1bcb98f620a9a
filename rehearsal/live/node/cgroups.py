"""Control groups of the nodes, below one of their own in every tree; version 1 and 2."""

import os
import time
from contextlib import suppress
from pathlib import Path

_ROOT = Path("/sys/fs/cgroup")
_REMOVE_SECONDS = 10.0
NEEDED = ("cpu", "cpuset", "memory", "pids")
"""Controllers of version 2 without which a kubelet doesn't start."""
_INHERITED = ("cpuset.cpus", "cpuset.mems")
"""Of version 1: a group without them takes no process."""


def trees() -> list[Path]:
    """One of version 2; of version 1 one for each controller."""
    if (_ROOT / "cgroup.controllers").exists():
        return [_ROOT]
    return [path for path in sorted(_ROOT.iterdir()) if path.is_dir() and not path.is_symlink()]


def unified() -> bool:
    """Whether this machine has version 2."""
    return (_ROOT / "cgroup.controllers").exists()


def make(group: str) -> None:
    """A group as `/a/b`, with those above it, and below it `system`, which this process enters."""
    for tree in trees():
        place = tree
        for part in (*group.strip("/").split("/"), "system"):
            _delegate(place)
            place /= part
            place.mkdir(exist_ok=True)
            for name in _INHERITED:
                if (place / name).exists() and not (place / name).read_text().strip():
                    (place / name).write_text((place.parent / name).read_text())
        (place / "cgroup.procs").write_text(str(os.getpid()))


def remove(group: str) -> list[Path]:
    """Remove a group with all below it, once no process is in it. Gives what could not be removed."""
    deadline = time.monotonic() + _REMOVE_SECONDS
    while left := [place for tree in trees() if (place := tree / group.strip("/")).exists()]:
        for place in left:
            for folder, _, _ in sorted(os.walk(place), key=lambda each: -len(each[0])):
                with suppress(OSError):
                    Path(folder).rmdir()
        if time.monotonic() > deadline:
            break
        time.sleep(0.02)
    return [place for place in left if place.exists()]


def _delegate(place: Path) -> None:
    """Version 2: what a group may limit is named in the one above."""
    control = place / "cgroup.subtree_control"
    if not control.exists():
        return
    for name in (place / "cgroup.controllers").read_text().split():
        with suppress(OSError):  # one that the machine's own groups don't hand on
            control.write_text(f"+{name}")


def refusal() -> str | None:
    """Why groups that limit something can't be made on this machine; None where they can."""
    if not (_ROOT.is_dir() and all(os.access(tree, os.W_OK) and not _read_only(tree) for tree in trees())):
        return "/sys/fs/cgroup can't be written: nothing could be limited. In a container: run it with --privileged."
    return unified_refusal(_ROOT) if unified() else None


def unified_refusal(root: Path) -> str | None:
    """The same of version 2. root: of the tree that this process sees."""
    missing = [name for name in NEEDED if name not in (root / "cgroup.controllers").read_text().split()]
    if missing:
        return f"{root} has no controller {', '.join(missing)}: start the machine with cgroup_enable={missing[0]}."
    # A group that has processes can't limit groups below it, but for the machine's own root, which alone has no type.
    handed_on = (root / "cgroup.subtree_control").read_text().split()
    if (root / "cgroup.type").exists() and (root / "cgroup.procs").read_text() and not {*NEEDED} <= {*handed_on}:
        return (
            f"{root} is a container's own, with processes in it: no group below it could be limited. "
            "Run the container with --cgroupns=host."
        )
    return None


def _read_only(tree: Path) -> bool:
    return bool(os.statvfs(tree).f_flag & os.ST_RDONLY)
