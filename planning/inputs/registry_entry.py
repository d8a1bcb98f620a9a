"""A registry entry after parsing: what a plugin asks for, in strict types and with every default filled in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any

from planning.inputs.sections import Auth, Cache, Database, Objective, Probes, RateLimit, Requests, Scaling

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


@dataclass(frozen=True, kw_only=True)
class ResourcesSpec:
    """Of one pod. CPU in millicores, memory in MiB; the memory request equals its limit."""

    cpu_request_m: int
    cpu_limit_m: int
    memory_mib: int


@dataclass(frozen=True, kw_only=True)
class FrontendSpec:
    """The UMD bundle. bundle: its file name under the versioned path; integrity: SRI hash, None until measured."""

    bundle: str
    routes: tuple[str, ...] = ()
    navigation: Mapping[str, Any] = field(default_factory=dict[str, Any])
    gzip_bytes: int | None = None
    integrity: str | None = None


@dataclass(frozen=True, kw_only=True)
class BackendSpec:
    """What runs as pods. port: what the service listens on (its PORT); api_prefix: where the gateway routes from.

    manifest_path: where the image looks for plugin.json; the program in backend/dist reads ../../plugin.json.
    """

    image: str
    port: int
    api_prefix: str
    resources: ResourcesSpec
    scaling: Scaling
    rewrite_prefix: str | None
    calls: tuple[str, ...]
    egress: tuple[str, ...]
    auth: Auth
    rate_limit: RateLimit | None
    env: Mapping[str, str]
    probes: Probes
    requests: Requests = field(default_factory=Requests)
    extra_prefixes: tuple[str, ...] = ()
    cron: bool = False
    manifest_path: str = MANIFEST_PATH


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
    database: Database | None
    cache: Cache | None
    frontend: FrontendSpec | None
    secrets: tuple[str, ...]
    derived_secrets: tuple[str, ...]
    manifest: Mapping[str, Any]
    objective: Objective = field(default_factory=Objective)
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
