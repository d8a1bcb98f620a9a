"""PgBouncer before each shard, in each region: where it runs, and every line of its configuration.

What belongs to one plugin (its aliases, who may use them) is a fragment of its own. The pods collect the fragments of
their shard and reload when one comes, changes or goes, so that a new plugin changes nothing of the others'.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from planning.budget import CLIENTS_PER_POOLER, Pool
from planning.database import DATABASE_NAME, DATABASE_PORT, DatabasePlan
from planning.databases import MIGRATION_POOL, PluginDatabasePlan
from planning.environment import POOLER_PORT, pooler_host
from planning.labels import labels, selector
from planning.naming import SYSTEM_NAMESPACES, namespace
from planning.network_policy import PodPeer, PolicyPlan, Port, Rule
from planning.schema import (
    APP_STATEMENT_SECONDS,
    AUTH_QUERY,
    IDLE_IN_TRANSACTION_SECONDS,
    OWNER_STATEMENT_MINUTES,
    POOLER_ROLE,
)
from planning.tiers import Tier

NAMESPACE = SYSTEM_NAMESPACES["pooler"]
METRICS_PORT = 9127
METRICS_USER = "naap_metrics"
AUTH_ALIAS = "naap_auth"
AUTH_POOL = 2
"""Connections for looking logins up; answers are kept as long as a login is in use."""
FRAGMENT_LABEL = "naap.io/pooler"
"""Its value is the name of the poolers that take a fragment."""

CONFIG_DIR = "/etc/naap"
SECRET_DIR = "/etc/naap-secret"  # noqa: S105  # a directory
LIVE_DIR = "/run/naap/live"
FRAGMENT_DIR = "/run/naap/fragments"
KINDS = ("databases", "users", "hba")
"""Parts of a fragment, each a file of its own."""
RELOAD_SECONDS = 5

_QUERY_MARGIN_SECONDS = 5
"""The server's own limit comes first, with its clear error; the pooler's ends what raised its limit."""


@dataclass(frozen=True, kw_only=True)
class PoolerPlan:
    """The poolers of one shard in one region. database_cidrs: where its database is, seen from here."""

    name: str
    shard: int
    region: str
    home: bool
    host: str
    port: int
    replicas: int
    labels: Mapping[str, str]
    selector: Mapping[str, str]
    certificate_names: tuple[str, ...]
    database_cidrs: tuple[str, ...]
    metrics: bool


def plan_poolers(
    *, region: str, tier: Tier, shards: Sequence[DatabasePlan], databases: Mapping[str, PluginDatabasePlan]
) -> tuple[PoolerPlan, ...]:
    """The poolers of a region. A shard that no plugin of several is on has poolers as well: one may move there."""
    del databases  # what is theirs is in fragments; asked for so that a budget that breaks never gets here
    return tuple(_plan_pooler(region, tier, shard) for shard in shards)


def _plan_pooler(region: str, tier: Tier, shard: DatabasePlan) -> PoolerPlan:
    name = f"pooler-{shard.shard}"
    host = pooler_host(shard.shard)
    return PoolerPlan(
        name=name,
        shard=shard.shard,
        region=region,
        home=region == shard.region,
        host=host,
        port=POOLER_PORT,
        replicas=tier.pooler_pods,
        labels=labels("pooler", name),
        selector=selector("pooler", name),
        # Without the cluster's domain too: what a client writes is what it checks.
        certificate_names=(host, host.removesuffix(".cluster.local"), f"{name}.{NAMESPACE}", name),
        database_cidrs=shard.client_networks(region),
        metrics=tier.metrics,
    )


def render_main(*, writer_host: str) -> str:
    """pgbouncer.ini. The same for every region and tier: pools and limits are in the fragments."""
    return f"""[databases]
{AUTH_ALIAS} = host={writer_host} port={DATABASE_PORT} dbname={DATABASE_NAME} pool_size={AUTH_POOL} reserve_pool_size=0
%include {LIVE_DIR}/databases

[users]
%include {LIVE_DIR}/users

[pgbouncer]
listen_addr = 0.0.0.0
listen_port = {POOLER_PORT}
unix_socket_dir =
max_client_conn = {CLIENTS_PER_POOLER}
pool_mode = transaction
max_prepared_statements = 200
default_pool_size = 1
reserve_pool_timeout = 3
server_round_robin = 0

auth_type = hba
auth_hba_file = {LIVE_DIR}/hba
auth_file = {SECRET_DIR}/userlist.txt
auth_user = {POOLER_ROLE}
auth_dbname = {AUTH_ALIAS}
auth_query = {AUTH_QUERY}
stats_users = {METRICS_USER}

client_tls_sslmode = require
client_tls_protocols = secure
client_tls_cert_file = {SECRET_DIR}/tls.crt
client_tls_key_file = {SECRET_DIR}/tls.key
server_tls_sslmode = verify-full
server_tls_protocols = secure
server_tls_ca_file = {CONFIG_DIR}/database-ca.pem

query_wait_timeout = 15
client_login_timeout = 15
server_connect_timeout = 5
server_login_retry = 1
server_lifetime = 3600
server_idle_timeout = 300
cancel_wait_timeout = 10
query_timeout = {APP_STATEMENT_SECONDS + _QUERY_MARGIN_SECONDS}
idle_transaction_timeout = {IDLE_IN_TRANSACTION_SECONDS + _QUERY_MARGIN_SECONDS}
tcp_keepalive = 1
tcp_keepidle = 60
tcp_keepintvl = 10
tcp_keepcnt = 3
# A failover changes what the writer's name means: ask often, and drop what still goes to the old one.
dns_max_ttl = 5
server_fast_close = 1
server_check_delay = 10

log_connections = 0
log_disconnections = 0
log_pooler_errors = 1
log_stats = 0
ignore_startup_parameters = extra_float_digits,options
"""


def render_platform_hba() -> str:
    """Lines that stand before every plugin's. Who is in no line is refused."""
    return f"hostssl pgbouncer {METRICS_USER} 127.0.0.1/32 scram-sha-256\n"


def render_fragment(
    plan: PluginDatabasePlan, *, writer_host: str, reader_hosts: Sequence[str], home: bool
) -> dict[str, str]:
    """A plugin's part: file name -> text. Migrations run at home only."""
    writer, reader, migration = plan.aliases.writer, plan.aliases.reader, plan.aliases.migration
    readers = ",".join(reader_hosts) or writer_host
    databases = [
        _alias(writer, writer_host, plan.pool),
        _alias(reader, readers, plan.reader_pool, "load_balance_hosts=round-robin"),
    ]
    allowed = [(writer, plan.app_role), (reader, plan.ro_role)]
    users: list[str] = []
    if home:
        databases.append(_alias(migration, writer_host, MIGRATION_POOL, "pool_mode=session"))
        allowed.append((migration, plan.owner_role))
        timeout = OWNER_STATEMENT_MINUTES * 60 + _QUERY_MARGIN_SECONDS
        users.append(f"{plan.owner_role} = query_timeout={timeout}")
    hba = [f"hostssl {alias} {role} 0.0.0.0/0 scram-sha-256" for alias, role in allowed]
    parts = {"databases": databases, "users": users, "hba": hba}
    return {f"{plan.plugin}.{kind}": "".join(f"{line}\n" for line in parts[kind]) for kind in KINDS}


def fragment_policy(plan: PluginDatabasePlan) -> PolicyPlan:
    """Lets a plugin's pods, and nobody else's, to the poolers of its shard."""
    caller = namespace(plan.plugin)
    return PolicyPlan(
        name=f"from-{caller}",
        namespace=NAMESPACE,
        pods=selector("pooler", f"pooler-{plan.shard}"),
        ingress=(Rule(peers=(PodPeer(namespace=caller),), ports=(Port(number=POOLER_PORT),)),),
    )


def _alias(name: str, host: str, pool: Pool, *more: str) -> str:
    words = (
        f"host={host}",
        f"port={DATABASE_PORT}",
        f"dbname={DATABASE_NAME}",
        f"pool_size={pool.size}",
        f"reserve_pool_size={pool.reserve}",
        *more,
    )
    return f"{name} = {' '.join(words)}"
