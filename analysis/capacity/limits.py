"""What a number of users needs of a home region, which limits that passes, and which one comes next."""

from collections.abc import Mapping
from dataclasses import dataclass

from analysis.capacity.demand import (
    ComponentDemand,
    component_demands,
    nodes_needed,
    pods_for,
    requests_served,
    serving,
    shard_connections,
    shard_sizes,
)
from analysis.capacity.service_quotas import Quota, quotas
from planning.cluster.node_pool import SPARE_NODES
from planning.cluster.packing import allocatable
from planning.data.caches import cache_sizes
from planning.database.connection_budget import client_capacity, spendable_connections
from planning.database.shard_size import classes
from planning.inputs.assumptions import Assumptions
from planning.inputs.registry.registry_entry import Registry
from planning.inputs.tiers import TIERS, tier_for

MOST_USERS = 10_000_000
STEPS = 40
"""Numbers of users that are looked at for the next limit, besides the tiers' own; then halved to the exact one."""
OURS = "planning/inputs/tiers.py, planning/database/{connection_budget,shard_size}.py"


@dataclass(frozen=True, kw_only=True)
class NextLimit:
    """The first limit that more users pass, and the smallest number of users that does."""

    limit: Quota
    users: int


@dataclass(frozen=True, kw_only=True)
class Capacity:
    """Of the home region, which needs the most. limits: ours and AWS's, the fullest first."""

    users: int
    tier: str
    components: tuple[ComponentDemand, ...]
    nodes: int
    vcpu: int
    shards: int
    database_instances: int
    database_vcpu: int
    cache_gib: float
    addresses: int
    limits: tuple[Quota, ...]
    next: NextLimit | None


@dataclass(frozen=True, kw_only=True)
class Question:
    """regions: those that the settings name; the tier uses as many as it needs. least_shards: those that hold data."""

    registry: Registry
    regions: tuple[str, ...]
    assumptions: Assumptions
    least_shards: int = 1

    def capacity(self, users: int) -> Capacity:
        """What these users need, up to ten million."""
        tier = tier_for(users)
        sizes = shard_sizes(self.registry, users, self.assumptions, self.least_shards)
        parts = component_demands(self.registry, tier, users, self.assumptions, sizes)
        nodes = nodes_needed(self.registry, tier, users, parts)
        return Capacity(
            users=users,
            tier=tier.name.value,
            components=parts,
            nodes=nodes,
            vcpu=nodes * tier.nodes.vcpu_each,
            shards=len(sizes),
            database_instances=len(sizes) * (1 + tier.database.replicas),
            database_vcpu=sum(size.instance.vcpu for size in sizes) * (1 + tier.database.replicas),
            cache_gib=sum(size.nodes * size.memory_gib_each for size in cache_sizes(self.registry, tier).values()),
            addresses=nodes + sum(part.pods.max for part in parts),
            limits=self.limits(users),
            next=self.next_limit(users),
        )

    def limits(self, users: int) -> tuple[Quota, ...]:
        """Our own limits and AWS's quotas at these users, the fullest first."""
        found = [
            *quotas(
                registry=self.registry,
                users=users,
                regions=self.regions,
                assumptions=self.assumptions,
                least_shards=self.least_shards,
            ),
            *self._own(users),
        ]
        return tuple(sorted(found, key=lambda limit: -limit.part))

    def next_limit(self, users: int) -> NextLimit | None:
        """Looks at the tiers' bounds and at numbers between them, then halves down to the first number that passes."""
        known = self._passed(users).keys()
        below = users
        for number in _candidates(users):
            if self._passed(number).keys() - known:
                return self._first(below, number, frozenset(known))
            below = number
        return None

    def _first(self, low: int, high: int, known: frozenset[str]) -> NextLimit:
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if self._passed(middle).keys() - known else (middle, high)
        found = self._passed(high)
        return NextLimit(limit=found[min(found.keys() - known)], users=high)

    def _passed(self, users: int) -> Mapping[str, Quota]:
        return {limit.name: limit for limit in self.limits(users) if limit.passed}

    def _own(self, users: int) -> list[Quota]:
        registry, tier, assumptions = self.registry, tier_for(users), self.assumptions
        sizes = shard_sizes(registry, users, assumptions, self.least_shards)
        parts = component_demands(registry, tier, users, assumptions, sizes)
        by_shard = shard_connections(registry, tier, users, sizes)
        fullest = max(by_shard, key=lambda shard: by_shard[shard], default=0)
        clients, servers = by_shard.get(fullest, (0, 0))
        nodes = nodes_needed(registry, tier, users, parts) + SPARE_NODES
        node = allocatable(tier.nodes)
        peak = assumptions.peak_requests(users)
        rows = [
            ("nodes: vCPU that all pods ask for", int(nodes * node.cpu_m / 1000), sum(part.vcpu for part in parts)),
            ("nodes: GiB that all pods ask for", int(nodes * node.memory_mib / 1024), sum(p.memory_gib for p in parts)),
            ("nodes: pods", nodes * node.pods, sum(part.pods.max for part in parts)),
            ("poolers: clients of the fullest shard", client_capacity(sizes[fullest].pooler_pods), clients),
            (
                "database: connections of the fullest shard",
                spendable_connections(sizes[fullest].instance.memory_gib),
                servers,
            ),
            (
                "database: vCPU of the fullest shard",
                classes(tier)[-1].vcpu,
                max(size.load.cpu_m for size in sizes) / 1000,
            ),
            *(
                (
                    f"{plugin.name}: requests/s of its most pods",
                    max(1, int(requests_served(plugin, pods_for(plugin, tier, users).max, assumptions))),
                    peak * part,
                )
                for plugin, part in serving(registry)
            ),
        ]
        return [
            Quota(name=name, code="", default=limit, needed=round(needed), source=OURS) for name, limit, needed in rows
        ]


def _candidates(users: int) -> list[int]:
    bounds = {tier.max_users + step for tier in TIERS if tier.max_users for step in (0, 1)}
    ratio = (MOST_USERS / users) ** (1 / STEPS)
    between = {round(users * ratio**step) for step in range(1, STEPS + 1)}
    return sorted(number for number in bounds | between | {MOST_USERS} if users < number <= MOST_USERS)
