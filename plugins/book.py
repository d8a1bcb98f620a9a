"""The registry as a file under edit: every change is checked whole before a byte is written."""

from collections.abc import Mapping
from pathlib import Path

from planning.problem import InvalidInputError, Problem, Problems
from plugins.editor import RegistryText
from plugins.files import read_text, shown_path, write_atomically
from plugins.parse import parse_entries, parse_registry
from plugins.reading import Taken
from plugins.schema import Entry
from plugins.yaml_text import MAX_BYTES


class Book:
    """A registry that is right in every entry; raises InvalidInputError with all that is wrong otherwise."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.file = shown_path(path)
        text = read_text(path, limit=MAX_BYTES)
        parse_registry(text, file=self.file, folder=path.parent, production=False, under_edit=True)
        self.text = RegistryText(text=text, file=self.file)
        self.entries = self._entries(text)

    def taken(self) -> Taken:
        """What a new entry can't have any more."""
        loads: dict[int, int] = {}
        for entry in self.entries.values():
            if entry.database and entry.database.shard is not None:
                loads[entry.database.shard] = loads.get(entry.database.shard, 0) + 1
        return Taken(
            names=frozenset(self.entries),
            ports=frozenset(entry.port for entry in self.entries.values() if entry.port),
            shard_loads=loads,
            with_backend=frozenset(name for name, entry in self.entries.items() if entry.port),
        )

    def entry(self, name: str) -> Entry:
        """One entry. Raises InvalidInputError where there is none of this name."""
        if name not in self.entries:
            rule, fix = "an entry of the registry", f"one of: {', '.join(self.entries)}"
            raise InvalidInputError([Problem(file=self.file, entry=name, field="name", value=name, rule=rule, fix=fix)])
        return self.entries[name]

    def save(self, text: str, *, touched: str) -> None:
        """Writes a changed text that passes `check`; otherwise the file stays as it was."""
        self.check(text, touched=touched)
        write_atomically(self.path, text.encode())

    def check(self, text: str, *, touched: str) -> None:
        """Raises InvalidInputError unless a changed text passes every rule and only the entry `touched` differs."""
        parse_registry(text, file=self.file, folder=self.path.parent, production=False, under_edit=True)
        after = self._entries(text)
        others = {name: entry for name, entry in self.entries.items() if name != touched}
        if {name: entry for name, entry in after.items() if name != touched} != others:
            rule, fix = "a change touches its own entry only", "make this change by hand"
            raise InvalidInputError(
                [Problem(file=self.file, entry=touched, field="", value="(other entries)", rule=rule, fix=fix)]
            )

    def _entries(self, text: str) -> Mapping[str, Entry]:
        return parse_entries(text, file=self.file, problems=Problems()).by_name
