"""Sections of an entry on its data: the schema, who may read which tables, migrations, and the cache."""

from typing import Annotated, Literal

from pydantic import Field

from planning.inputs.field_types import (
    ARCHIVE_PATTERN,
    IMAGE_PATTERN,
    MAX_IMAGE,
    SCHEMA_PATTERN,
    TABLE_PATTERN,
    Name,
    Section,
)


class Grant(Section):
    """Privileges on one table of another entry's schema: keys that cross schemas, and what has no API."""

    schema_name: Annotated[
        str, Field(alias="schema", pattern=SCHEMA_PATTERN, description="Schema of another entry.", examples=["public"])
    ]
    table: Annotated[
        str, Field(pattern=TABLE_PATTERN, description="The table, in its exact spelling.", examples=["User"])
    ]
    privileges: Annotated[
        tuple[Literal["SELECT", "REFERENCES", "INSERT", "UPDATE"], ...],
        Field(
            strict=False,
            min_length=1,
            max_length=4,
            examples=[["SELECT", "REFERENCES"]],
            description="REFERENCES is the migrations', SELECT everybody's, INSERT and UPDATE the pods' alone. Writing "
            "into another's table goes through its API where it has one.",
        ),
    ]
    columns: Annotated[
        tuple[Annotated[str, Field(pattern=TABLE_PATTERN)], ...],
        Field(
            strict=False,
            min_length=1,
            max_length=50,
            examples=[["displayName", "updatedAt"]],
            description="These columns only, in their exact spelling; left out: the whole table. Prisma also writes "
            "the column that is @updatedAt.",
        ),
    ] = ()


class Migrate(Section):
    """What brings the schema to the entry's version, before its pods start."""

    image: Annotated[
        str | None,
        Field(
            pattern=IMAGE_PATTERN,
            max_length=MAX_IMAGE,
            examples=["ghcr.io/livepeer/naap-migrations:1.0.0@sha256:" + "0" * 64],
            description="Image that holds the command; default: the plugin's own.",
        ),
    ] = None
    command: Annotated[
        tuple[Annotated[str, Field(min_length=1, max_length=200)], ...],
        Field(
            strict=False,
            min_length=1,
            max_length=20,
            description="Program and arguments that are in the image; nothing can be fetched when it runs.",
            examples=[["node_modules/.bin/prisma", "migrate", "deploy"]],
        ),
    ]


class Database(Section):
    """A PostgreSQL schema of the plugin's own, with roles of its own."""

    schema_name: Annotated[
        str,
        Field(alias="schema", pattern=SCHEMA_PATTERN, description="Name of the schema.", examples=["plugin_wallet"]),
    ]
    pool_size: Annotated[
        int, Field(ge=1, le=50, description="Connections that one pod opens to the pooler.", examples=[10])
    ] = 10
    shard: Annotated[
        int | None,
        Field(ge=0, le=999, description="Database shard, pinned so that nothing moves by itself.", examples=[0]),
    ] = None
    grants: Annotated[
        tuple[Grant, ...],
        Field(
            strict=False,
            max_length=20,
            description="Tables of other schemas that this one refers to.",
            examples=[[{"schema": "public", "table": "User", "privileges": ["SELECT", "REFERENCES"]}]],
        ),
    ] = ()
    member_of: Annotated[
        tuple[Name, ...],
        Field(
            strict=False,
            max_length=50,
            examples=[["base-svc"]],
            description="Core services only: entries on the same shard whose tables its pods read and write as theirs "
            "do, as members of their roles.",
        ),
    ] = ()
    migrate: Annotated[
        Migrate | None,
        Field(
            description="The Job that migrates the schema, as its owner; none: no Job.",
            examples=[{"command": ["node_modules/.bin/prisma", "migrate", "deploy"]}],
        ),
    ] = None
    password_generation: Annotated[
        int, Field(ge=1, le=10_000, description="Raise by one to rotate the passwords of the roles.", examples=[1])
    ] = 1
    restore: Annotated[
        str | None,
        Field(
            pattern=ARCHIVE_PATTERN,
            description="Archive in the backups bucket that the schema is filled from, while it is empty.",
            examples=[f"archives/my-wallet/plugin_wallet-{'0' * 64}.dump"],
        ),
    ] = None
    move_to: Annotated[
        int | None,
        Field(ge=0, le=999, description="Shard that the schema is copied to; `plugins move` writes it.", examples=[2]),
    ] = None
    moved_from: Annotated[
        int | None,
        Field(ge=0, le=999, description="Shard that it came from; `plugins move` writes it.", examples=[0]),
    ] = None


class Cache(Section):
    """A user in the applications' cache, limited to keys and channels `plugin:NAME:*`."""

    cluster_mode: Annotated[
        bool,
        Field(description="The plugin's Redis client follows MOVED answers (a cluster client).", examples=[False]),
    ] = False
    prefix_in_url: Annotated[
        bool,
        Field(
            description="REDIS_URL has the option keyPrefix, which ioredis obeys. false where a client refuses it "
            "(BullMQ) or ignores it (node-redis): the service puts REDIS_KEY_PREFIX before its keys itself.",
            examples=[False],
        ),
    ] = True
    password_generation: Annotated[
        int, Field(ge=1, le=10_000, description="Raise by one to rotate the user's password.", examples=[1])
    ] = 1
