"""The files that a node's programs see: its own root, and of this machine only what is shown."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from rehearsal.live.node import namespaces

_READ_ONLY = ("usr", "etc")
_OF_THE_MACHINE = ("proc", "sys", "dev")
_IN_MEMORY = ("run", "tmp", "var/lib")


def enter(place: Path, root: Path, *, shown: Sequence[str], kept: Mapping[str, str]) -> None:
    """Makes `root`, which isn't written to, this process's own. place: an empty folder to build it in.

    shown: folders of this machine that stand where they stand here; kept: those that hold one of the node's own.
    """
    namespaces.mount("--make-rprivate", "/")
    _in_memory(place)
    for link in (path for path in root.iterdir() if path.is_symlink()):
        (place / link.name).symlink_to(link.readlink())
    for name in _IN_MEMORY:
        _in_memory(place / name)
    for name in _READ_ONLY:
        _bind(root / name, place / name)
        namespaces.mount("-o", "remount,bind,ro", place / name)
    for folder in shown:
        _bind(Path(folder), place / folder.strip("/"))
    for folder, name in kept.items():
        _bind(Path(folder), place / name.strip("/"))
    for name in _OF_THE_MACHINE:
        _bind(Path("/", name), place / name, "--rbind")
    namespaces.mount("-o", "remount,bind,ro", place)
    namespaces.change_root(place)
    namespaces.mount("--make-rshared", "/")


def _in_memory(place: Path) -> None:
    place.mkdir(parents=True, exist_ok=True)
    namespaces.mount("-t", "tmpfs", "-o", "mode=0755", "node", place)


def _bind(source: Path, place: Path, how: str = "--bind") -> None:
    place.mkdir(parents=True, exist_ok=True)
    namespaces.mount(how, source, place)
