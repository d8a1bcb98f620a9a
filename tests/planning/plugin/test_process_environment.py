"""What a plugin's process finds in its environment."""

from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest

from planning.edge.shell_documents import bundle_key
from planning.plugin.process_environment import DATABASE_URL_UNPOOLED, RESERVED, ProcessEnvironmentPlan
from tests.planning.samples import altered
from tests.plugin_plans import entry, plugin_plans, real_registry, registry_with, with_backend

SERVED = [spec.name for spec in real_registry().plugins if spec.backend]
EVERY = {
    *("PORT", "NODE_ENV", "NODE_OPTIONS", "HOME", "NPM_CONFIG_CACHE", "XDG_CACHE_HOME", "DISABLE_CRON"),
    *("SHELL_URL", "CORS_ORIGINS"),
}
CALLER = {"BASE_SVC_URL", "AUTH_SERVICE_URL"}
WITH_DATABASE = {"DATABASE_URL", "DATABASE_POOL_SIZE", "NODE_EXTRA_CA_CERTS"}
WITH_CACHE = {"REDIS_URL", "REDIS_KEY_PREFIX"}
FACTS: dict[str, tuple[int, set[str]]] = {
    "base-svc": (
        4000,
        CALLER
        | WITH_DATABASE
        | WITH_CACHE
        | {"SESSION_TOKEN_PEPPER", "ENCRYPTION_MASTER_KEY", "NEXTAUTH_SECRET"}
        | {"FRONTEND_URL", "PLUGIN_CDN_URL"},  # services/base-svc/src/routes: auth.ts:49, registry.ts:683
    ),
    "web-next": (
        3000,  # apps/web-next/src/app/api/v1/registry/examples/[name]/publish/route.ts:16; env.ts:60, csrf.ts:14
        CALLER
        | {"HOSTNAME", "PLUGIN_CDN_URL"}
        | {"CRON_SECRET", "ENCRYPTION_KEY", "NEXTAUTH_SECRET"}
        | {"SESSION_TOKEN_PEPPER"},
    ),
    "plugin-server": (3100, {"PLUGIN_SERVER_PORT"}),
    "my-wallet": (4008, CALLER | WITH_DATABASE | WITH_CACHE),
    "my-dashboard": (4009, CALLER | WITH_DATABASE | WITH_CACHE),
    "daydream-video": (4111, CALLER | WITH_DATABASE),
    "community": (4006, CALLER | WITH_DATABASE),
    "developer-api": (4007, CALLER | WITH_DATABASE),
    "service-gateway": (4116, CALLER | WITH_DATABASE),
}
"""Where each service listens, and what it reads besides what all of them do."""


def environment(name: str, users: int = 5_000) -> ProcessEnvironmentPlan:
    backend = plugin_plans(users)[name].backend
    assert backend
    return backend.environment


@pytest.mark.parametrize("name", SERVED)
def test_a_service_finds_what_it_reads_and_nothing_that_is_another_ones(name: str) -> None:
    found = environment(name, users=1_000)
    port, own = FACTS[name]
    assert found.plain["PORT"] == str(port)
    assert {*found.plain, *found.secret_names} == EVERY | own


def test_no_entry_can_set_what_only_the_platform_may() -> None:
    may_be_changed = {"NODE_OPTIONS", "NPM_CONFIG_CACHE", "XDG_CACHE_HOME"}
    for name in SERVED:
        found, spec = environment(name, users=120_000), entry(name)
        assert spec.backend
        of_the_entry = {*spec.backend.env, *spec.secrets, *spec.derived_secrets}
        of_the_platform = {*found.plain, *found.secret_names} - of_the_entry
        left = {each for each in of_the_platform if not each.startswith("OTEL_")}
        assert left - may_be_changed <= RESERVED
    assert DATABASE_URL_UNPOOLED in RESERVED


def test_bundles_are_named_without_a_host_as_the_shell_takes_no_foreign_one() -> None:
    # apps/web-next/src/lib/plugins/umd-loader.ts:188 and :214 of github.com/livepeer/naap at 2893ab65
    for name in ("base-svc", "web-next"):
        assert environment(name).plain["PLUGIN_CDN_URL"] == "/bundles"
    path = f"{environment('web-next').plain['PLUGIN_CDN_URL']}/my-wallet/1.0.0/my-wallet.js"
    assert path == f"/{bundle_key('my-wallet', '1.0.0', 'my-wallet.js')}"


def test_people_come_back_to_the_site_after_they_signed_in_elsewhere() -> None:
    assert environment("base-svc").plain["FRONTEND_URL"] == "https://naap.example"


def test_the_sites_server_listens_on_every_address_of_its_pod() -> None:
    assert environment("web-next").plain["HOSTNAME"] == "0.0.0.0"  # noqa: S104  # what Next.js is told, in a pod


def test_every_service_is_told_its_port() -> None:
    assert environment("my-wallet").plain["PORT"] == "4008"
    assert environment("plugin-server").plain["PLUGIN_SERVER_PORT"] == environment("plugin-server").plain["PORT"]


def test_the_database_url_names_no_schema_and_checks_the_server() -> None:
    access = environment("my-wallet").database
    assert access
    url = urlsplit(access.url("p/a?ss"))
    options = parse_qs(url.query)
    assert (url.username, url.hostname, url.port, url.path) == (
        "my_wallet_app",
        "pooler-0.naap-pooler.svc.cluster.local",
        6432,
        "/my_wallet",
    )
    assert "p%2Fa%3Fss@" in url.netloc
    assert "schema" not in options
    assert "pgbouncer" not in options
    assert (options["sslmode"], options["sslaccept"]) == (["require"], ["strict"])
    assert options["connection_limit"] == [environment("my-wallet").plain["DATABASE_POOL_SIZE"]]


def test_the_cache_url_carries_the_only_prefix_that_its_user_may_touch() -> None:
    access = environment("my-wallet").cache
    assert access
    url = urlsplit(access.url("cache.example", "secret"))
    assert (url.scheme, url.username, url.hostname, url.port, url.path) == (
        "rediss",
        "my-wallet",
        "cache.example",
        6379,
        "/",
    )
    assert parse_qs(url.query)["keyPrefix"] == ["plugin:my-wallet:"]


def test_a_service_is_told_the_prefix_of_its_keys_and_may_have_a_url_without_it() -> None:
    """BullMQ refuses a connection with keyPrefix; node-redis, and ioredis for channels, don't obey it."""
    assert environment("my-wallet").plain["REDIS_KEY_PREFIX"] == "plugin:my-wallet:"
    assert "REDIS_KEY_PREFIX" not in environment("plugin-server").plain
    access = environment("my-wallet").cache
    assert access
    bare = urlsplit(replace(access, prefix_in_url=False).url("cache.example", "secret"))
    assert parse_qs(bare.query) == {"allowUsernameInURI": ["true"]}
    assert access.url("cache.example", "secret").startswith(bare.geturl())


def test_without_a_database_or_cache_there_is_nothing_of_it() -> None:
    found = environment("plugin-server")
    assert (found.database, found.cache, found.secret_names) == (None, None, ())
    assert "DATABASE_POOL_SIZE" not in found.plain


def test_only_who_calls_the_base_service_is_told_where_it_is() -> None:
    assert environment("my-wallet").plain["BASE_SVC_URL"] == "http://base-svc.plugin-base-svc.svc.cluster.local"
    assert "BASE_SVC_URL" not in environment("plugin-server").plain


def test_telemetry_begins_at_ten_thousand_users() -> None:
    assert not [name for name in environment("my-wallet", 1_000).plain if name.startswith("OTEL_")]
    assert environment("my-wallet", 10_000).plain["OTEL_SERVICE_NAME"] == "my-wallet"


def test_what_an_entry_states_wins_over_the_default() -> None:
    changed = with_backend(entry("community"), env={"NODE_OPTIONS": "--max-old-space-size=64"})
    backend = plugin_plans(registry=registry_with(changed))["community"].backend
    assert backend
    assert backend.environment.plain["NODE_OPTIONS"] == "--max-old-space-size=64"


def test_a_cluster_client_gets_a_cluster_only_where_the_tier_has_one() -> None:
    wallet = entry("my-wallet")
    assert wallet.cache
    changed = registry_with(altered(wallet, cache=wallet.cache.model_copy(update={"cluster_mode": True})))
    for users, clustered in ((5_000, False), (60_000, True)):
        backend = plugin_plans(users, registry=changed)["my-wallet"].backend
        assert backend
        assert backend.environment.cache
        assert backend.environment.cache.cluster_mode is clustered


def test_errors_are_tracked_by_whoever_names_a_project_for_them_and_by_nobody_else() -> None:
    plans = plugin_plans(registry=registry_with(altered(entry("community"), secrets=("SENTRY_DSN",))))
    told = {
        name for name, plan in plans.items() if plan.backend and "SENTRY_DSN" in plan.backend.environment.configured
    }
    assert told == {"community"}
    assert not [name for name in SERVED if "SENTRY_DSN" in {*environment(name).plain, *environment(name).secret_names}]


def test_secrets_are_planned_by_name_only() -> None:
    assert set(environment("base-svc").secret_names) == {
        "DATABASE_URL",
        "ENCRYPTION_MASTER_KEY",
        "NEXTAUTH_SECRET",
        "REDIS_URL",
        "SESSION_TOKEN_PEPPER",
    }
