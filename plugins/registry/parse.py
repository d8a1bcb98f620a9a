"""The text of a registry, turned into what planning reads, or into everything that is wrong with it."""

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, cast

from pydantic import TypeAdapter, ValidationError

from console.files import read_text, shown_path
from planning.inputs.field_types import Name
from planning.inputs.problem import Problem, Problems
from planning.inputs.registry.entry import Entry
from planning.inputs.registry.registry_entry import BackendSpec, PluginSpec, Registry
from plugins.registry.egress import normal_egress
from plugins.registry.manifest import manifest_names, manifest_path, read_manifest
from plugins.registry.rules.cross import Entries, cross_problems
from plugins.registry.rules.entry import single_problems
from plugins.registry.rules.prefixes import prefix_problems
from plugins.registry.rules.removal import orphan_problems
from plugins.registry.rules.site import site_problems
from plugins.registry.secret_values import shown
from plugins.registry.strict_yaml import MAX_BYTES, read_yaml
from plugins.registry.validation_errors import entry_problems

_NAME: TypeAdapter[str] = TypeAdapter(Name)
_START = "start the file with the line `plugins:`, and indent the entries below it"


def parse_registry(text: str, *, file: str, folder: Path, production: bool, under_edit: bool = False) -> Registry:
    """The registry in a text. folder: where its manifests/ are; file: its name in errors.

    under_edit: an entry is being added or removed, so that its manifest may be there without it.
    Raises InvalidInputError with all that is wrong, of all entries.
    """
    problems = Problems()
    entries = parse_entries(text, file=file, problems=problems)
    for name, entry in entries.by_name.items():
        problems.add(*single_problems(file, name, entry, production=production))
    problems.add(*cross_problems(entries), *prefix_problems(entries), *site_problems(entries))
    readable = entries.names or not problems.any
    if readable and not under_edit:
        problems.add(*orphan_problems(entries, manifest_names(folder)))
    manifests = {name: problems.attempt(lambda name=name: _manifest(folder, name)) for name in entries.by_name}
    problems.raise_if_any()
    specs = (_spec(name, entry, manifests[name]) for name, entry in entries.by_name.items())
    return Registry(file=file, plugins=tuple(specs))


def parse_entries(text: str, *, file: str, problems: Problems) -> Entries:
    """The entries whose fields are right; what isn't goes to `problems`."""
    raw, found = read_yaml(text, file)
    problems.add(*found)
    # Broken YAML has no entries to speak of, and a second error about that would only distract.
    stated: Mapping[str, object] = {} if raw is None and found else _stated(raw, file, problems)
    told = {(problem.entry, problem.field) for problem in found}
    checked = {name: entry for name, value in stated.items() if (entry := _checked(name, value, file, problems, told))}
    return Entries(file=file, by_name=checked, names=frozenset(stated))


def _stated(raw: object, file: str, problems: Problems) -> Mapping[str, object]:
    """The mapping below `plugins`; what else stands in the file is a problem."""

    def note(field: str, value: str, rule: str, fix: str) -> None:
        problems.add(Problem(file=file, entry="", field=field, value=value, rule=rule, fix=fix))

    if not isinstance(raw, Mapping):
        note(
            "plugins",
            "(empty file)" if raw is None else shown(raw),
            "the file is a mapping of one key, plugins",
            _START,
        )
        return {}
    whole = cast("Mapping[str, object]", raw)
    if "plugins" not in whole:
        note("plugins", "(missing)", "the file is a mapping of one key, plugins", _START)
    for key in whole:
        if key != "plugins":
            note(shown(key), "(unknown)", "the only key at the top is plugins", "indent it below plugins, or remove it")
    inner = whole.get("plugins")
    if inner is None:
        return {}
    if not isinstance(inner, Mapping):
        note("plugins", shown(inner), "a mapping of entries by name", _START)
        return {}
    return cast("Mapping[str, object]", inner)


def _checked(
    name: str, value: object, file: str, problems: Problems, told: Collection[tuple[str, str]]
) -> Entry | None:
    """The entry, if its fields are right. told: entries and fields of which the reader has said what is wrong."""
    entry = shown(name)
    try:
        _NAME.validate_python(name)
    except ValidationError:
        rule = "a DNS label with room for suffixes: a-z first, then a-z, 0-9 and single hyphens, at most 32 characters"
        fix = "rename it: lower case, hyphens, short"
        problems.add(Problem(file=file, entry=entry, field="name", value=entry, rule=rule, fix=fix))
    try:
        return Entry.model_validate(value, by_alias=True, by_name=False)
    except ValidationError as error:
        found = entry_problems(error, file=file, entry=entry)
        problems.add(*(problem for problem in found if (problem.entry, problem.field) not in told))
        return None


def _spec(name: str, entry: Entry, manifest: Mapping[str, Any] | None) -> PluginSpec:
    """The entry, which has passed every rule, with its name and what is derived; all else is handed on as it is."""
    values: dict[str, Any] = {
        **dict(entry),
        "name": name,
        "display_name": entry.display_name or name.replace("-", " ").title(),
        "network": entry.network.model_copy(update={"egress": [*map(normal_egress, entry.network.egress)]}),
    }
    # Services read their plugin.json for these; one that came without a manifest gets what its entry says.
    backend = {"devPort": entry.port, "port": entry.port, "apiPrefix": entry.api_prefix} if entry.port else {}
    made = {"name": name, "displayName": values["display_name"], "version": entry.version, "backend": backend}
    kind = BackendSpec if entry.port else PluginSpec
    return kind.model_construct(**values, manifest=made if manifest is None else manifest)


def _manifest(folder: Path, name: str) -> Mapping[str, Any] | None:
    path = manifest_path(folder, name)
    return read_manifest(path) if path.is_file() else None


def load_registry(path: Path, *, production: bool) -> Registry:
    """The registry in a file, with every default filled in.

    production: also demands digests on images and pinned shards.
    Raises InvalidInputError with all that is wrong, of all entries.
    """
    text = read_text(path, limit=MAX_BYTES)
    return parse_registry(text, file=shown_path(path), folder=path.parent, production=production)
