"""The registry as a file under edit: every change is checked whole before a byte is written."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

from console.files import alone, delete, read_text, shown_path, write_atomically
from console.interrupt import committed
from planning.inputs.problem import Problems, refusal
from planning.inputs.registry.entry import Entry
from plugins.editing.text_edit import RegistryText
from plugins.editing.yaml_edit import merged
from plugins.registry.parse import entries_of, parse_part, parse_sources
from plugins.registry.sources import Source, entry_file, read_sources, split_folder
from plugins.registry.strict_yaml import MAX_BYTES, read_yaml
from plugins.registry.taken import TakenNames

_BOM = "\ufeff"
"""Some editors begin a file with it; it is no part of the text."""


class RegistryEditor:
    """A registry that is right in every entry; raises InvalidInputError with all that is wrong otherwise.

    part: an entry that is all that is changed; then it and those that it is related to must be right, no others.
    """

    def __init__(self, path: Path, *, part: str | None = None) -> None:
        self.path = path
        self.file = shown_path(path)
        self._part = part
        self._read = read_sources(path)
        self._sources = [replace(source, text=source.text.removeprefix(_BOM)) for source in self._read]
        self._check(self._sources)
        self._found = entries_of(self._sources, file=self.file, problems=Problems())
        self.entries = self._found.by_name

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
            rule, fix = "an entry of the registry", f"one of: {', '.join(self.entries)}"
            raise refusal(file=self.file, entry=name, value=name, rule=rule, fix=fix)
        return self.entries[name]

    def file_of(self, name: str) -> str:
        """Where an entry stands, as errors show it."""
        return self._found.file_of(name)

    def add(self, name: str, entry: Mapping[str, Any], *, beside: Callable[[], None]) -> None:
        """Adds an entry: in a file of its own where others have theirs.

        beside: writes what it needs in other files, before the entry stands in this one.
        """
        if split_folder(self.path).is_dir():
            own = entry_file(self.path, name)
            source = Source(path=own, file=shown_path(own), text="plugins: {}\n", entry=name)
        else:
            source = self._sources[0]
        text = RegistryText(text=source.text, file=source.file).append(name, entry)
        self._save(source, text, {**_values(source), name: entry}, touched=name, beside=beside)

    def change(self, name: str, changes: Mapping[str, object]) -> None:
        """Changes an entry: mappings are merged into it, None removes a key."""
        source = self._source(name)
        values = _values(source)
        text = RegistryText(text=source.text, file=source.file).change(name, changes)
        self._save(source, text, {**values, name: merged(values[name], changes)}, touched=name)

    def remove(self, name: str, *, beside: Callable[[], None]) -> None:
        """Removes an entry, and its file where it has one. beside: removes what only it needed, before the entry."""
        source = self._source(name)
        values = {key: entry for key, entry in _values(source).items() if key != name}
        text = RegistryText(text=source.text, file=source.file).remove(name)
        self._save(source, text, values, touched=name, beside=beside, gone=source.entry == name)

    def _source(self, name: str) -> Source:
        return next(source for source in self._sources if source.file == self.file_of(name))

    def _check(self, sources: Sequence[Source]) -> None:
        """Raises InvalidInputError with what is wrong."""
        folder = self.path.parent
        if self._part is not None:
            parse_part(sources, file=self.file, folder=folder, production=False, name=self._part)
        else:
            parse_sources(sources, file=self.file, folder=folder, production=False, under_edit=True)

    def _save(
        self,
        source: Source,
        text: str,
        values: Mapping[str, Any],
        *,
        touched: str,
        beside: Callable[[], None] = lambda: None,
        gone: bool = False,
    ) -> None:
        """Writes a text that passes every rule and reads as these values; otherwise all stays as it was."""
        changed = replace(source, text=text)
        if _values(changed) != values:
            value = "(the file would not read as it should)"
            rule = "a change touches its own fields only, where the entries stand plainly: one field a line"
            fix = "end the file with a line break, or make this change by hand"
            raise refusal(file=source.file, entry=touched, value=value, rule=rule, fix=fix)
        others = [each for each in self._sources if each.path != source.path]
        self._check(others if gone else [*others, changed])
        with alone(self.path):
            before = next((each.text for each in self._read if each.path == source.path), None)
            now = read_text(source.path, limit=MAX_BYTES) if source.path.exists() else None
            if now != before:
                rule, fix = "a change is made to the file as it was read", "run the command again"
                value = "(changed by another meanwhile)"
                raise refusal(file=source.file, entry=touched, value=value, rule=rule, fix=fix)
            committed()
            if gone:
                beside()
                delete(source.path)
            else:
                data = (_BOM * (before or "").startswith(_BOM) + text).encode()
                write_atomically(source.path, data, first=beside)


def _values(source: Source) -> Mapping[str, Any]:
    found, problems = read_yaml(source.text, source.file)
    return {} if problems else cast("Mapping[str, Any]", found["plugins"] or {})
