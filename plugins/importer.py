"""From a manifest in the wild to a registry entry, with what was decided and what the manifest got wrong."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from planning.naming import sql_name
from planning.problem import InvalidInputError, Problem
from planning.tiers import TIERS
from plugins.backend_import import import_backend
from plugins.egress import normal_egress
from plugins.fields import NAME_PATTERN, SCHEMA_PATTERN, VERSION_PATTERN
from plugins.frontend_import import import_frontend
from plugins.reading import Reading, Taken
from plugins.report import shown

SHARDS = TIERS[-1].database.shards
"""New schemas are spread over the shards of the largest tier; smaller tiers hold them all on fewer."""
CATEGORIES = frozenset({"analytics", "developer", "finance", "monitoring", "other", "platform", "social"})
"""The enum of the platform's plugin SDK."""
_POSTGRES = frozenset({"postgresql", "postgres", "pg"})
_UNUSED = (
    "$schema",
    "description",
    "author",
    "repository",
    "homepage",
    "license",
    "keywords",
    "shell",
    "config",
    "rbac",
)
"""Fields that the shell or people read, and the platform has no use for."""
_KNOWN = frozenset(
    {
        *_UNUSED, "name", "displayName", "version", "isCore", "icon", "category", "frontend", "backend", "database",
        "dependencies", "integrations", "permissions", "lifecycle",
    }
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Imported:
    """An entry as plain values in the order of the file, and what people should know about it."""

    name: str
    entry: Mapping[str, Any]
    derived: tuple[str, ...]
    wrong: tuple[str, ...]


def least_loaded(taken: Taken) -> tuple[int, int]:
    """The shard for a new schema, and how many are on it."""
    loads = {shard: taken.shard_loads.get(shard, 0) for shard in range(SHARDS)}
    shard = min(loads, key=lambda each: (loads[each], each))
    return shard, loads[shard]


def import_manifest(
    manifest: Mapping[str, Any], *, file: str, taken: Taken, image: str | None = None, name: str | None = None
) -> Imported:
    """The entry of a manifest. image, name: instead of the manifest's own.

    Raises InvalidInputError for a manifest from which no entry can be made.
    """
    reading = Reading(source=manifest)
    own_name = name or _name(reading, file)
    if name and reading.source.get("name") != name:
        reading.decided("name", name, "chosen by --name; the manifest that the pods read keeps its own")
    version = _version(reading, file)
    entry: dict[str, Any] = {"displayName": reading.text("displayName", limit=80), "version": version}
    backend, frontend = reading.part("backend"), reading.part("frontend")
    if backend is None and frontend is None:
        raise _refused(
            file, "backend, frontend", "(missing)", "a backend, a frontend or both", "add what the plugin runs"
        )
    if backend:
        entry |= import_backend(backend, name=own_name, version=version, image=image, taken=taken)
    database = _database(reading, own_name, taken) if backend else None
    entry |= {
        "database": database,
        "frontend": import_frontend(frontend, reading, name=own_name) if frontend else None,
        "network": _network(reading, own_name, taken) if backend else None,
    }
    _remark(reading, has_backend=backend is not None)
    return Imported(
        name=own_name,
        entry={key: value for key, value in entry.items() if value},
        derived=tuple(reading.derived),
        wrong=tuple(reading.wrong),
    )


def _name(reading: Reading, file: str) -> str:
    value = reading.source.get("name")
    if not isinstance(value, str) or not re.fullmatch(NAME_PATTERN, value):
        rule = "a DNS label with room for suffixes: a-z first, then a-z, 0-9 and hyphens, at most 32 characters"
        raise _refused(file, "name", shown(value), rule, "correct the manifest, or choose one with --name")
    return value


def _version(reading: Reading, file: str) -> str:
    value = reading.source.get("version")
    text = str(value).strip() if isinstance(value, (str, int, float)) and not isinstance(value, bool) else ""
    padded = re.sub(r"^(\d+)(\.\d+)?$", lambda match: match[1] + (match[2] or ".0") + ".0", text.removeprefix("v"))
    if not re.fullmatch(VERSION_PATTERN, padded):
        rule = "a semantic version: bundles and images are kept by it"
        raise _refused(file, "version", shown(value), rule, 'correct the manifest: "version": "1.0.0"')
    if padded != value:
        reading.fault("version", value, f"is no semantic version: {padded} is used")
    return padded


def _database(reading: Reading, name: str, taken: Taken) -> dict[str, Any] | None:
    database = reading.part("database")
    if database is None:
        return None
    kind = database.text("type")
    if kind and kind.lower() not in _POSTGRES:
        database.fault("type", kind, "is no PostgreSQL, the platform's database: the plugin gets none")
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
    return found


def _migrate(path: str | None) -> list[str]:
    command = ["npx", "prisma", "migrate", "deploy"]
    plain = PurePosixPath(path).as_posix() if path else ""
    # Within the image only: a path that climbs out of it is not passed on.
    if plain and ".." not in plain and not plain.startswith(("/", "-")):
        return [*command, "--schema", plain]
    return command


def _network(reading: Reading, name: str, taken: Taken) -> dict[str, Any] | None:
    calls: list[str] = []
    if "base-svc" in taken.with_backend and name != "base-svc":
        calls.append("base-svc")
        reading.decided("network.calls", "base-svc", "services ask it who is signed in")
    for dependency in _dependencies(reading):
        if dependency in taken.with_backend and dependency not in calls and dependency != name:
            calls.append(dependency)
            reading.decided("network.calls", dependency, "a dependency of the manifest")
        elif dependency not in calls:
            reading.fault("dependencies", dependency, "has no backend in the registry: no call is opened")
    egress: list[str] = []
    permissions = reading.part("permissions")
    for target in permissions.texts("external") if permissions else ():
        try:
            normal_egress(target)
        except ValueError:
            text = "names no host: if its pods call one, list it under network.egress"
            reading.fault("permissions.external", target, text)
            continue
        if target not in egress:
            egress.append(target)
            reading.decided("network.egress", target, "permissions.external")
    found = {"calls": calls[:50], "egress": egress[:50]}
    return {key: value for key, value in found.items() if value}


def _dependencies(reading: Reading) -> list[str]:
    stated: object = reading.source.get("dependencies")
    if isinstance(stated, list):
        if reading.source["dependencies"]:
            reading.fault(
                "dependencies",
                reading.source["dependencies"],
                "is a bare array, where the manifest's type has an object",
            )
        return list(reading.texts("dependencies"))
    part = reading.part("dependencies")
    if part is None:
        return []
    lists = [key for key in ("required", "plugins") if isinstance(part.source.get(key), list)]
    return [item for key in lists for item in part.texts(key)]


def _remark(reading: Reading, *, has_backend: bool) -> None:
    source = reading.source
    if "isCore" in source:
        reading.fault(
            "isCore", source["isCore"], "is in no type of the manifest: ignored; core services are the platform's"
        )
    if "icon" in source:
        reading.fault("icon", source["icon"], "is in no type of the manifest: ignored; the menu's is navigation.icon")
    category = source.get("category")
    if category is not None and (not isinstance(category, str) or category not in CATEGORIES):
        reading.fault("category", category, f"is outside the enum ({', '.join(sorted(CATEGORIES))}): ignored")
    if source.get("database") is not None and not has_backend:
        reading.fault("database", source["database"], "is of no use without a backend: ignored")
    if source.get("lifecycle"):
        reading.decided("lifecycle", "not run", "commands of the manifest; a migration belongs in database.migrate")
    unknown = sorted(shown(key) for key in source if key not in _KNOWN)
    if unknown:
        reading.decided("not used", ", ".join(unknown[:8]), "no field of an entry")


def _refused(file: str, field: str, value: str, rule: str, fix: str) -> InvalidInputError:
    return InvalidInputError([Problem(file=file, entry="", field=field, value=value, rule=rule, fix=fix)])
