"""Sections of a registry entry that plans read as they are written: nothing is derived from them."""

from typing import Annotated, Literal

from pydantic import Field

from planning.inputs.field_types import (
    ARCHIVE_PATTERN,
    IMAGE_PATTERN,
    MAX_IMAGE,
    SCHEMA_PATTERN,
    TABLE_PATTERN,
    Name,
    Path,
    Section,
)

STARTUP_SECONDS = 60
"""Default, for a service in Node that connects to its database first."""
MAX_STARTUP_SECONDS = 300
"""More, and a roll-out would be given up before its pods are: the Kubernetes provider waits ten minutes for one."""
REQUEST_SECONDS = 30
"""Default, from the last byte of a request to the last of its answer, retries included."""
BUFFERED_MIB = 1
"""Default: ten times what the services' JSON parser takes. A proxy holds this much of each request in its memory."""


class Scaling(Section):
    """How the number of pods follows the load; minimum and maximum come from users and share."""

    queue_depth: Annotated[
        int,
        Field(
            ge=1,
            le=1000,
            description="Requests in flight or waiting per pod above which pods are added.",
            examples=[20],
        ),
    ] = 20
    singleton: Annotated[
        bool,
        Field(description="Exactly one pod: the service keeps state in memory.", examples=[True]),
    ] = False


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
            max_length=50,
            examples=[["displayName", "updatedAt"]],
            description="These columns only, in their exact spelling; none: the whole table. Prisma also writes the "
            "column that is @updatedAt.",
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


class Auth(Section):
    """Which paths are special; every other path needs a bearer token or a session."""

    public: Annotated[
        tuple[Path, ...],
        Field(
            strict=False,
            max_length=50,
            description="Paths below apiPrefix that need no authentication.",
            examples=[["/auth/login"]],
        ),
    ] = ()
    websocket: Annotated[
        tuple[Path, ...],
        Field(
            strict=False,
            max_length=20,
            examples=[["/live"]],
            description="Paths below apiPrefix, or one of extraPrefixes, that speak WebSocket: never buffered.",
        ),
    ] = ()
    session_affinity: Annotated[
        bool,
        Field(description="A session stays with its pod: the service keeps CSRF tokens in memory.", examples=[True]),
    ] = False


class Requests(Section):
    """How large a request may be, how long its answer may take, and which answers come piece by piece."""

    body_mib: Annotated[
        int,
        Field(
            ge=1,
            le=100,
            description="MiB of the largest body. Up to 1 the gateway buffers it, so that a slow client holds no pod; "
            "a larger one goes straight on, and must state its length.",
            examples=[50],
        ),
    ] = BUFFERED_MIB
    timeout_seconds: Annotated[
        int,
        Field(
            ge=1,
            le=300,
            description="From the last byte of a request to the last of its answer; below naap:cdnResponseSeconds.",
            examples=[90],
        ),
    ] = REQUEST_SECONDS
    streaming: Annotated[
        tuple[Path, ...],
        Field(
            strict=False,
            max_length=20,
            examples=[["/chat/completions"]],
            description="Paths below apiPrefix whose answers, to any method, come piece by piece: neither buffered nor "
            "ended by a time-out. A GET that accepts text/event-stream need not be named.",
        ),
    ] = ()


ContentRule = Literal[
    "CrossSiteScripting_BODY",
    "GenericLFI_BODY",
    "GenericRFI_BODY",
    "EC2MetaDataSSRF_BODY",
    "NoUserAgent_HEADER",
    "SizeRestrictions_QUERYSTRING",
    "SQLi_BODY",
    "SQLiExtendedPatterns_BODY",
]
"""Of AWS's firewall rules, by its names, those that honest requests match."""


class RateLimit(Section):
    """Requests a minute, instead of the tier's own numbers."""

    user_per_minute: Annotated[int, Field(ge=1, le=100_000, description="For each signed-in user.", examples=[120])]
    client_per_minute: Annotated[int, Field(ge=1, le=1_000_000, description="For each client address.", examples=[300])]


class Probes(Section):
    """How the pods are asked whether they are well."""

    path: Annotated[Path, Field(description="Readiness, over HTTP.", examples=["/healthz"])] = "/healthz"
    liveness: Annotated[
        Literal["tcp", "http"],
        Field(description="tcp unless the service counts no probe in its own rate limit.", examples=["tcp"]),
    ] = "tcp"
    period_seconds: Annotated[
        int,
        Field(ge=10, le=300, description="Never below 10: services count probes in their rate limits.", examples=[10]),
    ] = 10
    startup_seconds: Annotated[
        int,
        Field(
            ge=10,
            le=MAX_STARTUP_SECONDS,
            description="Until its port is open; then the container is started again. A roll-out waits as much longer.",
            examples=[120],
        ),
    ] = STARTUP_SECONDS


class Objective(Section):
    """What the plugin promises, instead of the tier's numbers: measured at the gateway, over thirty days."""

    availability_percent: Annotated[
        float | None,
        Field(ge=90, le=99.99, description="Of requests that aren't answered 5xx.", examples=[99.9]),
    ] = None
    latency_ms: Annotated[
        Literal[25, 50, 100, 250, 500, 1000, 2500, 5000, 10000] | None,
        Field(description="Time to answer, one of the bounds that the gateway counts by.", examples=[500]),
    ] = None
    latency_percent: Annotated[
        float | None,
        Field(ge=50, le=99.9, description="Part of the requests that are answered within it.", examples=[99]),
    ] = None
