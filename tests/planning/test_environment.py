"""What a plugin's process finds in its environment."""

from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

from planning.environment import EnvironmentPlan
from tests.plugin_plans import entry, plugin_plans, registry_with, with_backend


def environment(name: str, users: int = 5_000) -> EnvironmentPlan:
    backend = plugin_plans(users)[name].backend
    assert backend
    return backend.environment


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
    changed = registry_with(replace(wallet, cache=replace(wallet.cache, cluster_mode=True)))
    for users, clustered in ((5_000, False), (60_000, True)):
        backend = plugin_plans(users, registry=changed)["my-wallet"].backend
        assert backend
        assert backend.environment.cache
        assert backend.environment.cache.cluster_mode is clustered


def test_secrets_are_planned_by_name_only() -> None:
    assert set(environment("base-svc").secret_names) == {
        "DATABASE_URL",
        "ENCRYPTION_MASTER_KEY",
        "NEXTAUTH_SECRET",
        "REDIS_URL",
        "SESSION_TOKEN_PEPPER",
    }
