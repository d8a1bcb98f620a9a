"""A registry entry after parsing: what a plugin asks for, in strict types and with every default filled in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any

STARTUP_SECONDS = 60
"""Default, for a service in Node that connects to its database first."""
MANIFEST_PATH = "/app/plugin.json"
"""Where images have their plugin.json unless an entry says otherwise: their programs lie in /app/backend/dist."""


class Lifecycle(StrEnum):
    """The steps of retiring a plugin, in order; steps can't be skipped."""

    ACTIVE = "active"
    DRAINING = "draining"
    STOPPED = "stopped"
    ARCHIVED = "archived"

    @property
    def serves(self) -> bool:
        """Whether pods and routes exist: a draining plugin is still served, it only takes no new installs."""
        return self in (Lifecycle.ACTIVE, Lifecycle.DRAINING)


class ProbeKind(StrEnum):
    """How a container is asked whether it is well."""

    HTTP = "http"
    TCP = "tcp"


@dataclass(frozen=True, kw_only=True)
class ResourcesSpec:
    """Of one pod. CPU in millicores, memory in MiB; the memory request equals its limit."""

    cpu_request_m: int
    cpu_limit_m: int
    memory_mib: int


@dataclass(frozen=True, kw_only=True)
class ScalingSpec:
    """queue_depth: requests in flight or waiting per pod above which the HPA adds pods (from 50K users)."""

    queue_depth: int = 20
    singleton: bool = False


@dataclass(frozen=True, kw_only=True)
class GrantSpec:
    """Privileges on single tables of another plugin's schema."""

    schema: str
    table: str
    privileges: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class DatabaseSpec:
    """A schema of its own. pool_size: connections that one pod opens to the pooler. shard: None = not pinned.

    restore: key of the archive that an empty schema is filled from.
    move_to: shard that follows, to take over. moved_from: shard that served before, whose pods are being replaced.
    """

    schema: str
    pool_size: int = 10
    shard: int | None = None
    grants: tuple[GrantSpec, ...] = ()
    migrate: tuple[str, ...] = ()
    password_generation: int = 1
    restore: str | None = None
    move_to: int | None = None
    moved_from: int | None = None


@dataclass(frozen=True, kw_only=True)
class CacheSpec:
    """cluster_mode: the plugin's client follows MOVED answers; without it, it never gets a cluster endpoint.

    prefix_in_url: REDIS_URL has the prefix as an option; else the service puts it before its keys by itself.
    """

    cluster_mode: bool = False
    prefix_in_url: bool = True
    password_generation: int = 1


@dataclass(frozen=True, kw_only=True)
class FrontendSpec:
    """The UMD bundle. bundle: its file name under the versioned path; integrity: SRI hash, None until measured."""

    bundle: str
    routes: tuple[str, ...] = ()
    navigation: Mapping[str, Any] = field(default_factory=dict[str, Any])
    gzip_bytes: int | None = None
    integrity: str | None = None


@dataclass(frozen=True, kw_only=True)
class AuthSpec:
    """Paths below the API prefix. public: answered without authentication.

    websocket: never buffered; an extra prefix stands here in full.
    """

    public: tuple[str, ...] = ()
    websocket: tuple[str, ...] = ()
    session_affinity: bool = False


@dataclass(frozen=True, kw_only=True)
class RateLimitSpec:
    """Requests a minute: per signed-in user, and per client address."""

    user_per_minute: int
    client_per_minute: int


@dataclass(frozen=True, kw_only=True)
class ProbesSpec:
    """path: readiness over HTTP, at most every 10 s (the services count probes in their own rate limits).

    startup_seconds: until which the port must be open, or the container is started again.
    """

    path: str = "/healthz"
    liveness: ProbeKind = ProbeKind.TCP
    period_seconds: int = 10
    startup_seconds: int = STARTUP_SECONDS


@dataclass(frozen=True, kw_only=True)
class BackendSpec:
    """What runs as pods. port: what the service listens on (its PORT); api_prefix: where the gateway routes from.

    manifest_path: where the image looks for plugin.json; the program in backend/dist reads ../../plugin.json.
    """

    image: str
    port: int
    api_prefix: str
    resources: ResourcesSpec
    scaling: ScalingSpec
    strip_prefix: bool
    calls: tuple[str, ...]
    egress: tuple[str, ...]
    auth: AuthSpec
    rate_limit: RateLimitSpec | None
    env: Mapping[str, str]
    probes: ProbesSpec
    extra_prefixes: tuple[str, ...] = ()
    cron: bool = False
    manifest_path: str = MANIFEST_PATH


@dataclass(frozen=True, kw_only=True)
class ObjectiveSpec:
    """What a plugin promises instead of the tier's own; None: as the tier."""

    availability_percent: float | None = None
    latency_ms: int | None = None
    latency_percent: float | None = None


@dataclass(frozen=True, kw_only=True)
class InstallsSpec:
    """How many installs the platform counted, and when (ISO date): the gate of retiring."""

    active: int
    counted: str


@dataclass(frozen=True, kw_only=True)
class PluginSpec:
    """One entry of plugins/registry.yaml.

    share: 0-1, the part of the platform's users that this plugin serves.
    secrets: names whose values are in Pulumi secret config; derived_secrets: names made from the root secret.
    manifest: the plugin.json that its backend reads at run time.
    """

    name: str
    display_name: str
    version: str
    core: bool
    share: float
    lifecycle: Lifecycle
    backend: BackendSpec | None
    database: DatabaseSpec | None
    cache: CacheSpec | None
    frontend: FrontendSpec | None
    secrets: tuple[str, ...]
    derived_secrets: tuple[str, ...]
    manifest: Mapping[str, Any]
    objective: ObjectiveSpec = field(default_factory=ObjectiveSpec)
    installs: InstallsSpec | None = None
    owner: str = "platform"


@dataclass(frozen=True, kw_only=True)
class Registry:
    """All entries, in the order of the file; file: its name as shown in errors."""

    file: str
    plugins: tuple[PluginSpec, ...]

    @cached_property
    def by_name(self) -> Mapping[str, PluginSpec]:
        """Entries by their names; made once, so that a thousand plugins that call each other are planned quickly."""
        return {plugin.name: plugin for plugin in self.plugins}
