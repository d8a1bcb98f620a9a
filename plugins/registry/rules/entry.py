"""Rules that an entry keeps by itself, beyond the kinds of its fields."""

import re
from collections.abc import Iterator

from planning.inputs.field_types import mebibytes, millicores
from planning.inputs.problem import Problem
from planning.inputs.registry.entry import Entry
from planning.inputs.registry.lifecycle import Lifecycle
from plugins.registry.rules.canary import canary_parts
from plugins.registry.rules.lifecycle import lifecycle_parts
from plugins.registry.rules.pods import egress_parts, environment_parts, manifest_parts
from plugins.registry.rules.site import site_parts
from plugins.registry.validation_errors import Parts

RESERVED_NAMES = frozenset(
    {
        "admin",
        "all",
        "archive",
        "default",
        "gateway",
        "kubernetes",
        "master",
        "monitor",
        "naap",
        "pg",
        "pgbouncer",
        "platform",
        "pooler",
        "postgres",
        "public",
        "ratelimit",
        "rds",
        "rdsadmin",
        "registry",
        "replication",
        "root",
        "samegroup",
        "samerole",
        "sameuser",
        "schema",
        "system",
    }
)
"""Users of PostgreSQL, PgBouncer and the cache, and owners of derived secrets, that are the platform's own.

all, samegroup, samerole, sameuser and replication are words of PgBouncer's access rules; the roles of a plugin called
pg or rds would begin as the server's own do.
"""
RESERVED_STARTS = ("kube-", "naap-", "pg-", "rds-")
"""pg_ and rds_ roles belong to the server; the others are the start of namespaces."""
MAX_CPU_M = 4000
MIN_CPU_M = 20
MIN_MEMORY_MIB = 64
MAX_MEMORY_MIB = 8192
_BACKEND_FIELDS = (
    "canary",
    "arch",
    "pull_secret",
    "extra_prefixes",
    "rewrite_prefix",
    "catch_all",
    "own_paths",
    "free_paths",
    "resources",
    "scaling",
    "manifest_path",
    "cron",
    "database",
    "cache",
    "network",
    "auth",
    "requests",
    "rate_limit",
    "firewall_exceptions",
    "objective",
    "env",
    "secrets",
    "derived_secrets",
    "shared_secrets",
    "probes",
)


def name_problem(file: str, name: str) -> Problem | None:
    """Whether the platform keeps this name for itself."""
    if name not in RESERVED_NAMES and not name.startswith(RESERVED_STARTS):
        return None
    return Problem(
        file=file,
        entry=name,
        field="name",
        value=name,
        rule="not a name of the platform's own: namespaces, database and cache users would clash",
        fix=f"choose another, such as my-{name.split('-', maxsplit=1)[-1]}",
    )


def single_problems(file: str, name: str, entry: Entry, *, production: bool) -> Iterator[Problem]:
    """All that is wrong with one entry taken by itself."""

    def problem(field: str, value: object, rule: str, fix: str) -> Problem:
        return Problem(file=file, entry=name, field=field, value=str(value), rule=rule, fix=fix)

    reserved = name_problem(file, name)
    if reserved:
        yield reserved
    for found in (
        _shape(entry),
        _core(entry),
        _resources(entry),
        environment_parts(entry),
        egress_parts(entry),
        manifest_parts(entry),
        _paths(entry),
        lifecycle_parts(entry),
        site_parts(entry),
        canary_parts(entry),
        build_parts(entry) if production else (),
        _production(name, entry) if production else (),
    ):
        yield from (problem(*parts) for parts in found)


def _shape(entry: Entry) -> Iterator[Parts]:
    stated = {"image": entry.image, "port": entry.port, "apiPrefix": entry.api_prefix}
    missing = [field for field, value in stated.items() if value is None]
    if len(missing) == len(stated):
        if entry.frontend is None and entry.site is None:
            yield (
                "image",
                "(missing)",
                "an entry has a backend (image, port, apiPrefix), a frontend, or both; the site may have none",
                "add image, port and apiPrefix, or frontend",
            )
        for field in _BACKEND_FIELDS:
            if field in entry.model_fields_set:
                alias = Entry.model_fields[field].alias or field
                yield (
                    alias,
                    "(present)",
                    "an entry without a backend has no pods to apply this to",
                    f"remove {alias}, or add image, port and apiPrefix",
                )
        return
    for field in missing:
        yield field, "(missing)", "a backend states image, port and apiPrefix", f"add {field}, or remove the others"


def _core(entry: Entry) -> Iterator[Parts]:
    if entry.core:
        if entry.lifecycle is not Lifecycle.ACTIVE:
            yield "lifecycle", entry.lifecycle, "the platform needs its core services", "lifecycle: active"
        if entry.firewall_exceptions and entry.catch_all:
            yield (
                "firewallExceptions",
                entry.firewall_exceptions[0],
                "not with catchAll: plugins nest under that prefix, and would be excepted with it",
                "remove firewallExceptions; naap:firewallMode is for all",
            )
        for field, paths in (("ownPaths", entry.own_paths), ("freePaths", entry.free_paths)):
            if paths and not entry.catch_all:
                yield field, paths[0], "only with catchAll: true", f"remove {field}, or add catchAll: true"
        for path in entry.free_paths:
            if any(f"{path}/".startswith(f"{own}/") for own in entry.own_paths):
                yield "freePaths", path, "not within a path of its own (ownPaths)", f"remove {path}"
        return
    if entry.shared_secrets:
        yield (
            "sharedSecrets",
            next(iter(entry.shared_secrets)),
            "core services only: who has another's secret can forge what the other trusts",
            "remove sharedSecrets; list a secret of its own under derivedSecrets",
        )
    if entry.catch_all or entry.own_paths or entry.free_paths:
        yield (
            "catchAll",
            "true",
            "only a core service may own a prefix under which others nest",
            "remove catchAll, ownPaths and freePaths",
        )
    for field, prefix in (
        ("apiPrefix", entry.api_prefix),
        *(("extraPrefixes", extra) for extra in entry.extra_prefixes),
    ):
        if prefix is not None and not re.match(r"^/api/v\d{1,3}/.", prefix):
            yield (
                field,
                prefix,
                "a plugin's prefix lies below /api/v<number>/: the CDN routes nothing else to it",
                f"{field}: /api/v1{prefix}" if not prefix.startswith("/api") else f"{field}: /api/v1/<name>",
            )


def _resources(entry: Entry) -> Iterator[Parts]:
    request, limit = entry.resources.cpu, entry.resources.cpu_limit
    cpu, memory = millicores(request), mebibytes(entry.resources.memory)
    if not MIN_CPU_M <= cpu <= MAX_CPU_M:
        yield "resources.cpu", request, f"{MIN_CPU_M}m to {MAX_CPU_M}m: a pod has to fit on a node", "cpu: 250m"
    if limit and not cpu <= millicores(limit) <= 2 * MAX_CPU_M:
        yield (
            "resources.cpuLimit",
            limit,
            f"at least the request ({request}) and at most {2 * MAX_CPU_M}m",
            f"cpuLimit: {2 * cpu}m",
        )
    if not MIN_MEMORY_MIB <= memory <= MAX_MEMORY_MIB:
        yield (
            "resources.memory",
            entry.resources.memory,
            f"{MIN_MEMORY_MIB}Mi to {MAX_MEMORY_MIB}Mi: a pod has to fit on a node",
            "memory: 256Mi",
        )
    if entry.cron and entry.scaling.singleton:
        yield (
            "cron",
            "true",
            "a singleton is the one pod that runs its timed work: a second would run it twice",
            "remove cron",
        )


def _paths(entry: Entry) -> Iterator[Parts]:
    for field, items in (
        ("auth.public", entry.auth.public),
        ("auth.websocket", entry.auth.websocket),
        ("requests.streaming", entry.requests.streaming),
        ("network.calls", entry.network.calls),
        ("extraPrefixes", entry.extra_prefixes),
        ("frontend.routes", entry.frontend.routes if entry.frontend else []),
    ):
        for item in sorted({item for item in items if items.count(item) > 1}):
            yield field, item, "each item once", f"remove the second {item}"
    special = [*{*entry.auth.public}, *{*entry.auth.websocket}, *{*entry.requests.streaming}]
    for path in sorted({path for path in special if special.count(path) > 1}):
        yield (
            "requests.streaming",
            path,
            "a path stands in one of auth.public, auth.websocket and requests.streaming",
            "state it once; a path below it may stand in another",
        )
    if entry.rewrite_prefix is not None and entry.rewrite_prefix == entry.api_prefix:
        yield "rewritePrefix", entry.rewrite_prefix, "another prefix than apiPrefix", "remove rewritePrefix"


def _production(name: str, entry: Entry) -> Iterator[Parts]:
    migrate = entry.database.migrate if entry.database else None
    for field, image in (
        ("image", entry.image),
        ("canary.image", entry.canary.image if entry.canary else None),
        ("database.migrate.image", migrate.image if migrate else None),
    ):
        if image and "@sha256:" not in image:
            yield (
                field,
                image,
                "production runs images by digest: a tag can be moved",
                f"add the digest of this tag: image: {image}@sha256:<64 hex digits>",
            )
    if entry.database and entry.database.shard is None:
        yield (
            "database.shard",
            "(missing)",
            "production pins the shard, so that data never moves by itself",
            f"add shard: <number> to database of {name}",
        )


def build_parts(entry: Entry) -> Iterator[Parts]:
    """A version that nobody measured, though others were: its bundle may never have been uploaded."""
    builds = entry.frontend.builds if entry.frontend else {}
    if builds and entry.version not in builds:
        yield (
            "version",
            entry.version,
            "where bundles were measured, the version is one of them",
            f"naap plugin bundle BUNDLE.js, or one of: {', '.join(builds)}",
        )
