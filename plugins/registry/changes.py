"""What a change of the registry may not do to entries that were there before it, however it was edited."""

from collections.abc import Iterator

from planning.inputs.problem import Problem, Problems
from planning.inputs.registry.entry import Entry
from plugins.registry.parse import parse_entries
from plugins.registry.rules.lifecycle import NEXT_STEP, STEPS
from plugins.registry.rules.removal import removed_too_early


def change_problems(before: str, after: str, *, file: str) -> list[Problem]:
    """Steps that were skipped, and entries that left too early. before, after: texts of the registry.

    What is wrong within one of the texts is not said here; an entry that can't be read is taken as unchanged.
    """
    old, new = (parse_entries(text, file=file, problems=Problems()) for text in (before, after))
    found: list[Problem] = []
    for name, entry in old.by_name.items():
        if name not in new.names:
            found += _removal(file, name, entry)
        elif name in new.by_name:
            found += _steps(file, name, entry, new.by_name[name])
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
