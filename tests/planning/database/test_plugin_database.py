"""Shards, and each plugin's part of them."""

import pytest
from cryptography import x509

from planning.database.plugin_database import PluginDatabasePlan, migration_order, plan_databases
from planning.database.rds_authorities import rds_authorities
from planning.database.shard import ENGINE_VERSION
from planning.inputs.problem import InvalidInputError
from planning.inputs.registry.data_sections import Database, Grant, Migrate
from planning.inputs.registry.lifecycle import Lifecycle
from planning.inputs.registry.registry_entry import PluginSpec
from planning.inputs.tiers import TIERS, Tier, tier_for
from planning.shared.images import POSTGRES_CLIENT
from planning.shared.naming import MAX_STACK_NAME
from planning.shared.regions import REGIONS
from tests.planning.samples import plugin, registry, settings, shards_of, three_plugins


def _plan(users: int, *plugins: PluginSpec) -> dict[str, PluginDatabasePlan]:
    tier, stated = tier_for(users), settings(users)
    shards = shards_of(stated)
    found = registry(*plugins) if plugins else three_plugins()
    return dict(
        plan_databases(registry=found, tier=tier, users=users, shards=shards, regions=stated.regions[: tier.regions])
    )


def test_the_jobs_client_is_no_older_than_the_server_which_pg_dump_would_refuse() -> None:
    assert int(POSTGRES_CLIENT.tag.partition(".")[0]) >= int(ENGINE_VERSION)


def _problems(users: int, *plugins: PluginSpec) -> str:
    with pytest.raises(InvalidInputError) as raised:
        _plan(users, *plugins)
    return str(raised.value)


@pytest.mark.parametrize("tier", TIERS, ids=lambda tier: tier.name.value)
def test_windows_of_backup_and_maintenance_never_meet(tier: Tier) -> None:
    users = tier.max_users or 1_000_000
    for shard in shards_of(settings(users)):
        assert shard.backup_window.split("-")[1] <= "05:00"
        assert shard.maintenance_window.split("-")[0].split(":", 1)[1] >= "06:00"
        days = {replica.maintenance_window[:3] for replica in shard.replicas}
        assert shard.maintenance_window[:3] not in days


def test_names_of_the_longest_stack_are_within_the_limits_of_rds() -> None:
    stack = "x" * MAX_STACK_NAME
    shard = shards_of(settings(10_000_000), stack=stack)[-1]
    assert shard.remote
    for identifier in (shard.identifier, shard.remote.replica.identifier, *(r.identifier for r in shard.replicas)):
        assert len(identifier) <= 63 - len("-final")
    assert len(f"{shard.identifier}-monitoring") <= 64


def test_where_there_is_one_shard_everything_is_on_it_whatever_is_pinned() -> None:
    assert {plan.shard for plan in _plan(1_000).values()} == {0}
    assert _plan(100_000)["community"].shard == 1


def test_where_there_are_several_each_plugin_is_pinned_to_one_that_is_there() -> None:
    text = _problems(
        100_000,
        plugin("a", database=Database(schema_name="a")),
        plugin("b", database=Database(schema_name="b", shard=4)),
    )
    assert "2 problems" in text
    assert "naap plugin pin a" in text
    assert "naap plugin move b --shard N" in text


def test_a_member_of_anothers_role_comes_after_it_and_lies_on_its_shard() -> None:
    site = plugin("site", database=Database(schema_name="site", shard=0, member_of=("a",)))
    plans = _plan(100_000, site, plugin("a", database=Database(schema_name="a", shard=0)))
    assert (plans["site"].member_of, plans["site"].refers_to) == (("a_app",), ("a",))
    assert list(migration_order(plans.values())) == ["a", "site"]
    text = _problems(100_000, site, plugin("a", database=Database(schema_name="a", shard=1)))
    assert "site · database.memberOf: a" in text


def test_who_is_a_member_of_an_archived_plugins_role_goes_on_without_it() -> None:
    site = plugin("site", database=Database(schema_name="site", shard=0, member_of=("a",)))
    found = _plan(100_000, site)["site"]
    assert (found.member_of, found.refers_to) == ((), ())


def test_a_grant_needs_an_owner_and_the_same_shard() -> None:
    grant = Grant(schema_name="b", table="T", privileges=("SELECT",))
    lost = Grant(schema_name="nowhere", table="T", privileges=("SELECT",))
    text = _problems(
        100_000,
        plugin("a", database=Database(schema_name="a", shard=0, grants=(grant, lost))),
        plugin("b", database=Database(schema_name="b", shard=1)),
    )
    assert "pin a to shard 1" in text
    assert "nowhere.T" in text


def test_owners_of_tables_migrate_before_those_that_are_granted_them() -> None:
    plans = _plan(1_000, *reversed(three_plugins().plugins))
    order = migration_order(plans.values())
    assert order.index("base-svc") < order.index("my-wallet")
    assert sorted(order) == sorted(plans)
    assert (plans["my-wallet"].refers_to, plans["base-svc"].refers_to) == (("base-svc",), ())


def test_grants_in_a_circle_are_refused() -> None:
    def granted(schema: str) -> tuple[Grant, ...]:
        return (Grant(schema_name=schema, table="T", privileges=("SELECT",)),)

    text = _problems(
        1_000,
        plugin("a", database=Database(schema_name="a", grants=granted("b"))),
        plugin("b", database=Database(schema_name="b", grants=granted("a"))),
    )
    assert "the owner of a table migrates before those that are granted it" in text


def test_a_migration_runs_in_the_image_that_it_names_else_in_the_plugins_own() -> None:
    other = Migrate(image="registry.example/migrations:2.0.0", command=("migrate",))
    plans = _plan(
        1_000,
        plugin("a", database=Database(schema_name="a", migrate=other)),
        plugin("b", database=Database(schema_name="b", migrate=Migrate(command=("bin/migrate",)))),
        plugin("c", database=Database(schema_name="c")),
    )
    made = {name: plan.migrate and (plan.migrate.image, plan.migrate.command) for name, plan in plans.items()}
    assert made == {
        "a": ("registry.example/migrations:2.0.0", ("migrate",)),
        "b": ("ghcr.io/naap/b:1.0.0", ("bin/migrate",)),
        "c": None,
    }


@pytest.mark.parametrize(
    ("first", "second"),
    [("x", "x-ro"), ("x", "x-mig"), ("x", "pgbouncer"), ("x", "pg-stats"), ("x", "pg"), ("x", "rds"), ("x", "all")],
)
def test_names_that_clash_in_the_pooler_are_refused(first: str, second: str) -> None:
    text = _problems(
        1_000, plugin(first, database=Database(schema_name="a")), plugin(second, database=Database(schema_name="b"))
    )
    assert second in text


@pytest.mark.parametrize("users", [1_000, 10_000, 50_000, 100_000])
def test_a_roles_limit_is_what_all_poolers_may_open_for_it(users: int) -> None:
    tier = tier_for(users)
    for plan in _plan(users).values():
        assert plan.connection_limit == tier.pooler_pods * tier.regions * plan.pool.total


def test_one_more_plugin_changes_no_other_ones_part() -> None:
    before = _plan(1_000)
    after = _plan(1_000, *three_plugins().plugins, plugin("new", database=Database(schema_name="plugin_new")))
    assert {name: after[name] for name in before} == before


def test_an_archived_plugin_has_no_part_and_a_stopped_one_keeps_its_own() -> None:
    plans = _plan(
        1_000,
        plugin("gone", database=Database(schema_name="gone"), lifecycle=Lifecycle.ARCHIVED),
        plugin("rests", database=Database(schema_name="rests"), lifecycle=Lifecycle.STOPPED),
    )
    assert set(plans) == {"rests"}


def test_a_thousand_small_plugins_fit_the_top_tier_and_a_thousand_large_ones_do_not() -> None:
    def many(share: float) -> list[PluginSpec]:
        return [
            plugin(f"p{number}", database=Database(schema_name=f"s{number}", shard=number % 4), share=share)
            for number in range(1_000)
        ]

    assert len(_plan(100_000, *many(0.01))) == 1_000
    assert "more than the budget" in _problems(100_000, *many(1.0))


def test_every_region_has_authorities_that_verify() -> None:
    for region in REGIONS:
        found = x509.load_pem_x509_certificates(rds_authorities([region]).encode())
        assert len(found) == 3
        for certificate in found:
            certificate.verify_directly_issued_by(certificate)
            assert region in certificate.subject.rfc4514_string()
            assert certificate.not_valid_after_utc.year >= 2061
