"""From a manifest in the wild to a registry entry, with what was decided and what the manifest got wrong."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from planning.inputs.field_types import NAME_PATTERN, VERSION_PATTERN
from planning.inputs.problem import Problem, Problems, refusal
from plugins.editing.yaml_edit import merged
from plugins.importing.answers import Answers
from plugins.importing.backend import import_backend
from plugins.importing.database import import_database
from plugins.importing.frontend import import_frontend
from plugins.importing.known import known_facts
from plugins.importing.manifest_reader import ManifestReader
from plugins.importing.network import import_network
from plugins.registry.manifest_secrets import open_value
from plugins.registry.taken import TakenNames

CATEGORIES = frozenset({"analytics", "developer", "finance", "monitoring", "other", "platform", "social"})
"""The enum of the platform's plugin SDK."""
_UNUSED = frozenset(
    {
        "$schema", "author", "category", "config", "description", "homepage", "integrations", "isolation", "keywords",
        "license", "rbac", "repository", "shell", "backend.devEntry", "backend.entry", "database.required",
        "database.seed", "dependencies.shell", "frontend.devEntry", "frontend.devPort", "frontend.entryPoint",
        "frontend.navigation.path", "permissions.shell",
    }
)  # fmt: skip
"""Fields that the shell, developers or people read, and the platform has no use for."""


@dataclass(frozen=True, kw_only=True)
class Imported:
    """An entry as plain values in the order of the file, and what people should know about it.

    asked: what nobody has said of the service, each with the flag that says it.
    """

    name: str
    entry: Mapping[str, Any]
    derived: tuple[str, ...]
    wrong: tuple[str, ...]
    asked: tuple[str, ...]


def import_manifest(
    manifest: Mapping[str, Any],
    *,
    file: str,
    taken: TakenNames,
    image: str | None = None,
    name: str | None = None,
    answers: Answers | None = None,
) -> Imported:
    """The entry of a manifest. image, name: instead of the manifest's own; answers: to what no manifest says.

    Raises InvalidInputError for a manifest from which no entry can be made.
    """
    reading, given = ManifestReader(source=manifest), answers or Answers()
    problems = Problems()
    own_name = name or problems.attempt(lambda: _name(reading, file))
    if name and reading.value("name") != name:
        reading.decided("name", name, "chosen by --name; the manifest that the pods read keeps its own")
    version = problems.attempt(lambda: _version(reading, file))
    backend, frontend = reading.part("backend"), reading.part("frontend")
    if backend is None and frontend is None:
        stated = ", ".join(open_value(manifest[key]) for key in ("backend", "frontend") if key in manifest)
        rule, fix = "objects: a backend, a frontend or both", "add what the plugin runs"
        value = stated or "(missing)"
        problems.add(Problem(file=file, entry="", field="backend, frontend", value=value, rule=rule, fix=fix))
    if own_name is None or version is None or problems.any:
        raise problems.error()
    entry: dict[str, Any] = {"displayName": reading.label("displayName"), "version": version}
    if backend:
        entry |= import_backend(backend, name=own_name, version=version, image=image, taken=taken)
        entry["database"] = import_database(reading, name=own_name, taken=taken, answers=given)
    if frontend:
        entry["frontend"] = import_frontend(frontend, reading, name=own_name)
    if backend:
        entry["network"] = import_network(reading, name=own_name, taken=taken)
    else:
        _without_backend(reading)
    _remark(reading)
    plain = {key: value for key, value in entry.items() if value}
    facts = known_facts().get(own_name) if backend else None
    if facts is not None:
        facts = {field: value for field, value in facts.items() if field != "frontend" or frontend}
        fields = ", ".join(facts) or "nothing else"
        reading.decided(fields, "as its source says", "the platform's own plugin of this name")
    found = merged(_with_image(merged(plain, facts or {}), taken), given.changes())
    own = cast("Mapping[str, Any]", found.get("database") or {})
    if own and "schema" not in own:
        rule, fix = "--grant and --migrate are of a schema of its own", f"--schema plugin_{own_name.replace('-', '_')}"
        raise refusal(file="(command line)", field="--schema", value="(missing)", rule=rule, fix=fix)
    return Imported(
        name=own_name,
        entry=found,
        derived=tuple(dict.fromkeys(reading.derived)),
        wrong=tuple(dict.fromkeys(reading.wrong)),
        asked=() if facts is not None or not backend else tuple(given.questions(found)),
    )


def _with_image(entry: Mapping[str, Any], taken: TakenNames) -> Mapping[str, Any]:
    """The entry with the image of its migrations, where they are known to lie beside those of public."""
    stated = entry.get("database", {}).get("migrate")
    return merged(entry, {"database": {"migrate": {"image": taken.migrations, **stated}}}) if stated else entry


def _name(reading: ManifestReader, file: str) -> str:
    value = reading.value("name")
    if not isinstance(value, str) or not re.fullmatch(NAME_PATTERN, value):
        rule = "a DNS label with room for suffixes: a-z first, then a-z, 0-9 and hyphens, at most 32 characters"
        fix = "correct the manifest, or choose one with --name"
        raise refusal(file=file, field="name", value=open_value(value), rule=rule, fix=fix)
    return value


def _version(reading: ManifestReader, file: str) -> str:
    value = reading.value("version")
    text = str(value).strip() if isinstance(value, (str, int, float)) and not isinstance(value, bool) else ""
    padded = re.sub(r"^(\d+)(\.\d+)?$", lambda match: match[1] + (match[2] or ".0") + ".0", text.removeprefix("v"))
    if not re.fullmatch(VERSION_PATTERN, padded):
        rule = "a semantic version: bundles and images are kept by it"
        fix = 'correct the manifest: "version": "1.0.0"'
        raise refusal(file=file, field="version", value=open_value(value), rule=rule, fix=fix)
    if padded != value:
        reading.fault("version", value, f"is no semantic version: {padded} is used")
    return padded


def _without_backend(reading: ManifestReader) -> None:
    permissions = reading.part("permissions")
    used = [(reading, "database"), (reading, "dependencies")]
    used += [(permissions, "apis"), (permissions, "external")] if permissions else []
    for part, key in used:
        if stated := part.value(key):
            part.fault(key, stated, "is of no use without a backend: ignored")


def _remark(reading: ManifestReader) -> None:
    for key, instead in (("isCore", "core services are the platform's"), ("icon", "the menu's is navigation.icon")):
        if key in reading.source:
            reading.fault(key, reading.value(key), f"is in no type of the manifest: ignored; {instead}")
    category = reading.source.get("category")
    if category is not None and (not isinstance(category, str) or category not in CATEGORIES):
        text = f"is outside the enum ({', '.join(sorted(CATEGORIES))}): ignored"
        reading.fault("category", reading.value("category"), text)
    if reading.value("lifecycle"):
        reading.decided("lifecycle", "not run", "commands of the manifest; a migration belongs in database.migrate")
    unread = sorted(reading.unread())
    if unused := [path for path in unread if path in _UNUSED]:
        why = "no entry has them; people, the shell and the service find them in the manifest that is kept"
        reading.decided("not used", ", ".join(unused), why)
    for path in unread:
        if path not in _UNUSED:
            reading.wrong.append(f"{path} is no field that an entry is made from: left out")
