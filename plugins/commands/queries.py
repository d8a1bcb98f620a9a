"""The commands that look at the registry and change nothing. Each raises InvalidInputError."""

import json
from pathlib import Path

from console.files import shown_path
from console.terminal import Answer, table
from planning.inputs.problem import Problem, Problems
from planning.inputs.registry.registry_entry import PluginSpec
from plugins.registry.changes import change_problems
from plugins.registry.parse import entries_of, load_registry
from plugins.registry.registry_file import json_schema
from plugins.registry.sources import read_sources


def validate(path: Path, *, production: bool, before: Path | None = None) -> Answer:
    """Checks a registry against every rule. before: as it was, to check as well what has become of its entries."""
    problems = Problems()
    if before:
        problems.add(*_changes(before, path))
    registry = problems.attempt(lambda: load_registry(path, production=production))
    if registry is None or problems.any:
        raise problems.error()
    running = sum(1 for plugin in registry.plugins if plugin.backend and plugin.lifecycle.serves)
    return Answer(
        data={"file": registry.file, "entries": len(registry.plugins), "with_pods": running},
        text=f"{registry.file}: {len(registry.plugins)} entries, {running} with pods; all rules hold.",
    )


def _changes(before: Path, path: Path) -> list[Problem]:
    old, new = (entries_of(read_sources(file), file=shown_path(path), problems=Problems()) for file in (before, path))
    return change_problems(old, new)


def show(path: Path) -> Answer:
    """The entries: a line each."""
    plugins = load_registry(path, production=False).plugins
    rows = [("NAME", "VERSION", "PORT", "PREFIX", "SCHEMA", "STATE"), *map(_row, plugins)]
    return Answer(data=plugins, text=table(rows, gives=(3, 4)))


def _row(plugin: PluginSpec) -> tuple[str, ...]:
    backend, database = plugin.backend, plugin.database
    return (
        plugin.name,
        plugin.version,
        str(backend.port) if backend else "-",
        backend.api_prefix if backend else "-",
        database.schema_name if database else "-",
        plugin.lifecycle.value,
    )


def schema() -> Answer:
    """The JSON Schema of the file."""
    found = json_schema()
    return Answer(data=found, text=json.dumps(found, indent=2, ensure_ascii=False))
