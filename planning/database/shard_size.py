"""How large a shard is: the class of its instances, and the pods of its poolers, by what lies on it."""

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from planning.database.connection_budget import client_capacity
from planning.inputs.assumptions import Assumptions
from planning.inputs.problem import Problem
from planning.inputs.registry.data_sections import Database
from planning.inputs.registry.lifecycle import Lifecycle
from planning.inputs.registry.registry_entry import PluginSpec, Registry
from planning.inputs.tiers import PodRange, Tier, growth, pod_range


@dataclass(frozen=True, kw_only=True)
class InstanceClass:
    """A class of RDS."""

    name: str
    vcpu: int
    memory_gib: int


LARGER = tuple(
    InstanceClass(name=f"db.r8g.{times}xlarge", vcpu=4 * times, memory_gib=32 * times)
    for times in (4, 8, 12, 16, 24, 48)
)
"""What a shard of the larger tiers grows to, as AWS's table of DB instance classes has them; the last is the largest
of all with so much memory a vCPU for PostgreSQL. A change of class is a restart, and replaces nothing."""


@dataclass(frozen=True, kw_only=True)
class ShardLoad:
    """What lies on a shard asks of it at the peak.

    clients: connections of pods of one region to its poolers. cpu_m: of its writer, in thousandths of a vCPU.
    plugins: cpu_m by plugin.
    """

    clients: int = 0
    plugins: Mapping[str, int]

    @property
    def cpu_m(self) -> int:
        """Of all its plugins."""
        return sum(self.plugins.values())


@dataclass(frozen=True, kw_only=True)
class ShardSize:
    """instance: of writer and replicas. pooler_pods: of each region."""

    instance: InstanceClass
    pooler_pods: int
    load: ShardLoad


def shard_of(database: Database, count: int) -> int:
    """Pins are for environments with several shards; where there is one, everything is on it."""
    return 0 if count == 1 else database.shard or 0


def asking(registry: Registry) -> Sequence[tuple[PluginSpec, Database]]:
    """Plugins that have a part of a shard: an archived one has none any more."""
    return [
        (spec, spec.database) for spec in registry.plugins if spec.database and spec.lifecycle is not Lifecycle.ARCHIVED
    ]


def still_there(
    registry: Registry, count: int, present: Mapping[str, int], moved: Collection[str]
) -> Mapping[str, int]:
    """Shards of the schemas that stay where they are: not those that have moved, by their entry or by a person."""
    moved_from = {spec.name for spec in registry.plugins if spec.database and spec.database.moved_from is not None}
    return {name: at for name, at in present.items() if at < count and name not in {*moved, *moved_from}}


def client_connections(spec: PluginSpec, tier: Tier, users: int) -> int:
    """The most that a plugin's pods of a region open to the poolers; timed work runs in one pod more, a canary in some.

    Of a writer's CPU a canary asks nothing more: it answers what others don't, and no instance is changed for it.
    """
    if spec.backend is None or spec.database is None:
        return 0
    canary = spec.backend.canary.pods(_stable(spec, tier, users)).max if spec.backend.canary else 0
    return (_most_pods(spec, tier, users) + canary) * spec.database.pool_size


def size_shards(
    *,
    registry: Registry,
    tier: Tier,
    users: int,
    count: int,
    assumptions: Assumptions,
    there: Mapping[str, int] | None = None,
) -> tuple[ShardSize, ...]:
    """Sizes of `count` shards. there: shards of schemas that are there already; the others lie where they are pinned.

    A plugin that moves counts on both shards. What asks for more than the largest class gets the largest.
    """
    on: dict[int, list[PluginSpec]] = {shard: [] for shard in range(count)}
    for spec, database in asking(registry):
        at = (there or {}).get(spec.name, shard_of(database, count))
        for shard in {at, *(other for other in (database.move_to, database.moved_from) if other is not None)}:
            on.get(shard, []).append(spec)  # a pin to a shard that isn't there is told by who places
    return tuple(_size(tier, _load(on[shard], tier, users, assumptions)) for shard in range(count))


def _load(specs: Iterable[PluginSpec], tier: Tier, users: int, assumptions: Assumptions) -> ShardLoad:
    each = {spec.name: (client_connections(spec, tier, users), _most_pods(spec, tier, users)) for spec in specs}
    return ShardLoad(
        clients=sum(clients for clients, _ in each.values()),
        plugins={name: math.ceil(pods * assumptions.database_cpu_m_per_pod) for name, (_, pods) in each.items()},
    )


def _most_pods(spec: PluginSpec, tier: Tier, users: int) -> int:
    return _stable(spec, tier, users).max + spec.backend.cron if spec.backend else 0


def _stable(spec: PluginSpec, tier: Tier, users: int) -> PodRange:
    return pod_range(tier, users, spec.share, singleton=spec.scaling.singleton)


def _size(tier: Tier, load: ShardLoad) -> ShardSize:
    known = classes(tier)
    fitting = (one for one in known if one.vcpu * 1000 >= load.cpu_m)
    return ShardSize(instance=next(fitting, known[-1]), pooler_pods=_pooler_pods(tier, load.clients), load=load)


def classes(tier: Tier) -> Sequence[InstanceClass]:
    """What a shard may be of, smallest first: the tier's own, and what is larger of its family."""
    size = tier.database
    own = InstanceClass(name=size.instance_class, vcpu=size.vcpu, memory_gib=size.memory_gib)
    family = own.name.rpartition(".")[0]
    return (own, *(one for one in LARGER if one.name.startswith(family) and one.vcpu > own.vcpu))


def _pooler_pods(tier: Tier, clients: int) -> int:
    """Twice as many at each step: a step makes every pool of the shard smaller, so that one more plugin seldom does."""
    pods = tier.pooler_pods
    while pods > 1 and client_capacity(pods) < clients:
        pods *= 2
    return pods


def cpu_problems(file: str, users: int, sizes: Sequence[ShardSize]) -> list[Problem]:
    """Shards that ask for more than the largest class: with the users at which that began, and the ways out."""
    return [
        _too_large(file, users, shard, size)
        for shard, size in enumerate(sizes)
        if size.load.cpu_m > size.instance.vcpu * 1000
    ]


def _too_large(file: str, users: int, shard: int, size: ShardSize) -> Problem:
    plugins = sorted(size.load.plugins.items(), key=lambda item: (-item[1], item[0]))
    largest = ", ".join(f"{plugin} {cpu_m / 1000:,.1f}" for plugin, cpu_m in plugins[:3])
    whole = size.load.cpu_m / 1000
    ends = f"; it ends at about {_rounded(users * size.instance.vcpu / whole):,} users" if growth(users) > 1 else ""
    if sum(cpu_m > 0 for _, cpu_m in plugins) == 1:
        out = "a plugin has one schema: its application has to spread its users over several, each an entry of its own"
    else:
        out = (
            "move plugins to shards of their own (naap plugin move NAME --shard N; naap:shards makes more); what "
            "shares tables has to be taken apart in the application first"
        )
    return Problem(
        file=file,
        entry=f"database shard {shard}",
        field="instance class",
        value=f"{whole:,.1f} vCPU at the peak (most: {largest})",
        rule=f"{size.instance.name} has {size.instance.vcpu} vCPU, and is the largest{ends}",
        fix=f"{out}; or state what a pod really asks of its database: naap:assumptions.databaseCpuMPerPod",
    )


def _rounded(users: float) -> int:
    """Down to two digits."""
    step = 10 ** max(0, len(str(int(users))) - 2)
    return int(users // step * step)
