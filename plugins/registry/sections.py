"""The optional parts of a registry entry that its backend uses."""

from typing import Annotated, Literal

from pydantic import Field

from planning.inputs.registry_entry import STARTUP_SECONDS
from planning.plugin.workload import MAX_STARTUP_SECONDS
from plugins.registry.field_types import (
    ARCHIVE_PATTERN,
    BUNDLE_PATTERN,
    INTEGRITY_PATTERN,
    SCHEMA_PATTERN,
    TABLE_PATTERN,
    VERSION_PATTERN,
    Cpu,
    Label,
    Memory,
    Name,
    Path,
    Route,
    Section,
)


class Resources(Section):
    """What one pod may use."""

    cpu: Annotated[
        Cpu, Field(description="CPU request in millicores; the HPA's 70 % is of this.", examples=["250m"])
    ] = "250m"
    cpu_limit: Annotated[
        Cpu | None, Field(description="CPU limit in millicores; default twice the request.", examples=["500m"])
    ] = None
    memory: Annotated[
        Memory,
        Field(
            description="Memory, request and limit alike: a pod that was promised less than it may use is evicted "
            "by its neighbours, and 80 % of a small request is below what an idle Node process takes.",
            examples=["256Mi", "1Gi"],
        ),
    ] = "256Mi"


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
    """Privileges on one table of another entry's schema, for foreign keys that cross schemas."""

    schema_name: Annotated[
        str, Field(alias="schema", pattern=SCHEMA_PATTERN, description="Schema of another entry.", examples=["public"])
    ]
    table: Annotated[
        str, Field(pattern=TABLE_PATTERN, description="The table, in its exact spelling.", examples=["User"])
    ]
    privileges: Annotated[
        list[Literal["SELECT", "REFERENCES"]],
        Field(
            min_length=1,
            max_length=2,
            examples=[["SELECT", "REFERENCES"]],
            description="Reading and referring only: writing into another plugin's schema goes through its API.",
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
        list[Grant],
        Field(
            max_length=20,
            description="Tables of other schemas that this one refers to.",
            examples=[[{"schema": "public", "table": "User", "privileges": ["SELECT", "REFERENCES"]}]],
        ),
    ] = []
    migrate: Annotated[
        list[Annotated[str, Field(min_length=1, max_length=200)]],
        Field(
            max_length=20,
            description="Command, in the plugin's own image, that migrates its schema; none: no Job.",
            examples=[["npx", "prisma", "migrate", "deploy"]],
        ),
    ] = []
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


class Network(Section):
    """Whom the pods may reach besides DNS, their pooler and their cache. All else is closed."""

    calls: Annotated[
        list[Name], Field(max_length=50, description="Entries whose backend this one calls.", examples=[["base-svc"]])
    ] = []
    egress: Annotated[
        list[Annotated[str, Field(min_length=1, max_length=270)]],
        Field(
            max_length=50,
            description="Hosts or IPv4 networks outside, `target` or `target:port`; default port 443. "
            "S3 is outside too: a plugin that uses its uploads lists s3.<region>.amazonaws.com.",
            examples=[["api.example.com", "203.0.113.0/24:5432"]],
        ),
    ] = []


class Auth(Section):
    """Which paths are special; every other path needs a bearer token or a session."""

    public: Annotated[
        list[Path],
        Field(
            max_length=50, description="Paths below apiPrefix that need no authentication.", examples=[["/auth/login"]]
        ),
    ] = []
    websocket: Annotated[
        list[Path],
        Field(
            max_length=20,
            examples=[["/live"]],
            description="Paths below apiPrefix, or one of extraPrefixes, that speak WebSocket: never buffered.",
        ),
    ] = []
    session_affinity: Annotated[
        bool,
        Field(description="A session stays with its pod: the service keeps CSRF tokens in memory.", examples=[True]),
    ] = False


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


MAX_GZIP_BYTES = 512_000
"""500 KB: what the shell accepts for one plugin."""


class Navigation(Section):
    """The plugin's place in the shell's menu."""

    label: Annotated[Label, Field(description="Text in the menu.", examples=["My Wallet"])]
    icon: Annotated[Label | None, Field(description="Name of a Lucide icon.", examples=["Wallet"])] = None
    order: Annotated[
        int | None, Field(ge=0, le=10_000, description="Place in its group, lowest first.", examples=[10])
    ] = None
    group: Annotated[Label | None, Field(description="Group of the menu.", examples=["main"])] = None


class Build(Section):
    """A version's bundle, as `naap plugin bundle` measured it."""

    gzip_bytes: Annotated[
        int, Field(ge=1, le=MAX_GZIP_BYTES, examples=[183_211], description="Size after gzip, at most 512,000 bytes.")
    ]
    integrity: Annotated[
        str,
        Field(
            pattern=INTEGRITY_PATTERN,
            examples=["sha384-" + "A" * 64],
            description="Subresource integrity of the bundle.",
        ),
    ]


class Frontend(Section):
    """A UMD bundle, served by the CDN from an immutable path of its version."""

    bundle: Annotated[
        str,
        Field(
            pattern=BUNDLE_PATTERN,
            examples=["my-wallet.js"],
            description="File name of the bundle under its versioned path.",
        ),
    ]
    routes: Annotated[
        list[Route],
        Field(
            max_length=50, description="Paths of the shell that the plugin shows.", examples=[["/wallet", "/wallet/*"]]
        ),
    ] = []
    navigation: Annotated[
        Navigation | None, Field(description="Menu entry; none: no menu entry.", examples=[{"label": "My Wallet"}])
    ] = None
    builds: Annotated[
        dict[Annotated[str, Field(pattern=VERSION_PATTERN)], Build],
        Field(
            examples=[{"1.0.0": {"gzipBytes": 183_211, "integrity": "sha384-" + "A" * 64}}],
            description="Measured bundles by version; written by `naap plugin bundle`. Those of earlier versions "
            "stay, so that changing the version is all that a rollback takes.",
        ),
    ] = {}
