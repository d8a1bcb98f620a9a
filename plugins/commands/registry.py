"""What the sub-commands do. Each returns the lines that it has to say, or raises InvalidInputError."""

import datetime as dt
import json
from pathlib import Path

from console.files import delete, read_bytes, read_text, shown_path, write_atomically
from planning.edge.shell_documents import bundle_key
from planning.inputs.problem import InvalidInputError, Problem, Problems
from plugins.commands.bundle import measure, upload_command
from plugins.commands.installs_api import InstallsApi
from plugins.commands.table import table
from plugins.editing.registry_editor import Book
from plugins.importing.importer import import_manifest
from plugins.registry.changes import change_problems
from plugins.registry.entry import json_schema
from plugins.registry.manifest import MAX_BYTES, manifest_path, parse_manifest
from plugins.registry.manifest_secrets import open_secrets, without_secrets
from plugins.registry.parse import load_registry
from plugins.registry.rules.lifecycle import NEEDS_NO_INSTALLS, NEXT_STEP
from plugins.registry.strict_yaml import MAX_BYTES as REGISTRY_BYTES


def validate(path: Path, *, production: bool, before: Path | None = None) -> list[str]:
    """Checks a registry against every rule. before: as it was, to check as well what has become of its entries."""
    problems = Problems()
    if before:
        problems.add(*_changes(before, path))
    registry = problems.attempt(lambda: load_registry(path, production=production))
    if registry is None or problems.any:
        raise problems.error()
    running = sum(1 for plugin in registry.plugins if plugin.backend and plugin.lifecycle.serves)
    return [f"{registry.file}: {len(registry.plugins)} entries, {running} with pods; all rules hold."]


def _changes(before: Path, path: Path) -> list[Problem]:
    old, new = (read_text(file, limit=REGISTRY_BYTES) for file in (before, path))
    return change_problems(old, new, file=shown_path(path))


def show(path: Path) -> list[str]:
    """The entries as a table of 80 columns."""
    return table(load_registry(path, production=False))


def schema() -> list[str]:
    """The JSON Schema of the file."""
    return [json.dumps(json_schema(), indent=2, ensure_ascii=False)]


def add(path: Path, manifest_file: Path, *, image: str | None, name: str | None) -> list[str]:
    """Adds the entry of a manifest, and keeps the manifest for the pods that read it."""
    book = Book(path)
    file = shown_path(manifest_file)
    data = read_bytes(manifest_file, limit=MAX_BYTES)
    manifest = parse_manifest(data, file=file)
    found = import_manifest(manifest, file=file, taken=book.taken(), image=image, name=name)
    if found.name in book.entries:
        rule, fix = "a name stands once", "choose another with --name, or edit the entry that is there"
        raise _refused((book.file, found.name, "name"), f"{found.name} is already there", rule, fix)
    kept, secrets = manifest_path(path.parent, found.name), open_secrets(manifest)
    data = _json(without_secrets(manifest)) if secrets else data
    # The manifest first: one without an entry does no harm, and the next try replaces it.
    book.add(found.name, found.entry, beside=lambda: write_atomically(kept, data))
    lines = [f"Added {found.name} to {book.file}; its manifest is {shown_path(kept)}."]
    lines += _listed("Left out of the manifest that is kept, as everyone reads it (rotate what is secret):", secrets)
    lines += _listed("Decided, as the manifest leaves it open:", found.derived)
    return lines + _listed("What the manifest got wrong:", found.wrong)


def bundle(path: Path, bundle_file: Path, name: str | None) -> list[str]:
    """Measures a bundle, writes size and hash of this version into its entry, and says how to upload it."""
    book = Book(path)
    chosen = name or bundle_file.stem
    entry = book.entry(chosen)
    if entry.frontend is None:
        rule, fix = "only an entry with a frontend has a bundle", "add frontend: {bundle: ...} to it"
        raise _refused((book.file, chosen, "frontend"), "(missing)", rule, fix)
    found = measure(bundle_file)
    built = {"gzipBytes": found.gzip_bytes, "integrity": found.integrity}
    book.change(chosen, {"frontend": {"builds": {entry.version: built}}})
    return [
        f"{chosen} {entry.version}: {found.gzip_bytes:,} bytes after gzip",
        found.integrity,
        "Upload it before `pulumi up`; a version is written once, and never again:",
        *upload_command(bundle_file, bundle_key(chosen, entry.version, entry.frontend.bundle)),
    ]


def retire(path: Path, name: str, api: InstallsApi, *, today: dt.date | None = None) -> list[str]:
    """Takes one step of the lifecycle, after asking the platform how many installs there are."""
    book = Book(path)
    entry = book.entry(name)
    if entry.core:
        raise _refused((book.file, name, "core"), "true", "the platform needs its core services", "retire plugins only")
    if entry.lifecycle not in NEXT_STEP:
        rule, fix = "archived is the last step", f"python -m plugins remove {name}"
        raise _refused((book.file, name, "lifecycle"), entry.lifecycle, rule, fix)
    step = NEXT_STEP[entry.lifecycle]
    active = api.count(name)
    day = today or dt.datetime.now(dt.UTC).date()
    if active and step in NEEDS_NO_INSTALLS:
        rule = f"{step} only when no installs remain"
        fix = "no new ones come while it is draining; ask those who have it to uninstall it, and try again"
        raise _refused((book.file, name, "lifecycle"), f"{active} active installs on {day}", rule, fix)
    book.change(name, {"lifecycle": step, "installs": {"active": active, "counted": day}})
    return [f"{name}: {entry.lifecycle} -> {step}; {active} active installs on {day}. `pulumi up` carries it out."]


def remove(path: Path, name: str) -> list[str]:
    """Removes an archived entry and its manifest."""
    book = Book(path)
    entry = book.entry(name)
    if entry.lifecycle != "archived":
        rule = "only an archived entry can be removed: its data would be left without an owner"
        fix = f"python -m plugins retire {name} --api URL, and pulumi up, until it is archived"
        raise _refused((book.file, name, "lifecycle"), entry.lifecycle, rule, fix)
    # The manifest first: an archived entry needs none, and the next try removes the entry.
    book.remove(name, beside=lambda: delete(manifest_path(path.parent, name)))
    return [f"Removed {name} from {book.file}."]


def _json(document: object) -> bytes:
    return (json.dumps(document, indent=2, ensure_ascii=False) + "\n").encode()


def _listed(title: str, notes: tuple[str, ...]) -> list[str]:
    return [title, *(f"  - {note}" for note in notes)] if notes else []


def _refused(where: tuple[str, str, str], value: str, rule: str, fix: str) -> InvalidInputError:
    file, entry, field = where
    return InvalidInputError([Problem(file=file, entry=entry, field=field, value=value, rule=rule, fix=fix)])
