"""What of a rehearsal this machine may still have: processes, mounts, control groups, changes to its own network."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from rehearsal.live.node import cgroups


@dataclass(frozen=True, kw_only=True)
class Traces:
    """Of everything on this machine that names a folder, or is named after a rehearsal; links, addresses, routes and
    rules of its own network are all that there are."""

    processes: frozenset[str]
    mounts: frozenset[str]
    groups: frozenset[str]
    links: frozenset[str]
    network: str


def traces(folder: Path, group: str) -> Traces:
    """folder: of the rehearsal; group: its control group."""
    word = str(folder)
    return Traces(
        processes=frozenset(line for _, line in _processes(word)),
        mounts=frozenset(line for line in Path("/proc/self/mountinfo").read_text().splitlines() if word in line),
        groups=frozenset(str(place) for tree in cgroups.trees() if (place := tree / group.strip("/")).exists()),
        links=frozenset(path.name for path in Path("/sys/class/net").iterdir()),
        network=_network(),
    )


def nothing(found: Traces) -> bool:
    """Whether nothing is left but this machine's own network."""
    return not (found.processes or found.mounts or found.groups)


def numbers(folder: Path) -> list[int]:
    """Of the processes that name a folder."""
    return [pid for pid, _ in _processes(str(folder))]


def descendants(pid: int) -> list[int]:
    """A process and all that it has started, and what these have."""
    parents = dict(_parents())
    found = [pid]
    for each in found:
        found += [child for child, parent in parents.items() if parent == each]
    return found


def _processes(word: str) -> Iterator[tuple[int, str]]:
    """Those that name it in their command line, stand in it, or have it in their environment."""
    for place in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it has just ended
            line = (place / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            about = f"{line} {(place / 'cwd').readlink()} {(place / 'environ').read_bytes().decode(errors='replace')}"
            if line and word in about and int(place.name) != os.getpid():
                yield int(place.name), line


def _parents() -> Iterator[tuple[int, int]]:
    for file in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            yield int(file.parent.name), int(file.read_text().rpartition(")")[2].split()[1])


def _network() -> str:
    asked = (("ip", "-o", "address"), ("ip", "route", "show", "table", "all"), ("ip", "rule"))
    said = [subprocess.run(words, capture_output=True, text=True, check=True).stdout for words in asked]
    # How long an address is still valid changes by itself.
    lines = [line.partition(" valid_lft")[0] for text in said for line in text.splitlines()]
    tables = [f"/proc/net/{family}_tables_names" for family in ("ip", "ip6")]
    return "\n".join([*lines, *(Path(file).read_text() for file in tables if Path(file).exists())])
