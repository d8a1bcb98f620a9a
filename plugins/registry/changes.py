"""What a change of the registry may not do to entries that were there before it, however it was edited."""

from collections.abc import Iterator

from planning.inputs.problem import Problem
from planning.inputs.registry.entry import Entry
from plugins.registry.rules.cross import Entries
from plugins.registry.rules.lifecycle import NEXT_STEP, STEPS
from plugins.registry.rules.removal import removed_too_early


def change_problems(old: Entries, new: Entries) -> list[Problem]:
    """Steps that were skipped, and entries that left too early; one that moved to another file has not left.

    An entry that can't be read is taken as unchanged.
    """
    file = new.file
    found: list[Problem] = []
    for name, entry in old.by_name.items():
        if name not in new.names:
            found += _removal(file, name, entry)
        elif name in new.by_name:
            found += _steps(new.file_of(name), name, entry, new.by_name[name])
    return found


def _removal(file: str, name: str, entry: Entry) -> Iterator[Problem]:
    if entry.core:
        rule, fix = "the platform needs its core services", f"put the entry {name} back"
        yield Problem(file=file, entry=name, field="core", value="(removed)", rule=rule, fix=fix)
    elif entry.lifecycle != STEPS[-1]:
        yield removed_too_early(file, name, f"(removed while {entry.lifecycle})")


def _steps(file: str, name: str, old: Entry, new: Entry) -> Iterator[Problem]:
    taken = STEPS.index(new.lifecycle) - STEPS.index(old.lifecycle)
    if taken > 1:
        yield Problem(
            file=file,
            entry=name,
            field="lifecycle",
            value=f"{old.lifecycle} -> {new.lifecycle}",
            rule="one step at a time, each carried out before the next",
            fix=f"lifecycle: {NEXT_STEP[old.lifecycle]}",
        )
