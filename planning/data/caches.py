"""Caches of a region: the applications', the rate limits', and a clustered one where a plugin can use it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from planning.inputs.problem import InvalidInputError, Problem
from planning.inputs.registry.data_sections import Cache
from planning.inputs.registry.lifecycle import Lifecycle
from planning.inputs.registry.registry_entry import PluginSpec, Registry
from planning.inputs.settings import Settings
from planning.inputs.tiers import CacheSize, Tier
from planning.shared.naming import fit, regional

ENGINE_VERSION = "8.1"
"""Pinned with its minor version: the provider compares both, and a downgrade would replace the cache. So ElastiCache
must not raise it by itself; patches come as service updates of their own."""
PARAMETER_FAMILY = "valkey8"
MAX_USERS = 100
"""AWS: users in a user group."""
MAX_GROUP_ID = 40
MAX_USER_ID = 40
RESERVED_USERS = frozenset({"default", "ratelimit"})
LIMITER = "ratelimit"
"""Owner of the rate limits' derived password, and their user's name."""

_COMMANDS = (
    "-@all +@read +@write +@pubsub +@transaction +@connection +eval +evalsha +eval_ro +evalsha_ro +script|load "
    "+script|exists +cluster|slots +cluster|shards +cluster|nodes +command -@admin -@dangerous -scan -randomkey "
    "-dbsize -select -pubsub -client|tracking -wait -function +info"
)
"""What a plugin may run, on its own keys and channels. Left out is what speaks of all keys, clients or the server:
SCAN, KEYS, CLIENT TRACKING (it would tell of others' keys), WAIT (it can hold the server up), FUNCTION (all plugins
would share one library). INFO comes last, since it is one of @dangerous: clients ask it whether the server is ready,
and it tells counters, no keys or values."""
_LIMITER_COMMANDS = (
    "-@all +incrby +expire +get +ping +auth +hello +cluster|slots +cluster|shards +client|setname +client|setinfo"
)
DISABLED_ACCESS = "off resetchannels -@all"
"""Of `default`, whom a client is that names no user."""
LIMITER_ACCESS = f"on ~rl:* resetchannels {_LIMITER_COMMANDS}"


class CacheRole(StrEnum):
    """What a cache is for."""

    APP = "app"
    CLUSTER = "cluster"
    LIMITS = "limits"


@dataclass(frozen=True, kw_only=True)
class CachePlan:
    """One replication group. nodes: with failover from two on. eviction: what happens when memory is full.

    Its name never holds a size: a change of tier resizes it in place.
    """

    role: CacheRole
    identifier: str
    description: str
    node_type: str
    shards: int
    nodes_per_shard: int
    clustered: bool
    eviction: str
    snapshot_days: int
    snapshot_window: str
    maintenance_window: str

    @property
    def available(self) -> bool:
        """Whether it survives the loss of a node."""
        return self.nodes_per_shard > 1

    @property
    def nodes(self) -> tuple[str, ...]:
        """Names that ElastiCache gives to the nodes of a group: its metrics go by node."""
        nodes = range(1, self.nodes_per_shard + 1)
        if not self.clustered:
            return tuple(f"{self.identifier}-{node:03d}" for node in nodes)
        shards = range(1, self.shards + 1)
        return tuple(f"{self.identifier}-{shard:04d}-{node:03d}" for shard in shards for node in nodes)


@dataclass(frozen=True, kw_only=True)
class CacheUserPlan:
    """A user of one cache. owner, generation: of its derived password; plugin: None for the platform's own."""

    name: str
    user_id: str
    role: CacheRole
    access: str
    owner: str
    generation: int
    plugin: str | None

    @property
    def generations(self) -> tuple[int, ...]:
        """Of the passwords that it takes, newest first: pods of the generation before run until they are replaced."""
        return (self.generation, self.generation - 1) if self.generation > 1 else (self.generation,)


@dataclass(frozen=True, kw_only=True)
class CachesPlan:
    """All caches of a region. Where limits is None, the limiter is a user of the applications' cache."""

    region: str
    prefix: str
    app: CachePlan
    cluster: CachePlan | None
    limits: CachePlan | None
    limiter: CacheUserPlan
    users: tuple[CacheUserPlan, ...]
    log_days: int
    protect: bool

    @property
    def caches(self) -> tuple[CachePlan, ...]:
        """Those that exist."""
        return tuple(cache for cache in (self.app, self.cluster, self.limits) if cache)

    @property
    def nodes(self) -> tuple[str, ...]:
        """Of all of them."""
        return tuple(node for cache in self.caches for node in cache.nodes)

    def nodes_of(self, plugin: str) -> tuple[str, ...]:
        """Of the cache that a plugin uses; none where it uses none."""
        user = self.user(plugin)
        cache = self.cluster if user and user.role is CacheRole.CLUSTER else self.app
        return cache.nodes if user and cache else ()

    def user(self, plugin: str) -> CacheUserPlan | None:
        """The user of a plugin; None where it has none."""
        return next((user for user in self.users if user.plugin == plugin), None)


def plugin_access(plugin: str) -> str:
    """Access string of a plugin: keys and channels `plugin:NAME:*`.

    In the order in which Valkey gives it back, as any other would be a difference at every update.
    """
    return f"on ~plugin:{plugin}:* resetchannels &plugin:{plugin}:* {_COMMANDS}"


def cache_sizes(registry: Registry, tier: Tier) -> Mapping[CacheRole, CacheSize]:
    """Caches of a region; the clustered one is there only where a plugin can use it."""
    clustered = any(cache.cluster_mode for _, cache in _asking(registry))
    sizes = {
        CacheRole.APP: tier.app_cache,
        CacheRole.CLUSTER: tier.cluster_cache if clustered else None,
        CacheRole.LIMITS: tier.limit_cache,
    }
    return {role: size for role, size in sizes.items() if size}


def _asking(registry: Registry) -> list[tuple[PluginSpec, Cache]]:
    return [(spec, spec.cache) for spec in registry.plugins if spec.cache and spec.lifecycle is not Lifecycle.ARCHIVED]


def plan_caches(*, stack: str, region: str, settings: Settings, tier: Tier, registry: Registry) -> CachesPlan:
    """The caches of a region. Raises InvalidInputError for more users than a group takes, or a reserved name."""
    prefix = regional(stack, region)
    asking, sizes = _asking(registry), cache_sizes(registry, tier)
    users = tuple(
        CacheUserPlan(
            name=spec.name,
            user_id=fit(f"{prefix}-{spec.name}", MAX_USER_ID),
            role=CacheRole.CLUSTER if cache.cluster_mode and CacheRole.CLUSTER in sizes else CacheRole.APP,
            access=plugin_access(spec.name),
            owner=spec.name,
            generation=cache.password_generation,
            plugin=spec.name,
        )
        for spec, cache in asking
    )
    made = {role: _plan_cache(prefix, role, size) for role, size in sizes.items()}
    limiter = CacheUserPlan(
        name=LIMITER,
        user_id=fit(f"{prefix}-{LIMITER}", MAX_USER_ID),
        role=CacheRole.LIMITS if CacheRole.LIMITS in made else CacheRole.APP,
        access=LIMITER_ACCESS,
        owner=LIMITER,
        generation=1,
        plugin=None,
    )
    if problems := _problems(registry.file, users, limiter):
        raise InvalidInputError(problems)
    return CachesPlan(
        region=region,
        prefix=prefix,
        app=made[CacheRole.APP],
        cluster=made.get(CacheRole.CLUSTER),
        limits=made.get(CacheRole.LIMITS),
        limiter=limiter,
        users=users,
        log_days=tier.log_days,
        protect=settings.production,
    )


@dataclass(frozen=True, kw_only=True)
class _Use:
    """What differs between the caches besides their sizes."""

    description: str
    eviction: str
    snapshots: str
    maintenance: str


_USES = {
    # Only what its owner gave a lifetime is evicted: a session or a queue entry without one stays.
    CacheRole.APP: _Use(
        description="Sessions, caches and pub/sub of plugins",
        eviction="volatile-lru",
        snapshots="01:00-02:00",
        maintenance="mon:05:00-mon:06:00",
    ),
    CacheRole.CLUSTER: _Use(
        description="Of plugins whose clients follow a cluster",
        eviction="volatile-lru",
        snapshots="02:00-03:00",
        maintenance="tue:05:00-tue:06:00",
    ),
    # A counter that is evicted frees its client from the limit: rather refuse to count, and let the gateway decide.
    CacheRole.LIMITS: _Use(
        description="Counters of the gateway's rate limits",
        eviction="noeviction",
        snapshots="03:00-04:00",
        maintenance="wed:05:00-wed:06:00",
    ),
}


def _plan_cache(prefix: str, role: CacheRole, size: CacheSize) -> CachePlan:
    use = _USES[role]
    return CachePlan(
        role=role,
        identifier=fit(f"{prefix}-{role.value}", MAX_GROUP_ID),
        description=use.description,
        node_type=size.node_type,
        shards=size.shards,
        nodes_per_shard=size.nodes_per_shard,
        clustered=role is CacheRole.CLUSTER,
        eviction=use.eviction,
        snapshot_days=size.snapshot_days,
        snapshot_window=use.snapshots,
        maintenance_window=use.maintenance,
    )


def _problems(file: str, users: tuple[CacheUserPlan, ...], limiter: CacheUserPlan) -> list[Problem]:
    found = [
        Problem(
            file=file,
            entry=user.name,
            field="name",
            value=user.name,
            rule=f"users of the platform's own: {', '.join(sorted(RESERVED_USERS))}",
            fix="choose another name for the plugin, or remove its cache section",
        )
        for user in users
        if user.name in RESERVED_USERS
    ]
    for role in (CacheRole.APP, CacheRole.CLUSTER):
        count = sum(user.role is role for user in (*users, limiter)) + 1
        if count > MAX_USERS:
            found.append(
                Problem(
                    file=file,
                    entry=f"cache {role.value}",
                    field="users",
                    value=f"{count} users, {count - MAX_USERS} too many (each plugin with a cache, and the platform's)",
                    rule=f"ElastiCache takes {MAX_USERS} users in a user group",
                    fix="remove the cache section of plugins that can do without, or set cache.clusterMode "
                    "where the plugin's client can (from 50,000 users that is another cache)",
                )
            )
    return found
