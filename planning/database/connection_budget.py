"""The connection budget of a database shard: what PostgreSQL can take, and what the poolers may spend of it.

The formulas were measured with PostgreSQL 15 to 18 behind PgBouncer 1.26: a pool of 20 servers for 100 clients gave
the best throughput, and a pool that can't reach its size because the server is full makes clients wait for nothing.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from planning.inputs.problem import Problem

BYTES_PER_CONNECTION = 9_531_392
"""RDS: max_connections = LEAST(DBInstanceClassMemory / 9531392, 5000)."""
MAX_CONNECTIONS_CEILING = 5_000
USABLE_PART = 0.9
"""DBInstanceClassMemory is less than the class's memory: the operating system and RDS take their part first."""
SPENT_PART = 0.8
"""The rest is for failovers, when old connections linger while new ones are made."""
PLATFORM_CONNECTIONS = 10
"""Schema Jobs, poolers' own look-ups, an operator."""
RDS_CONNECTIONS = 15
"""RDS's own processes and PostgreSQL's reserved ones."""
SERVERS_PER_CLIENT = 0.2
PLUGINS_AT_MOST = 8
"""Of a shard, that may have pools as large as pools get. A plugin's clients beyond wait in the poolers: a few servers
a core are all that PostgreSQL has work for, and pods grow further than cores do."""
RESERVE_PART = 0.25
CLIENTS_PER_POOLER = 5_000
"""PgBouncer's max_client_conn: some 40 KiB each with TLS, so 200 MiB."""
CLIENTS_SPENT_PART = 0.9


@dataclass(frozen=True, kw_only=True)
class Pool:
    """Server connections of one alias in one pooler pod. reserve: more of them, when clients have waited."""

    size: int
    reserve: int

    @property
    def total(self) -> int:
        """The most that this pool opens."""
        return self.size + self.reserve


@dataclass(frozen=True, kw_only=True)
class Demand:
    """What one plugin asks of its shard. clients: connections of all its pods in one region.

    servers: connections to the primary from all pooler pods of all regions.
    """

    plugin: str
    clients: int
    servers: int


def max_connections(memory_gib: int) -> int:
    """What RDS sets for an instance of so much memory."""
    return min(memory_gib * 2**30 // BYTES_PER_CONNECTION, MAX_CONNECTIONS_CEILING)


def spendable_connections(memory_gib: int) -> int:
    """What a plan may spend of it."""
    usable = round(memory_gib * 2**30 // BYTES_PER_CONNECTION * USABLE_PART)
    return math.floor(min(usable, MAX_CONNECTIONS_CEILING) * SPENT_PART)


def most_servers(memory_gib: int) -> int:
    """Connections to a primary with so much memory that one plugin's writers may take, from all poolers."""
    return spendable_connections(memory_gib) // PLUGINS_AT_MOST


def pool_for(clients: int, poolers: int, most: int) -> Pool:
    """The pool of one pooler pod where `poolers` pods share these clients. most: of all their servers together."""
    asked = max(1, math.ceil(clients * SERVERS_PER_CLIENT / poolers))
    size = max(1, min(asked, math.floor(most // poolers / (1 + RESERVE_PART))))
    return Pool(size=size, reserve=math.ceil(size * RESERVE_PART))


def reader_pool(pool: Pool, *, replicas: int) -> Pool:
    """Of what only reads: as large as the writers' where replicas take it, else of one, and one in reserve."""
    return pool if replicas else Pool(size=1, reserve=1)


def server_connections(pool: Pool, poolers: int, *, replicas: int) -> int:
    """Connections to the primary that so many pools open. Readers count where no replica takes them."""
    return poolers * (pool.total + (0 if replicas else reader_pool(pool, replicas=replicas).total))


def client_capacity(poolers: int) -> int:
    """Clients that a shard's poolers in one region may hold: with one pod gone, where there are several."""
    return math.floor(CLIENTS_SPENT_PART * CLIENTS_PER_POOLER * max(1, poolers - 1))


def check_budget(
    *, file: str, shard: int, instance_class: str, memory_gib: int, poolers: int, demands: Sequence[Demand]
) -> list[Problem]:
    """Problems of one shard whose plugins ask for more than it has. poolers: pods of the shard in one region."""
    limit = spendable_connections(memory_gib)
    capacity = client_capacity(poolers)
    checks = (
        _Check(
            asked=sum(demand.servers for demand in demands) + PLATFORM_CONNECTIONS + RDS_CONNECTIONS,
            limit=limit,
            what="connections to the database",
            rule=f"{instance_class} has {max_connections(memory_gib):,}, of which poolers may take {limit:,}",
            weights=tuple((demand.servers, demand.plugin) for demand in demands),
        ),
        _Check(
            asked=sum(demand.clients for demand in demands),
            limit=capacity,
            what="connections of pods to the poolers",
            rule=f"the shard's {poolers} pooler pods hold {capacity:,}, with one of several gone",
            weights=tuple((demand.clients, demand.plugin) for demand in demands),
        ),
    )
    return [check.problem(file, shard) for check in checks if check.asked > check.limit]


@dataclass(frozen=True, kw_only=True)
class _Check:
    asked: int
    limit: int
    what: str
    rule: str
    weights: tuple[tuple[int, str], ...]

    def problem(self, file: str, shard: int) -> Problem:
        top = sorted(self.weights, key=lambda item: (-item[0], item[1]))[:3]
        largest = ", ".join(f"{plugin} {weight:,}" for weight, plugin in top)
        over = self.asked - self.limit
        return Problem(
            file=file,
            entry=f"database shard {shard}",
            field="connection budget",
            value=f"{self.asked:,} {self.what}, {over:,} more than the budget of {self.limit:,} (most: {largest})",
            rule=self.rule,
            fix="one of three: lower database.poolSize or share of the largest; move plugins to another shard "
            "(naap plugin move NAME --shard N); or raise naap:users to a tier with a larger database",
        )
