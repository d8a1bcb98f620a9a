"""What a plugin's process finds in its environment: each plugin only its own."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

from planning.edge.shell_documents import BUNDLES
from planning.gateway import internal_listener
from planning.inputs.registry.registry_entry import BackendSpec, PluginSpec, Registry
from planning.inputs.registry.related import BASE_SERVICE
from planning.inputs.settings import Settings
from planning.inputs.tiers import Tier
from planning.shared.naming import SYSTEM_NAMESPACES, service_url
from planning.shared.ports import CACHE_PORT, OTLP_PORT, POOLER_PORT

CA_FILE = "/etc/naap/ca.pem"
"""Certificate authority of the poolers, mounted from the plugin's ConfigMap."""

TEMPORARY = "/tmp"  # noqa: S108  # a mount of the pod's own, not a directory that others share
"""The only place a process can write to."""


_HEAP_PART = 0.75
"""Of the memory limit: leaves room for buffers, the engine of Prisma and code outside of V8's old space."""

TRUSTED_SENDERS = "loopback,uniquelocal"
"""As Express has it: a request comes from a proxy of the gateway, at a private address, which states its client in
X-Forwarded-For. Without it all users are one client to a service that counts requests by address."""

DATABASE_URL = "DATABASE_URL"
CACHE_URL = "REDIS_URL"
CACHE_PREFIX = "REDIS_KEY_PREFIX"
DATABASE_URL_UNPOOLED = "DATABASE_URL_UNPOOLED"
PGPASSWORD = "PGPASSWORD"  # a name
"""Both of the migration Job only: with them a serving pod could change its own schema."""

RESERVED = frozenset(
    {
        "AUTH_SERVICE_URL",
        "BASE_SVC_URL",
        "CORS_ALLOWED_ORIGINS",
        "CORS_ORIGIN",
        "CORS_ORIGINS",
        "DATABASE_POOL_SIZE",
        DATABASE_URL,
        DATABASE_URL_UNPOOLED,
        "DISABLE_CRON",
        "FRONTEND_URL",
        "HOME",
        "HOSTNAME",
        "NODE_ENV",
        "NODE_EXTRA_CA_CERTS",
        "PLUGIN_CDN_URL",
        "PORT",
        CACHE_PREFIX,
        CACHE_URL,
        "SHELL_URL",
        "TRUST_PROXY",
        "UPLOADS_BUCKET",
        "UPLOADS_PREFIX",
    }
)
"""Names that the platform alone sets: no `env`, no secret of an entry may have them."""


@dataclass(frozen=True, kw_only=True)
class DatabaseAccess:
    """Where and as whom a plugin reaches its schema; the password is derived when it is built."""

    user: str
    host: str
    database: str
    schema: str
    generation: int
    pool_size: int

    def url(self, password: str) -> str:
        """A URL that Prisma's engine and node-postgres both take.

        Without `schema` Prisma uses public, whatever the role's search_path. No `pgbouncer=true`: prepared statements
        work since PgBouncer 1.21. Prisma checks certificates only with sslaccept=strict, against sslcert;
        node-postgres checks them always, against NODE_EXTRA_CA_CERTS.
        """
        address = f"{self.user}:{quote(password, safe='')}@{self.host}:{POOLER_PORT}/{self.database}"
        options = f"sslmode=require&sslaccept=strict&sslcert={CA_FILE}&connection_limit={self.pool_size}"
        return f"postgresql://{address}?{options}&schema={self.schema}"

    def libpq(self) -> Mapping[str, str]:
        """The same, but for the password, in the environment that psql and other clients of libpq read."""
        return {
            "PGHOST": self.host,
            "PGPORT": str(POOLER_PORT),
            "PGUSER": self.user,
            "PGDATABASE": self.database,
            "PGSSLMODE": "verify-full",
            "PGSSLROOTCERT": CA_FILE,
            "PGCONNECT_TIMEOUT": "10",
        }


@dataclass(frozen=True, kw_only=True)
class CacheAccess:
    """As whom a plugin reaches the cache; cluster_mode: which of the two caches, where the tier has both."""

    user: str
    generation: int
    cluster_mode: bool
    prefix_in_url: bool

    @property
    def prefix(self) -> str:
        """What keys and channels of the user begin with: it may touch no others."""
        return f"plugin:{self.user}:"

    def url(self, host: str, password: str) -> str:
        """A URL as ioredis takes it, TLS always. The query becomes options of the client.

        keyPrefix: the services set none themselves (docs/caches.md). allowUsernameInURI: without it, version 4 reads
        the password only.
        """
        options = "allowUsernameInURI=true"
        if self.prefix_in_url:
            options += f"&keyPrefix={quote(self.prefix, safe='')}"
        return f"rediss://{self.user}:{quote(password, safe='')}@{host}:{CACHE_PORT}/?{options}"


@dataclass(frozen=True, kw_only=True)
class ProcessEnvironmentPlan:
    """plain: visible values. The rest is names: derived from the root secret, or from the secret configuration.

    shared: derived ones of other plugins, each with its owner.
    """

    plain: Mapping[str, str] = field(default_factory=dict[str, str])
    derived: tuple[str, ...] = ()
    shared: Mapping[str, str] = field(default_factory=dict[str, str])
    configured: tuple[str, ...] = ()
    database: DatabaseAccess | None = None
    cache: CacheAccess | None = None

    @property
    def secret_names(self) -> tuple[str, ...]:
        """Everything that the plugin's Secret holds."""
        urls = ((DATABASE_URL,) if self.database else ()) + ((CACHE_URL,) if self.cache else ())
        return tuple(sorted({*self.derived, *self.shared, *self.configured, *urls}))


def plan_environment(
    *,
    spec: PluginSpec,
    backend: BackendSpec,
    stack: str,
    settings: Settings,
    tier: Tier,
    database: DatabaseAccess | None,
    registry: Registry,
) -> ProcessEnvironmentPlan:
    """The environment of a plugin's pods; an entry's own `env` wins over everything that is no secret."""
    cache = _cache(spec, tier)
    return ProcessEnvironmentPlan(
        plain={
            **_node(backend),
            **_addresses(spec, backend, settings, registry),
            **(_telemetry(spec, stack, tier) if tier.apm else {}),
            # Prisma has the size of its pool from the URL, and node-postgres has no option for it there.
            **({"DATABASE_POOL_SIZE": str(database.pool_size), "NODE_EXTRA_CA_CERTS": CA_FILE} if database else {}),
            **({CACHE_PREFIX: cache.prefix} if cache else {}),
            **backend.env,
        },
        derived=tuple(spec.derived_secrets),
        shared=spec.shared_secrets,
        configured=tuple(spec.secrets),
        database=database,
        cache=cache,
    )


def heap(memory_mib: int) -> dict[str, str]:
    """Of a process in Node with so much memory."""
    return {"NODE_OPTIONS": f"--max-old-space-size={math.floor(memory_mib * _HEAP_PART)}"}


def _node(backend: BackendSpec) -> dict[str, str]:
    return {
        "PORT": str(backend.port),
        "NODE_ENV": "production",
        **heap(backend.resources.memory_mib),
        # The process runs as a user that the image doesn't know, on a read-only root: its home is the writable mount.
        "HOME": TEMPORARY,
        "NPM_CONFIG_CACHE": f"{TEMPORARY}/.npm",
        "XDG_CACHE_HOME": f"{TEMPORARY}/.cache",
        # Everywhere, also where nobody asked for cron: the singleton is the only workload that leaves it out.
        "DISABLE_CRON": "true",
    }


def identity_url(spec: PluginSpec, registry: Registry) -> str:
    """Where a service asks who a token belongs to (`GET /api/v1/auth/me`): the service that knows the tokens."""
    callee = registry.by_name.get(BASE_SERVICE)
    if callee and internal_listener.through_gateway(spec, callee):
        return internal_listener.URL
    return service_url(BASE_SERVICE)


def _addresses(spec: PluginSpec, backend: BackendSpec, settings: Settings, registry: Registry) -> dict[str, str]:
    site = f"https://{settings.domain}"
    # Three spellings of the one origin that pages have.
    found = {
        "CORS_ALLOWED_ORIGINS": site,
        "CORS_ORIGIN": site,
        "CORS_ORIGINS": site,
        "TRUST_PROXY": TRUSTED_SENDERS,
    }
    if BASE_SERVICE in backend.network.calls or spec.name == BASE_SERVICE:
        # The SDK takes the first that is set, SHELL_URL, and asks there: so it names no site.
        base = identity_url(spec, registry)
        found |= {"SHELL_URL": base, "AUTH_SERVICE_URL": base, "BASE_SVC_URL": base}
    return found | _site(spec, site)


def _site(spec: PluginSpec, site: str) -> dict[str, str]:
    """For who writes the addresses of pages and bundles, and for the site's own server.

    Bundles are named without a host: the application's shell takes none of hosts that it wasn't built for.
    """
    found = {"PLUGIN_CDN_URL": f"/{BUNDLES}"} if spec.site or spec.name == BASE_SERVICE else {}
    if spec.name == BASE_SERVICE:
        found["FRONTEND_URL"] = site
    if spec.site:
        # Next.js listens on the address of this name, which Kubernetes makes the pod's own.
        found["HOSTNAME"] = "0.0.0.0"  # noqa: S104  # a pod: its network policies say who reaches it
    return found


def _telemetry(spec: PluginSpec, stack: str, tier: Tier) -> dict[str, str]:
    collector = f"http://otel-collector.{SYSTEM_NAMESPACES['observability']}.svc.cluster.local:{OTLP_PORT}"
    return {
        "OTEL_SERVICE_NAME": spec.name,
        "OTEL_RESOURCE_ATTRIBUTES": f"service.version={spec.version},deployment.environment.name={stack}",
        "OTEL_EXPORTER_OTLP_ENDPOINT": collector,
        "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf",
        "OTEL_TRACES_EXPORTER": "otlp",
        # Pods of a plugin would write over each other's series, which nothing here reads: kubelets and gateway count.
        "OTEL_METRICS_EXPORTER": "none",
        "OTEL_LOGS_EXPORTER": "none",  # logs go through the nodes: standard output is collected there
        # Follow the gateway's decision, so that a trace is whole or not there.
        "OTEL_TRACES_SAMPLER": "parentbased_traceidratio",
        "OTEL_TRACES_SAMPLER_ARG": str(tier.traced_percent / 100),
        # Not what the process was called with, which may hold a secret; nor what a cloud says of its machine.
        "OTEL_NODE_RESOURCE_DETECTORS": "env",
        # Of what is called beside HTTP, PostgreSQL and Redis: files, names and sockets are noise at every request.
        "OTEL_NODE_DISABLED_INSTRUMENTATIONS": "fs,dns,net",
    }


def _cache(spec: PluginSpec, tier: Tier) -> CacheAccess | None:
    if spec.cache is None:
        return None
    return CacheAccess(
        user=spec.name,
        generation=spec.cache.password_generation,
        cluster_mode=spec.cache.cluster_mode and tier.cluster_cache is not None,
        prefix_in_url=spec.cache.prefix_in_url,
    )
