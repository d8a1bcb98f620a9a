"""Archives of plugins' schemas: which there are to be, and which may be restored. What the Jobs do: archive_job.

An archive is one object in the backups bucket, archives/<plugin>/<schema>-<fingerprint>.dump: its name says what it
must hold once it is restored. The schema itself stays on its shard, renamed, until a person drops it; until then a
plugin that comes back gets it by its schema Job, without the archive.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from planning.database.plugin_database import shard_of
from planning.database.roles import roles_of
from planning.inputs.problem import Problem
from planning.inputs.registry.lifecycle import Lifecycle
from planning.inputs.registry.registry_entry import Registry
from planning.shared.naming import sql_name

PREFIX = "archives"
"""First part of the keys, which the Jobs' role may write and read in the backups bucket."""


@dataclass(frozen=True, kw_only=True)
class ArchivePlan:
    """What of an archived plugin lies on its shard. logins: all that could open it."""

    plugin: str
    shard: int
    schema: str
    owner_role: str
    logins: tuple[str, ...]


def plan_archives(*, registry: Registry, shards: int) -> Mapping[str, ArchivePlan]:
    """By plugin. shards: how many there are; a pin that fits none of them is a problem of plan_databases."""
    found: dict[str, ArchivePlan] = {}
    for spec in registry.plugins:
        if spec.database and spec.lifecycle is Lifecycle.ARCHIVED:
            owner, *others = roles_of(sql_name(spec.name))
            found[spec.name] = ArchivePlan(
                plugin=spec.name,
                shard=shard_of(spec.database, shards),
                schema=spec.database.schema_name,
                owner_role=owner,
                logins=(owner, *others),
            )
    return found


def restore_problems(registry: Registry) -> list[Problem]:
    """Archives that are not of this plugin and schema."""
    asking = [(spec, spec.database) for spec in registry.plugins if spec.database]
    return [
        Problem(
            file=registry.file,
            entry=spec.name,
            field="database.restore",
            value=database.restore,
            rule="an archive of this plugin and schema: "
            + archive_key(spec.name, database.schema_name, "<64 hex digits>"),
            fix=f"take one that is there: aws s3 ls s3://<backups bucket>/{PREFIX}/{spec.name}/",
        )
        for spec, database in asking
        if database.restore
        and not re.fullmatch(archive_key(spec.name, database.schema_name, r"[0-9a-f]{64}"), database.restore)
    ]


def archive_key(plugin: str, schema: str, fingerprint: str) -> str:
    """Where an archive lies in the bucket."""
    return rf"{PREFIX}/{plugin}/{schema}-{fingerprint}.dump"
