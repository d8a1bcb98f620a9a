"""Sections of a registry entry that plans read as they are written: nothing is derived from them."""

from typing import Annotated, Literal

from pydantic import Field

from planning.inputs.field_types import (
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
    identity_only: Annotated[
        bool,
        Field(
            description="Requests that change something arrive with x-user-id and without the user's token: for a "
            "service that asks whoever has one for a CSRF token of its own. The gateway has checked the origin.",
            examples=[True],
        ),
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
