"""Poolers, and the ways into them, as they are registered."""

import functools
from collections.abc import Callable
from typing import Any

import pulumi
import pytest

from components.database.pooler import Pooler
from components.database.pooler_entry import PoolerEntry
from components.database.pooler_namespace import PoolerNamespace
from components.shared.root_secret import RootSecret
from planning.database.plugin_database import plan_databases
from planning.database.pooler import plan_poolers
from planning.inputs.tiers import TIERS, Tier, tier_for
from tests.components.recording import Recorded, assert_same_names, build, of_type, one
from tests.planning.samples import POOLER_IMAGE, ROOT_SECRET, settings, shards_of, three_plugins

CONFIG_MAP = "kubernetes:core/v1:ConfigMap"
DEPLOYMENT = "kubernetes:apps/v1:Deployment"
POLICY = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
USERS = {"1k": 1_000, "10k": 10_000, "50k": 50_000, "100k": 100_000}


def _make(users: int, region: str = "us-east-1") -> Callable[[], None]:
    def make() -> None:
        stated, tier = settings(users), tier_for(users)
        regions = stated.regions[: tier.regions]
        shards = shards_of(stated)
        databases = plan_databases(registry=three_plugins(), tier=tier, users=users, shards=shards, regions=regions)
        plans = plan_poolers(region=region, image=POOLER_IMAGE, tier=tier, shards=shards)
        root_secret = RootSecret(pulumi.Output.secret(ROOT_SECRET))
        namespace = PoolerNamespace("poolers", plans=plans)
        for plan in plans:
            Pooler(plan.name, plan=plan, writer_host="writer.rds", root_secret=root_secret, after=namespace.needed)
        for plugin, database in databases.items():
            PoolerEntry(
                f"{plugin}-pooler",
                plan=database,
                shard=database.shard,
                home=region == "us-east-1",
                writer_hosts=["writer.rds"],
                reader_hosts=["r1.rds", "r2.rds"],
                labels={"naap.io/plugin": plugin},
                after=[namespace.namespace],
            )

    return make


@functools.cache
def _records(users: int, region: str = "us-east-1") -> list[Recorded]:
    return build(_make(users, region))


def _pod(record: Recorded) -> dict[str, Any]:
    return record.inputs["spec"]["template"]["spec"]


@pytest.mark.parametrize("tier", TIERS, ids=lambda tier: tier.name.value)
def test_a_preview_announces_what_an_update_makes(tier: Tier) -> None:
    assert_same_names(_make(USERS[tier.name.value]))


@pytest.mark.parametrize("tier", TIERS, ids=lambda tier: tier.name.value)
def test_each_shard_has_the_pods_of_its_tier_and_a_budget_where_there_are_several(tier: Tier) -> None:
    records = _records(USERS[tier.name.value])
    deployments = of_type(records, DEPLOYMENT)
    assert len(deployments) == tier.database.shards
    assert {item.inputs["spec"]["replicas"] for item in deployments} == {tier.pooler_pods}
    budgets = of_type(records, "kubernetes:policy/v1:PodDisruptionBudget")
    assert len(budgets) == (tier.database.shards if tier.pooler_pods > 1 else 0)


def test_every_container_is_as_restricted_as_it_can_be() -> None:
    pod = _pod(one(_records(50_000), DEPLOYMENT))
    assert pod["automountServiceAccountToken"] is False
    for container in (*pod["containers"], *pod["initContainers"]):
        security = container["securityContext"]
        assert security["allowPrivilegeEscalation"] is False
        assert security["readOnlyRootFilesystem"] is True
        assert security["capabilities"] == {"drop": ["ALL"]}
        assert container["resources"]["limits"].keys() >= {"cpu", "memory"}


def test_the_token_is_seen_by_collectors_and_the_secrets_by_pgbouncer_only() -> None:
    pod = _pod(one(_records(50_000), DEPLOYMENT))
    seen: dict[str, set[str]] = {}
    for container in (*pod["containers"], *pod["initContainers"]):
        for mount in container.get("volumeMounts", []):
            seen.setdefault(mount["name"], set()).add(container["name"])
    assert seen["token"] == {"collect", "collect-first"}
    assert seen["secret"] == {"pgbouncer", "reload", "compose-first"}


def test_keys_and_passwords_are_secret_and_the_authority_is_not() -> None:
    records = _records(1_000)
    secret = one(records, "kubernetes:core/v1:Secret", "pooler-0-secret")
    assert "stringData" in secret.secret_inputs
    assert "BEGIN CERTIFICATE" in secret.inputs["stringData"]["tls.crt"]
    assert not one(records, CONFIG_MAP, "pooler-0-config").secret_inputs


def test_a_plugin_touches_no_object_of_another_and_none_of_the_poolers() -> None:
    records = _records(50_000)
    for item in [*of_type(records, CONFIG_MAP), *of_type(records, POLICY)]:
        if item.name.startswith("my-wallet"):
            continue
        assert "wallet" not in str(item.inputs)


def test_a_plugin_is_let_in_from_its_own_namespace_to_its_own_shard() -> None:
    entry = one(_records(100_000), POLICY, "community-pooler-door").inputs["spec"]
    assert entry["podSelector"]["matchLabels"]["app.kubernetes.io/name"] == "pooler-1"
    (rule,) = entry["ingress"]
    assert rule["from"][0]["namespaceSelector"]["matchLabels"] == {"kubernetes.io/metadata.name": "plugin-community"}
    assert [port["port"] for port in rule["ports"]] == [6432]


def test_poolers_reach_their_database_in_the_second_region_too() -> None:
    (policy,) = [item for item in of_type(_records(100_000, "us-west-2"), POLICY) if item.name == "poolers-pooler-0"]
    databases = [rule for rule in policy.inputs["spec"]["egress"] if rule["ports"][0]["port"] == 5432]
    cidrs = {peer["ipBlock"]["cidr"] for peer in databases[0]["to"]}
    assert any(cidr.startswith("10.64.") for cidr in cidrs)
    assert any(cidr.startswith("10.66.") for cidr in cidrs)


def test_migrations_have_an_alias_at_home_only() -> None:
    home = one(_records(100_000), CONFIG_MAP, "my-wallet-pooler-aliases").inputs["data"]
    away = one(_records(100_000, "us-west-2"), CONFIG_MAP, "my-wallet-pooler-aliases").inputs["data"]
    assert "my_wallet_mig = " in home["my-wallet.databases"]
    assert "_mig" not in str(away)
    assert "my_wallet_ro = host=r1.rds,r2.rds " in away["my-wallet.databases"]
