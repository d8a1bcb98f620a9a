"""Every line of PgBouncer's configuration, and the small programs that keep it current."""

from collections.abc import Mapping, Sequence

from planning.database.connection_budget import CLIENTS_PER_POOLER, Pool
from planning.database.plugin_database import MIGRATION_POOL, PluginDatabasePlan
from planning.database.roles import (
    APP_STATEMENT_SECONDS,
    AUTH_QUERY,
    IDLE_IN_TRANSACTION_SECONDS,
    OWNER_STATEMENT_MINUTES,
    POOLER_ROLE,
)
from planning.database.shard import DATABASE_NAME, DATABASE_PORT
from planning.shared.ports import POOLER_PORT

METRICS_USER = "naap_metrics"
AUTH_ALIAS = "naap_auth"
AUTH_POOL = 2
"""Connections for looking logins up; answers are kept as long as a login is in use."""

CONFIG_DIR = "/etc/naap"
SECRET_DIR = "/etc/naap-secret"  # noqa: S105  # a directory
LIVE_DIR = "/run/naap/live"
FRAGMENT_DIR = "/run/naap/fragments"
KINDS = ("databases", "users", "hba")
"""Parts of a fragment, each a file of its own."""
RENEWAL = "renewed"
"""Ending of the file that makes a plugin's server connections new."""
RELOAD_SECONDS = 5
DRAIN_SECONDS = 10
"""Until the Service has forgotten the pod."""

_QUERY_MARGIN_SECONDS = 5
"""The server's own limit comes first, with its clear error; the pooler's ends what raised its limit."""


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
# search_path: Prisma states the schema of its URL so; it is that of the role anyway.
ignore_startup_parameters = extra_float_digits,options,search_path
"""


def render_userlist(passwords: Mapping[str, str]) -> str:
    """The platform's own logins: what PgBouncer looks others up as, and who reads its counters."""
    return "".join(f'"{name}" "{password}"\n' for name, password in passwords.items())


def render_metrics_url(password: str) -> str:
    """How the exporter beside PgBouncer reaches its console."""
    return f"postgres://{METRICS_USER}:{password}@127.0.0.1:{POOLER_PORT}/pgbouncer?sslmode=require"


def render_platform_hba() -> str:
    """Lines that stand before every plugin's. Who is in no line is refused."""
    return f"hostssl pgbouncer {METRICS_USER} 127.0.0.1/32 scram-sha-256\n"


def render_fragment(
    plan: PluginDatabasePlan, *, stem: str, writer_hosts: Sequence[str], reader_hosts: Sequence[str], home: bool
) -> dict[str, str]:
    """A plugin's part: file name -> text. Migrations run at home only.

    writer_hosts: several while a schema moves; the first that lets the plugin in is used until it doesn't any more.
    stem: of the files' names.
    """
    writer_host = ",".join(writer_hosts)
    fallback = ("load_balance_hosts=disable",) if len(writer_hosts) > 1 else ()
    writer, reader, migration = plan.aliases.writer, plan.aliases.reader, plan.aliases.migration
    readers = ",".join(reader_hosts) or writer_host
    databases = [
        _alias(writer, writer_host, plan.pool, *fallback),
        _alias(reader, readers, plan.reader_pool, *(fallback or ("load_balance_hosts=round-robin",))),
    ]
    # Both logins, whichever generation it is: while a password is rotated, pods of both run.
    allowed = [*((writer, login) for login in plan.app_logins), *((reader, login) for login in plan.ro_logins)]
    users: list[str] = []
    if home:
        databases.append(_alias(migration, writer_host, MIGRATION_POOL, "pool_mode=session", *fallback))
        allowed.append((migration, plan.owner_role))
        timeout = OWNER_STATEMENT_MINUTES * 60 + _QUERY_MARGIN_SECONDS
        users.append(f"{plan.owner_role} = query_timeout={timeout}")
    hba = [f"hostssl {alias} {role} 0.0.0.0/0 scram-sha-256" for alias, role in sorted(allowed)]
    parts = {"databases": databases, "users": users, "hba": hba}
    return {f"{stem}.{kind}": "".join(f"{line}\n" for line in parts[kind]) for kind in KINDS}


def render_renewal(plan: PluginDatabasePlan, *, stamp: str) -> dict[str, str]:
    """Makes the server connections of a plugin new, once for each stamp: file name -> text, a script of sed.

    PgBouncer keeps prepared statements on its server connections, for all clients that prepare the same text. After a
    migration PostgreSQL refuses them ("cached plan must not change result type") until the connection ends, up to an
    hour later. A reload ends connections, each after its transaction, of aliases whose line has changed: so the line
    gets a first query that changes nothing, with a number that is the stamp's. stamp: hexadecimal.
    """
    number = int(stamp, 16) % 2**31
    aliases = (plan.aliases.writer, plan.aliases.reader)
    lines = (f"s/^{alias} = .*/& connect_query='select {number}'/" for alias in aliases)
    return {f"{plan.plugin}.{RENEWAL}": "".join(f"{line}\n" for line in lines)}


def render_compose() -> str:
    """Joins the platform's lines and the fragments into the files that pgbouncer.ini includes.

    `once` before PgBouncer starts; `watch` beside it: what has changed, of configuration or certificate, is taken up
    by a reload, which keeps every connection. A fragment that PgBouncer refuses leaves the last good state in force.
    """
    return f"""#!/bin/sh
set -eu
join() {{
  for kind in {" ".join(KINDS)}; do
    {{
      [ ! -e {CONFIG_DIR}/platform.$kind ] || cat {CONFIG_DIR}/platform.$kind
      cat {FRAGMENT_DIR}/*.$kind 2>/dev/null || true
    }} > {LIVE_DIR}/.$kind
  done
  cat {FRAGMENT_DIR}/*.{RENEWAL} > {LIVE_DIR}/.{RENEWAL} 2>/dev/null || true
  sed -f {LIVE_DIR}/.{RENEWAL} {LIVE_DIR}/.databases > {LIVE_DIR}/.new && mv {LIVE_DIR}/.new {LIVE_DIR}/.databases
}}
stamp() {{
  for kind in {" ".join(KINDS)}; do cat {LIVE_DIR}/.$kind; done | cat - {CONFIG_DIR}/* {SECRET_DIR}/* | cksum
}}
publish() {{
  for kind in {" ".join(KINDS)}; do cp {LIVE_DIR}/.$kind {LIVE_DIR}/.new && mv {LIVE_DIR}/.new {LIVE_DIR}/$kind; done
}}
join
last=$(stamp)
publish
[ "$1" = watch ] || exit 0
kill -HUP "$(pidof pgbouncer)" 2>/dev/null || true
while sleep {RELOAD_SECONDS}; do
  join
  now=$(stamp)
  [ "$now" != "$last" ] || continue
  publish
  if kill -HUP "$(pidof pgbouncer)"; then last=$now; fi
done
"""


def render_stop() -> str:
    """Ends PgBouncer: first out of the Service, then every client after its transaction."""
    return (
        f"sleep {DRAIN_SECONDS}; pid=$(pidof pgbouncer); kill -INT $pid; "
        "while kill -0 $pid 2>/dev/null; do sleep 1; done"
    )


def _alias(name: str, host: str, pool: Pool, *more: str) -> str:
    words = (
        f"host={host}",
        f"port={DATABASE_PORT}",
        f"dbname={DATABASE_NAME}",
        f"pool_size={pool.size}",
        f"reserve_pool_size={pool.reserve}",
        # A pool is one login's; together they open no more than the budget knows of.
        f"max_db_connections={pool.total}",
        *more,
    )
    return f"{name} = {' '.join(words)}"
