"""Entries that left the registry by another way than through every step of their lifecycle."""

from collections.abc import Iterable, Iterator

from planning.problem import Problem
from plugins.rules import Entries


def orphan_problems(entries: Entries, manifests: Iterable[str]) -> Iterator[Problem]:
    """Entries that are gone while their manifests are still there: `remove` takes both. manifests: names."""
    for name in manifests:
        if name not in entries.names:
            yield removed_too_early(entries.file, name, "(gone, but its manifest is still there)")


def removed_too_early(file: str, name: str, value: str) -> Problem:
    """An entry that left by another way than through all steps."""
    return Problem(
        file=file,
        entry=name,
        field="lifecycle",
        value=value,
        rule="only an archived entry can be removed: its data would be left without an owner",
        fix=f"put the entry back; then python -m plugins retire {name} --api URL and pulumi up, step by step until it "
        f"is archived; then python -m plugins remove {name}. A new name is a new plugin",
    )
