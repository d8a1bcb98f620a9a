"""The text of a registry, turned into what planning reads, or into everything that is wrong with it."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

from pydantic import TypeAdapter, ValidationError

from console.files import shown_path
from planning.inputs.field_types import Name
from planning.inputs.problem import Problem, Problems
from planning.inputs.registry.entry import Entry
from planning.inputs.registry.registry_entry import BackendSpec, PluginSpec, Registry
from planning.inputs.registry.related import related
from plugins.registry.egress import normal_egress
from plugins.registry.manifest import manifest_names, manifest_path, read_manifest
from plugins.registry.partial_entry import PartialEntry, partial_entry
from plugins.registry.rules.cross import OWN, Entries, cross_problems
from plugins.registry.rules.entry import single_problems
from plugins.registry.rules.prefixes import prefix_problems
from plugins.registry.rules.removal import orphan_problems
from plugins.registry.rules.site import site_problems
from plugins.registry.secret_values import shown
from plugins.registry.sources import Source, entry_file, read_sources
from plugins.registry.strict_yaml import read_yaml
from plugins.registry.validation_errors import entry_problems

_NAME: TypeAdapter[str] = TypeAdapter(Name)
_START = "start the file with the line `plugins:`, and indent the entries below it"


def parse_registry(text: str, *, file: str, folder: Path, production: bool) -> Registry:
    """The registry in one text. folder: where its manifests/ are; file: its name in errors.

    Raises InvalidInputError with all that is wrong, of all entries.
    """
    sources = [Source(path=folder / "registry.yaml", file=file, text=text)]
    return parse_sources(sources, file=file, folder=folder, production=production)


def parse_sources(
    sources: Sequence[Source], *, file: str, folder: Path, production: bool, under_edit: bool = False
) -> Registry:
    """The registry in several files. file: that of all entries, which problems of the whole name.

    under_edit: an entry is being added or removed, so that its manifest may be there without it.
    Raises InvalidInputError with all that is wrong, of all entries.
    """
    problems = Problems()
    entries = _judged(sources, file, problems, production=production)
    readable = entries.names or not problems.any
    if readable and not under_edit:
        problems.add(*orphan_problems(entries, manifest_names(folder)))
    manifests = {name: problems.attempt(lambda name=name: _manifest(folder, name)) for name in entries.by_name}
    problems.raise_if_any()
    return _registry(entries, manifests)


def parse_part(
    sources: Sequence[Source], *, file: str, folder: Path, production: bool, name: str, always: Collection[str] = ()
) -> Registry:
    """One entry with those that it is related to; what is wrong with others is theirs to mend.

    always: entries that are read whichever it is. Raises InvalidInputError with all that is wrong with these, and
    where there is no such entry.
    """
    problems, own = Problems(), Problems()
    entries = _judged(sources, file, problems, production=production)
    unreadable = [each for each in problems.found if not each.entry]
    if name not in entries.names:
        own.add(*unreadable)
        fix = f"one of: {', '.join(sorted(entries.names))}"
        own.add(Problem(file=file, entry=name, field="", value=name, rule="an entry of the registry", fix=fix))
        raise own.error()
    needed = related(entries.by_name, name, always)
    part = replace(
        entries,
        by_name={each: entry for each, entry in entries.by_name.items() if each in needed},
        names=needed,
    )
    own.add(*(each for each in problems.found if each.entry in needed), *_lost_owners(part))
    own.add(*(each for each in unreadable if own.any or each.file == file))
    manifests = {each: own.attempt(lambda each=each: _manifest(folder, each)) for each in part.by_name}
    own.raise_if_any()
    wrong = {each.entry for each in problems.found}
    others = (
        _spec(each, entry, None)
        for each, entry in entries.by_name.items()
        if each not in needed and shown(each) not in wrong
    )
    return replace(_registry(part, manifests), others=tuple(others))


def _lost_owners(entries: Entries) -> Iterator[Problem]:
    """Grants on tables of an entry that can't be read: whose they are is not known."""
    owned = {entry.database.schema_name for entry in entries.by_name.values() if entry.database}
    for name, entry in entries.by_name.items():
        for grant in entry.database.grants if entry.database else ():
            if grant.schema_name not in owned:
                rule = "the entry whose schema it is can be read"
                yield entries.problem(
                    name, "database.grants", grant.schema_name, rule, "naap plugin validate says why not"
                )


def _judged(sources: Sequence[Source], file: str, problems: Problems, *, production: bool) -> Entries:
    """The entries whose fields are right; what breaks a rule goes to `problems`."""
    entries = entries_of(sources, file=file, problems=problems)
    for name, entry in entries.by_name.items():
        problems.add(*single_problems(entries.file_of(name), name, entry, production=production))
    problems.add(*cross_problems(entries), *prefix_problems(entries), *site_problems(entries))
    problems.add(*_of_partial(entries, production=production))
    return entries


def _of_partial(entries: Entries, *, production: bool) -> Iterator[Problem]:
    """What is wrong besides with entries whose fields are not all right, and with others because of them.

    They come last: what they share with another entry is theirs to change.
    """
    partial = entries.partial
    whole = replace(entries, by_name={**entries.by_name, **{name: each.entry for name, each in partial.items()}})
    found = [problem for rule in OWN for problem in rule(whole)] + [*prefix_problems(whole)] if partial else []
    for name, each in partial.items():
        found += single_problems(entries.file_of(name), name, each.entry, production=production)
    yield from (each for each in found if each.entry not in partial or partial[each.entry].says(each.field))


def _registry(entries: Entries, manifests: Mapping[str, Mapping[str, Any] | None]) -> Registry:
    specs = (_spec(name, entry, manifests[name]) for name, entry in entries.by_name.items())
    return Registry(file=entries.file, plugins=tuple(specs), files=entries.files)


def entries_of(sources: Sequence[Source], *, file: str, problems: Problems) -> Entries:
    """The entries of all files whose fields are right; what isn't goes to `problems`."""
    by_name: dict[str, Entry] = {}
    partial: dict[str, PartialEntry] = {}
    files: dict[str, str] = {}
    for source in sources:
        found = parse_entries(source.text, file=source.file, problems=problems)
        problems.add(*_misplaced(source, found.names, files, Path(file)))
        by_name |= {name: entry for name, entry in found.by_name.items() if name not in files}
        partial |= {name: each for name, each in found.partial.items() if name not in files}
        files = {**dict.fromkeys(found.names, source.file), **files}
    return Entries(file=file, by_name=by_name, names=frozenset(files), files=files, partial=partial)


def _misplaced(source: Source, names: Collection[str], files: Mapping[str, str], whole: Path) -> list[Problem]:
    """Entries that stand in two files, or in a file of another's name."""
    found = [
        Problem(
            file=source.file,
            entry=name,
            field="name",
            value=f"{name} is in {files[name]} as well",
            rule="a name stands once, in all files together",
            fix=f"remove it from {files[name]}, or from here",
        )
        for name in names
        if name in files
    ]
    if source.entry is None:
        return found
    rule = "a file of this folder holds one entry, by whose name it is called"
    return found + [
        Problem(
            file=source.file,
            entry=shown(name),
            field="name",
            value=f"{shown(name)} in {source.path.name}",
            rule=rule,
            fix=f"move it to {entry_file(whole, shown(name)).as_posix()}",
        )
        for name in names
        if name != source.entry
    ]


def parse_entries(text: str, *, file: str, problems: Problems) -> Entries:
    """The entries of one text whose fields are right; what isn't goes to `problems`."""
    raw, found = read_yaml(text, file)
    problems.add(*found)
    # Broken YAML has no entries to speak of, and a second error about that would only distract.
    stated: Mapping[str, object] = {} if raw is None and found else _stated(raw, file, problems)
    told = {(problem.entry, problem.field) for problem in found}
    checked = {name: entry for name, value in stated.items() if (entry := _checked(name, value, file, problems, told))}
    broken = {name: partial_entry(value) for name, value in stated.items() if name not in checked}
    partial = {name: found for name, found in broken.items() if found}
    return Entries(file=file, by_name=checked, names=frozenset(stated), partial=partial)


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


def load_registry(path: Path, *, production: bool, part: str | None = None, always: Collection[str] = ()) -> Registry:
    """The registry in a file and in those beside it, with every default filled in.

    production: also demands digests on images and pinned shards. part: an entry; then this one and those that it is
    related to and `always`, whatever is wrong with others.
    Raises InvalidInputError with all that is wrong, of all entries.
    """
    sources, file, folder = read_sources(path), shown_path(path), path.parent
    if part is None:
        return parse_sources(sources, file=file, folder=folder, production=production)
    return parse_part(sources, file=file, folder=folder, production=production, name=part, always=always)
