"""The registry as a file under edit: every change is checked whole before a byte is written."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, cast

from console.files import alone, read_text, shown_path, write_atomically
from console.interrupt import committed
from planning.inputs.problem import Problems, refusal
from planning.inputs.registry.entry import Entry
from plugins.editing.text_edit import RegistryText
from plugins.editing.yaml_edit import merged
from plugins.registry.parse import parse_entries, parse_registry
from plugins.registry.strict_yaml import MAX_BYTES, read_yaml
from plugins.registry.taken import TakenNames

_BOM = "\ufeff"
"""Some editors begin a file with it; it is no part of the text."""


class RegistryEditor:
    """A registry that is right in every entry; raises InvalidInputError with all that is wrong otherwise."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.file = shown_path(path)
        self._whole = read_text(path, limit=MAX_BYTES)
        text = self._whole.removeprefix(_BOM)
        parse_registry(text, file=self.file, folder=path.parent, production=False, under_edit=True)
        self.text = RegistryText(text=text, file=self.file)
        self.entries = parse_entries(text, file=self.file, problems=Problems()).by_name
        self._values = self._read(text)

    def taken(self) -> TakenNames:
        """What a new entry can't have any more."""
        loads: dict[int, int] = {}
        for entry in self.entries.values():
            if entry.database and entry.database.shard is not None:
                loads[entry.database.shard] = loads.get(entry.database.shard, 0) + 1
        schemas = {
            entry.database.schema_name: entry.database.shard
            for entry in self.entries.values()
            if entry.database and entry.database.shard is not None
        }
        public = [entry.database for entry in self.entries.values() if entry.core and entry.database]
        return TakenNames(
            names=frozenset(self.entries),
            migrations=next((each.migrate.image for each in public if each.migrate), None),
            schema_shards=schemas,
            ports=frozenset(entry.port for entry in self.entries.values() if entry.port),
            shard_loads=loads,
            with_backend=frozenset(
                name for name, entry in self.entries.items() if entry.port and entry.lifecycle.serves
            ),
        )

    def entry(self, name: str) -> Entry:
        """One entry. Raises InvalidInputError where there is none of this name."""
        if name not in self.entries:
            raise refusal(
                file=self.file,
                entry=name,
                value=name,
                rule="an entry of the registry",
                fix=f"one of: {', '.join(self.entries)}",
            )
        return self.entries[name]

    def add(self, name: str, entry: Mapping[str, Any], *, beside: Callable[[], None]) -> None:
        """Adds an entry. beside: writes what it needs in other files, before the entry stands in this one."""
        self._save(self.text.append(name, entry), {**self._values, name: entry}, touched=name, beside=beside)

    def change(self, name: str, changes: Mapping[str, object]) -> None:
        """Changes an entry: mappings are merged into it, None removes a key."""
        values = {**self._values, name: merged(self._values[name], changes)}
        self._save(self.text.change(name, changes), values, touched=name)

    def remove(self, name: str, *, beside: Callable[[], None]) -> None:
        """Removes an entry. beside: removes what only it needed, before the entry itself."""
        values = {key: entry for key, entry in self._values.items() if key != name}
        self._save(self.text.remove(name), values, touched=name, beside=beside)

    def _save(
        self, text: str, values: Mapping[str, Any], *, touched: str, beside: Callable[[], None] = lambda: None
    ) -> None:
        """Writes a text that passes every rule and reads as these values; otherwise all stays as it was."""
        if self._read(text) != values:
            value = "(the file would not read as it should)"
            rule = "a change touches its own fields only, where the entries stand plainly: one field a line"
            raise refusal(
                file=self.file,
                entry=touched,
                value=value,
                rule=rule,
                fix="end the file with a line break, or make this change by hand",
            )
        parse_registry(text, file=self.file, folder=self.path.parent, production=False, under_edit=True)
        with alone(self.path):
            if read_text(self.path, limit=MAX_BYTES) != self._whole:
                rule = "a change is made to the file as it was read"
                raise refusal(
                    file=self.file,
                    entry=touched,
                    value="(changed by another meanwhile)",
                    rule=rule,
                    fix="run the command again",
                )
            committed()
            data = (_BOM * self._whole.startswith(_BOM) + text).encode()
            write_atomically(self.path, data, first=beside)

    def _read(self, text: str) -> Mapping[str, Any]:
        found, problems = read_yaml(text, self.file)
        return {} if problems else cast("Mapping[str, Any]", found["plugins"] or {})
