"""The files of a registry: one for all entries, and beside it, in a folder, one for each entry that has its own."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from console.files import read_text, shown_path
from plugins.registry.strict_yaml import MAX_BYTES


@dataclass(frozen=True, kw_only=True)
class Source:
    """One file. file: its name as errors show it; entry: the only one that it may hold, None for the file of all."""

    path: Path
    file: str
    text: str
    entry: str | None = None


def split_folder(path: Path) -> Path:
    """Where the entries with files of their own lie: plugins/registry.d beside plugins/registry.yaml."""
    return path.with_suffix(".d")


def entry_file(path: Path, name: str) -> Path:
    """The file of one entry, which has the same form as that of all: `plugins:`, and below it this entry alone."""
    return split_folder(path) / f"{name}.yaml"


def read_sources(path: Path) -> tuple[Source, ...]:
    """All files of a registry, that of all entries first; it may be missing where the folder holds some.

    Raises InvalidInputError where one can't be read.
    """
    own = sorted(split_folder(path).glob("*.yaml"))
    whole: Sequence[Path] = (path,) if path.exists() or not own else ()
    return tuple(
        Source(
            path=one,
            file=shown_path(one),
            text=read_text(one, limit=MAX_BYTES),
            entry=None if one == path else one.stem,
        )
        for one in (*whole, *own)
    )
