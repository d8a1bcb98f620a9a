"""What a plugin's process finds in its environment."""

import ipaddress
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest

from planning.edge.shell_documents import bundle_key
from planning.gateway import internal_listener
from planning.inputs.registry.pod_sections import Network
from planning.network.addresses import region_addresses
from planning.plugin.process_environment import DATABASE_URL_UNPOOLED, RESERVED, ProcessEnvironmentPlan
from planning.shared.regions import REGIONS
from tests.planning.plugin.read_variables import LEFT, READ
from tests.planning.samples import altered
from tests.plugin_plans import entry, plugin_plans, real_registry, registry_with, with_backend

SERVED = [spec.name for spec in real_registry().plugins if spec.backend]
EVERY = {
    *("PORT", "NODE_ENV", "NODE_OPTIONS", "HOME", "NPM_CONFIG_CACHE", "XDG_CACHE_HOME", "DISABLE_CRON"),
    *("TRUST_PROXY", "CORS_ORIGIN", "CORS_ORIGINS", "CORS_ALLOWED_ORIGINS"),
}
CALLER = {"SHELL_URL", "AUTH_SERVICE_URL", "BASE_SVC_URL"}
WITH_DATABASE = {"DATABASE_URL", "DATABASE_POOL_SIZE", "NODE_EXTRA_CA_CERTS"}
WITH_CACHE = {"REDIS_URL", "REDIS_KEY_PREFIX"}
OF_THE_SITE = {"base-svc": {"FRONTEND_URL", "PLUGIN_CDN_URL"}, "web-next": {"HOSTNAME", "PLUGIN_CDN_URL"}}
PORTS = {
    "base-svc": 4000, "plugin-server": 3100, "my-wallet": 4008, "my-dashboard": 4009, "daydream-video": 4111,
    "community": 4006, "developer-api": 4007, "service-gateway": 4116, "web-next": 3000,
}  # fmt: skip
"""Where each listens by itself: on the lines where READ has PORT, or PLUGIN_SERVER_PORT."""


def environment(name: str, users: int = 5_000) -> ProcessEnvironmentPlan:
    backend = plugin_plans(users)[name].backend
    assert backend
    return backend.environment


def of_the_entry(name: str) -> set[str]:
    spec = entry(name)
    assert spec.backend
    return {*spec.backend.env, *spec.secrets, *spec.derived_secrets, *spec.shared_secrets}


@pytest.mark.parametrize("name", SERVED)
def test_a_service_finds_each_variable_that_its_source_reads_or_is_right_without(name: str) -> None:
    found = environment(name, users=1_000)
    assert {*READ[name]} - {*found.plain, *found.secret_names} <= LEFT.keys()


@pytest.mark.parametrize("name", SERVED)
def test_an_entry_names_no_variable_that_its_source_does_not_read(name: str) -> None:
    assert of_the_entry(name) <= READ[name].keys()


@pytest.mark.parametrize("name", SERVED)
def test_a_service_finds_nothing_that_is_another_ones(name: str) -> None:
    found = environment(name, users=1_000)
    own = of_the_entry(name)
    own |= CALLER if "SHELL_URL" in found.plain else set()
    own |= OF_THE_SITE.get(name, set())
    own |= (WITH_DATABASE if found.database else set()) | (WITH_CACHE if found.cache else set())
    assert {*found.plain, *found.secret_names} == EVERY | own
    assert found.plain["PORT"] == str(PORTS[name])


def test_what_the_sdk_demands_in_production_is_there() -> None:
    """Without it, services that createPluginServer made end at once."""
    for name in SERVED:
        if "NEXTAUTH_SECRET" in READ[name]:
            assert "NEXTAUTH_SECRET" in environment(name).secret_names


def test_the_proxies_that_a_service_trusts_are_those_with_private_addresses() -> None:
    assert environment("base-svc").plain["TRUST_PROXY"] == "loopback,uniquelocal"
    cidrs = [ipaddress.ip_network(region_addresses(region).cidr) for region in REGIONS]
    assert all(cidr.is_private and cidr.subnet_of(ipaddress.ip_network("10.0.0.0/8")) for cidr in cidrs)  # pyright: ignore[reportArgumentType]  # all are IPv4


def test_the_one_origin_is_told_in_each_spelling() -> None:
    plain = environment("my-dashboard").plain
    assert {plain[name] for name in ("CORS_ORIGIN", "CORS_ORIGINS", "CORS_ALLOWED_ORIGINS")} == {"https://naap.example"}


def test_no_entry_can_set_what_only_the_platform_may() -> None:
    may_be_changed = {"NODE_OPTIONS", "NPM_CONFIG_CACHE", "XDG_CACHE_HOME"}
    for name in SERVED:
        found = environment(name, users=120_000)
        of_the_platform = {*found.plain, *found.secret_names} - of_the_entry(name)
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


def test_the_database_url_names_the_schema_and_checks_the_server() -> None:
    """Without it Prisma takes public (P3005, permission denied), whatever search_path the role has."""
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
    assert options["schema"] == ["plugin_wallet"]
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
    assert environment("my-wallet").plain["BASE_SVC_URL"] == "http://envoy.naap-gateway.svc.cluster.local"
    alone = with_backend(entry("community"), network=Network())
    backend = plugin_plans(registry=registry_with(alone))["community"].backend
    assert backend
    assert not CALLER & backend.environment.plain.keys()


def test_who_is_signed_in_is_asked_of_the_service_that_knows_the_tokens_and_not_of_the_site() -> None:
    """The SDK of plugins asks SHELL_URL first (packages/plugin-server-sdk/src/middleware/auth.ts:121-126)."""
    for name in SERVED:
        if "SHELL_URL" in READ[name] and not entry(name).core:
            found = environment(name).plain
            assert {found["SHELL_URL"], found["AUTH_SERVICE_URL"], found["BASE_SVC_URL"]} == {internal_listener.URL}
    assert environment("base-svc").plain["SHELL_URL"] == "http://base-svc.plugin-base-svc.svc.cluster.local"


def test_a_core_service_reaches_another_one_itself() -> None:
    server = with_backend(entry("plugin-server"), network=Network(calls=["base-svc"]))
    backend = plugin_plans(registry=registry_with(server))["plugin-server"].backend
    assert backend
    assert backend.environment.plain["BASE_SVC_URL"] == "http://base-svc.plugin-base-svc.svc.cluster.local"


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


def test_a_shared_secret_is_its_owners() -> None:
    sharing = with_backend(entry("plugin-server"), shared_secrets={"SESSION_TOKEN_PEPPER": "base-svc"})
    backend = plugin_plans(registry=registry_with(sharing))["plugin-server"].backend
    assert backend
    assert backend.environment.shared == {"SESSION_TOKEN_PEPPER": "base-svc"}
    assert backend.environment.secret_names == ("SESSION_TOKEN_PEPPER",)


def test_secrets_are_planned_by_name_only() -> None:
    assert set(environment("base-svc").secret_names) == {
        "DATABASE_URL",
        "ENCRYPTION_MASTER_KEY",
        "REDIS_URL",
        "SESSION_TOKEN_PEPPER",
    }
