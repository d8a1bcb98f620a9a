"""Entries that left the registry by another way than through every step of their lifecycle."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from planning.inputs.problem import Problem
from plugins.registry.manifest import manifest_path
from plugins.registry.rules.cross import Entries

_RETIRE = (
    "put the entry back; then naap plugin retire {name} --api URL and pulumi up, step by step until it is "
    "archived; then naap plugin remove {name}. A new name is a new plugin"
)


def orphan_problems(entries: Entries, manifests: Iterable[str]) -> Iterator[Problem]:
    """Entries that are gone while their manifests are still there: `remove` takes both. manifests: names."""
    for name in manifests:
        if name not in entries.names:
            value = "(gone, but its manifest is still there)"
            kept = manifest_path(Path(entries.file).parent, name)
            fix = f"Where it never stood here (an `add` that was killed): run that again, or delete {kept.as_posix()}"
            yield removed_too_early(entries.file, name, value, or_else=fix)


def removed_too_early(file: str, name: str, value: str, *, or_else: str = "") -> Problem:
    """An entry that left by another way than through all steps. or_else: the way out where it is none."""
    fix = _RETIRE.format(name=name)
    return Problem(
        file=file,
        entry=name,
        field="lifecycle",
        value=value,
        rule="only an archived entry can be removed: its data would be left without an owner",
        fix=f"{fix}. {or_else}" if or_else else fix,
    )
