"""Rules on the way to the databases: TLS and passwords at the poolers, and connections that the databases have."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator

from policies.kubernetes_objects import place
from policies.properties import get
from policies.rule import Environment, Resource, Stack, rule, stack_rule

CONFIG_MAP = "kubernetes:core/v1:ConfigMap"
DEPLOYMENT = "kubernetes:apps/v1:Deployment"
DATABASE = "aws:rds/instance:Instance"
POOLER = "naap.io/pooler"
"""Label of a plugin's entry, naming the pooler that takes it."""
SETTINGS = {
    "client_tls_sslmode": {"require", "verify-full"},
    "server_tls_sslmode": {"verify-full"},
    "auth_type": {"hba"},
}
POOL = re.compile(r"^\S+ = host=(\S+) .*?pool_size=(\d+) reserve_pool_size=(\d+)", re.MULTILINE)
BYTES_PER_CONNECTION = 9_531_392
"""RDS: max_connections = LEAST(DBInstanceClassMemory / 9531392, 5000)."""
CEILING = 5_000
KEPT_BACK = 25
"""PostgreSQL's reserved connections, RDS's own, and an operator's."""
GIB = 2**30
VCPUS = {"medium": 1, "large": 2, "xlarge": 4}
GIB_PER_VCPU = {"t": 4, "m": 4, "r": 8, "x": 16}
Findings = Iterable[tuple[Resource | None, str]]


@rule("k8s-pooler-tls", frozenset({CONFIG_MAP}))
def _tls(resource: Resource, _: Environment) -> Iterable[str]:
    for key, text in get(resource.props, "data", {}).items():
        if key.endswith(".hba"):
            for line in str(text).splitlines():
                words = line.split()
                if words and (words[0] != "hostssl" or words[-1] not in ("scram-sha-256", "cert")):
                    yield f"{key} takes clear text or no password: {words[0]} ... {words[-1]}"
        elif key == "pgbouncer.ini":
            stated = dict(re.findall(r"^(\w+) = (\S+)$", str(text), re.MULTILINE))
            for name, good in SETTINGS.items():
                if stated.get(name) not in good:
                    yield f"{key}: {name} is not {' or '.join(sorted(good))}"


@stack_rule("stack-connections")
def _connections(stack: Stack, _: Environment) -> Findings:
    budget = min((_connections_of(item) for item in stack.of(DATABASE)), default=None)
    if budget is None:
        return
    pods = {
        (place(item), get(item.props, "metadata.name", item.name)): get(item.props, "spec.replicas", 1)
        for item in stack.of(DEPLOYMENT)
    }
    asked: dict[str, int] = defaultdict(int)
    most: dict[str, tuple[int, Resource]] = {}
    for entry in stack.of(CONFIG_MAP):
        pooler = get(entry.props, "metadata.labels", {}).get(POOLER) or get(entry.props, "metadata.name", entry.name)
        if POOLER in get(entry.props, "metadata.labels", {}) and (place(entry), pooler) not in pods:
            yield entry, f"waits for the pooler {pooler}, which isn't there"
        many = pods.get((place(entry), pooler), 1)
        for host, servers in _pools(entry):
            asked[host] += servers * many
            most[host] = max(most.get(host, (0, entry)), (servers * many, entry), key=lambda item: item[0])
    for host, servers in asked.items():
        if servers > budget:
            yield (
                most[host][1],
                f"asks for the most of {servers:,} connections to one database, which has {budget:,} to give",
            )


def _pools(entry: Resource) -> Iterator[tuple[str, int]]:
    """Host, and the most connections that one pooler opens to it."""
    for key, text in get(entry.props, "data", {}).items():
        if key.endswith((".databases", "pgbouncer.ini")):
            for hosts, size, reserve in POOL.findall(str(text)):
                for host in hosts.split(","):
                    yield host, int(size) + int(reserve)


def _connections_of(database: Resource) -> int:
    """What RDS gives an instance of this class, without what it keeps for itself."""
    _, family, size = str(get(database.props, "instanceClass", "db.t4g.medium")).split(".")
    times, _, base = size.partition("xlarge")
    vcpus = int(times) * VCPUS["xlarge"] if times.isdigit() and base == "" and "xlarge" in size else VCPUS.get(size, 1)
    memory = vcpus * GIB_PER_VCPU.get(family[0], 4) * GIB
    return min(memory // BYTES_PER_CONNECTION, CEILING) - KEPT_BACK
