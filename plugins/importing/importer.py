"""From a manifest in the wild to a registry entry, with what was decided and what the manifest got wrong."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from planning.inputs.field_types import NAME_PATTERN, SCHEMA_PATTERN, VERSION_PATTERN
from planning.inputs.problem import Problem, Problems, refusal
from planning.inputs.tiers import TIERS
from planning.shared.naming import sql_name
from plugins.importing.backend import import_backend
from plugins.importing.frontend import import_frontend
from plugins.importing.manifest_reader import ManifestReader
from plugins.importing.network import import_network
from plugins.registry.manifest_secrets import open_value
from plugins.registry.taken import TakenNames

SHARDS = TIERS[-1].database.shards
"""New schemas are spread over the shards of the largest tier; smaller tiers hold them all on fewer."""
CATEGORIES = frozenset({"analytics", "developer", "finance", "monitoring", "other", "platform", "social"})
"""The enum of the platform's plugin SDK."""
_POSTGRES = frozenset({"postgresql", "postgres", "pg"})
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
    """An entry as plain values in the order of the file, and what people should know about it."""

    name: str
    entry: Mapping[str, Any]
    derived: tuple[str, ...]
    wrong: tuple[str, ...]


def least_loaded(taken: TakenNames) -> tuple[int, int]:
    """The shard for a new schema, and how many are on it."""
    loads = {shard: taken.shard_loads.get(shard, 0) for shard in range(SHARDS)}
    shard = min(loads, key=lambda each: (loads[each], each))
    return shard, loads[shard]


def import_manifest(
    manifest: Mapping[str, Any], *, file: str, taken: TakenNames, image: str | None = None, name: str | None = None
) -> Imported:
    """The entry of a manifest. image, name: instead of the manifest's own.

    Raises InvalidInputError for a manifest from which no entry can be made.
    """
    reading = ManifestReader(source=manifest)
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
        entry["database"] = _database(reading, own_name, taken)
    if frontend:
        entry["frontend"] = import_frontend(frontend, reading, name=own_name)
    if backend:
        entry["network"] = import_network(reading, name=own_name, taken=taken)
    else:
        _without_backend(reading)
    _remark(reading)
    return Imported(
        name=own_name,
        entry={key: value for key, value in entry.items() if value},
        derived=tuple(dict.fromkeys(reading.derived)),
        wrong=tuple(dict.fromkeys(reading.wrong)),
    )


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


def _database(reading: ManifestReader, name: str, taken: TakenNames) -> dict[str, Any] | None:
    database = reading.part("database")
    if database is None:
        return None
    kind = database.text("type")
    if kind and kind.lower() not in _POSTGRES:
        database.fault("type", kind, "is no PostgreSQL, the platform's database: the plugin gets none")
        database.ignore()
        return None
    stated = database.text("schema")
    schema = stated if stated and re.fullmatch(SCHEMA_PATTERN, stated) else f"plugin_{sql_name(name)}"
    path = stated if stated and stated.endswith(".prisma") else None
    if path:
        database.fault("schema", path, "is the path of a Prisma file, not the name of a schema")
    elif stated and stated != schema:
        database.fault("schema", stated, "is no name of a schema")
    if stated != schema:
        database.decided("database.schema", schema, "made from the name; correct it if the service has another")
    shard, others = least_loaded(taken)
    database.decided("database.shard", shard, f"the least loaded of {SHARDS}: {others} schemas")
    found: dict[str, Any] = {"schema": schema, "shard": shard}
    if database.text("migrations"):
        found["migrate"] = _migrate(path)
        database.decided("database.migrate", " ".join(found["migrate"]), "in the plugin's own image, before its pods")
        if path and "--schema" not in found["migrate"]:
            database.fault("schema", path, "is no path within the image: migrations run without it")
    return found


def _migrate(path: str | None) -> list[str]:
    command = ["npx", "prisma", "migrate", "deploy"]
    plain = PurePosixPath(path).as_posix() if path else ""
    # Within the image only: a path that climbs out of it is not passed on.
    if plain and ".." not in plain and not plain.startswith(("/", "-")):
        return [*command, "--schema", plain]
    return command


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
