"""The commands that change the registry. Each returns what it has to say, or raises InvalidInputError."""

import datetime as dt
import json
from pathlib import Path
from typing import TYPE_CHECKING

from console.files import delete, read_bytes, shown_path, write_atomically
from console.terminal import Answer
from planning.edge.shell_documents import bundle_key, styles_key
from planning.inputs.field_types import Architecture
from planning.inputs.problem import refusal
from planning.inputs.registry.lifecycle import Lifecycle
from plugins.commands.bundle import measure, style_sheet, upload_command
from plugins.editing.registry_editor import RegistryEditor
from plugins.importing.answers import Answers
from plugins.importing.importer import import_manifest
from plugins.registry.manifest import MAX_BYTES, manifest_path, parse_manifest
from plugins.registry.manifest_secrets import open_secrets, without_secrets
from plugins.registry.rules.lifecycle import NEEDS_NO_INSTALLS, NEXT_STEP

if TYPE_CHECKING:
    from plugins.commands.installs_api import InstallsApi  # loads what speaks HTTP, which one command needs


def add(
    path: Path,
    manifest_file: Path,
    *,
    image: str | None,
    name: str | None,
    arch: Architecture | None = None,
    answers: Answers | None = None,
) -> Answer:
    """Adds the entry of a manifest, and keeps the manifest for the pods that read it. arch: the image's only one."""
    book = RegistryEditor(path)
    file = shown_path(manifest_file)
    data = read_bytes(manifest_file, limit=MAX_BYTES)
    manifest = parse_manifest(data, file=file)
    found = import_manifest(manifest, file=file, taken=book.taken(), image=image, name=name, answers=answers)
    if found.name in book.entries:
        rule, fix = "a name stands once", "choose another with --name, or edit the entry that is there"
        raise refusal(
            file=book.file, entry=found.name, field="name", value=f"{found.name} is already there", rule=rule, fix=fix
        )
    kept, secrets = manifest_path(path.parent, found.name), open_secrets(manifest)
    data = _json(without_secrets(manifest)) if secrets else data
    # The manifest first: one without an entry does no harm, and the next try replaces it.
    entry = {**found.entry, "arch": arch} if arch else found.entry
    book.add(found.name, entry, beside=lambda: write_atomically(kept, data))
    lines = [f"Added {found.name} to {book.file}; its manifest is {shown_path(kept)}."]
    lines += _listed("Left out of the manifest that is kept, as everyone reads it (rotate what is secret):", secrets)
    lines += _listed("Decided, as the manifest leaves it open:", found.derived)
    lines += _listed("What the manifest got wrong:", found.wrong)
    lines += _listed(
        "What no manifest says; none of it is assumed. Say what is so, by a flag or in the entry:", found.asked
    )
    if arch:
        lines.append(f"Its pods run on nodes of {arch} alone, as its image is for no other.")
    elif "image" in found.entry:
        lines.append("Its image is to be for arm64 and amd64; one for amd64 alone has arch: amd64 in its entry.")
    said = {
        "name": found.name, "left_out": secrets, "decided": found.derived, "wrong": found.wrong, "asked": found.asked
    }  # fmt: skip
    return Answer(data=said, text="\n".join(lines))


def bundle(path: Path, bundle_file: Path, name: str | None) -> Answer:
    """Measures a bundle, writes size and hash of this version into its entry, and says how to upload it."""
    book = RegistryEditor(path)
    chosen = name or bundle_file.stem
    entry = book.entry(chosen)
    if entry.frontend is None:
        rule, fix = "only an entry with a frontend has a bundle", "add frontend: {bundle: ...} to it"
        raise refusal(file=book.file, entry=chosen, field="frontend", value="(missing)", rule=rule, fix=fix)
    found, styles = measure(bundle_file), style_sheet(bundle_file)
    built: dict[str, object] = {"gzipBytes": found.gzip_bytes, "integrity": found.integrity}
    built |= {"styles": True} if styles else {}
    book.change(chosen, {"frontend": {"builds": {entry.version: built}}})
    key = bundle_key(chosen, entry.version, entry.frontend.bundle)
    lines = [
        f"{chosen} {entry.version}: {found.gzip_bytes:,} bytes after gzip",
        found.integrity,
        "Upload it before `pulumi up`; a version is written once, and never again:",
        *upload_command(bundle_file, key),
    ]
    if styles:
        lines += upload_command(styles, styles_key(chosen, entry.version, entry.frontend.bundle), "text/css")
    return Answer(data={"name": chosen, "version": entry.version, "key": key, **built}, text="\n".join(lines))


def retire(path: Path, name: str, api: "InstallsApi", *, today: dt.date | None = None) -> Answer:
    """Takes one step of the lifecycle, after asking the platform how many installs there are."""
    book = RegistryEditor(path)
    entry = book.entry(name)
    if entry.core:
        raise refusal(
            file=book.file,
            entry=name,
            field="core",
            value="true",
            rule="the platform needs its core services",
            fix="retire plugins only",
        )
    if entry.lifecycle not in NEXT_STEP:
        rule, fix = "archived is the last step", f"naap plugin remove {name}"
        raise refusal(file=book.file, entry=name, field="lifecycle", value=entry.lifecycle, rule=rule, fix=fix)
    step = NEXT_STEP[entry.lifecycle]
    active = api.count(name)
    day = today or dt.datetime.now(dt.UTC).date()
    if active and step in NEEDS_NO_INSTALLS:
        rule = f"{step} only when no installs remain"
        fix = "no new ones come while it is draining; ask those who have it to uninstall it, and try again"
        raise refusal(
            file=book.file,
            entry=name,
            field="lifecycle",
            value=f"{active} active installs on {day}",
            rule=rule,
            fix=fix,
        )
    book.change(name, {"lifecycle": step.value, "installs": {"active": active, "counted": day}})
    return Answer(
        data={"name": name, "before": entry.lifecycle, "after": step, "installs": active, "counted": day},
        text=f"{name}: {entry.lifecycle} -> {step}; {active} active installs on {day}. `pulumi up` carries it out.",
    )


def remove(path: Path, name: str) -> Answer:
    """Removes an archived entry and its manifest."""
    book = RegistryEditor(path)
    entry = book.entry(name)
    if entry.lifecycle is not Lifecycle.ARCHIVED:
        rule = "only an archived entry can be removed: its data would be left without an owner"
        fix = f"naap plugin retire {name} --api URL, and pulumi up, until it is archived"
        raise refusal(file=book.file, entry=name, field="lifecycle", value=entry.lifecycle, rule=rule, fix=fix)
    # The manifest first: an archived entry needs none, and the next try removes the entry.
    book.remove(name, beside=lambda: delete(manifest_path(path.parent, name)))
    return Answer(data={"name": name, "file": book.file}, text=f"Removed {name} from {book.file}.")


def _json(document: object) -> bytes:
    return (json.dumps(document, indent=2, ensure_ascii=False) + "\n").encode()


def _listed(title: str, notes: tuple[str, ...]) -> list[str]:
    return [title, *(f"  - {note}" for note in notes)] if notes else []
