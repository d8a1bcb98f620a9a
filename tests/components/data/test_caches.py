"""The caches of a region as they are registered."""

import functools
from collections.abc import Callable

import pulumi
import pytest

from components.data.caches import Caches
from components.network.vpc import Network
from components.shared.root_secret import RootSecret
from planning.data.caches import plan_caches
from planning.inputs.registry.data_sections import Cache
from planning.inputs.registry.registry_entry import Registry
from planning.inputs.tiers import TIERS, Tier, tier_for
from planning.network.vpc import plan_network
from planning.shared.tags import Tags
from tests.components.recording import Recorded, assert_same_names, build, of_type, one
from tests.planning.samples import ROOT_SECRET, plugin, registry, settings

GROUP = "aws:elasticache/replicationGroup:ReplicationGroup"
USER = "aws:elasticache/user:User"
MEMBERSHIP = "aws:elasticache/userGroupAssociation:UserGroupAssociation"
TAGS = Tags(environment="dev", owner="platform", cost_center="naap-dev")
USERS = {"1k": 1_000, "10k": 10_000, "50k": 50_000, "100k": 100_000}
PLAIN = registry(plugin("base-svc", cache=Cache()), plugin("my-wallet", cache=Cache(password_generation=2)))
CLUSTERED = registry(plugin("base-svc", cache=Cache()), plugin("feeds", cache=Cache(cluster_mode=True)))


def _make(users: int, plugins: Registry = PLAIN, *, production: bool = False) -> Callable[[], None]:
    def make() -> None:
        stated, tier = settings(users, production=production), tier_for(users)
        plan = plan_caches(stack="dev", region="us-east-1", settings=stated, tier=tier, registry=plugins)
        where = plan_network(stack="dev", region="us-east-1", tier=tier)
        network = Network("network", plan=where, tags=TAGS, protect=False)
        root_secret = RootSecret(pulumi.Output.secret(ROOT_SECRET))
        Caches(
            "caches",
            plan=plan,
            network=network,
            client_security_group_id="sg-0123456789",
            root_secret=root_secret,
            tags=TAGS,
        )

    return make


@functools.cache
def _records(users: int, *, clustered: bool = False, production: bool = False) -> list[Recorded]:
    return build(_make(users, CLUSTERED if clustered else PLAIN, production=production))


@pytest.mark.parametrize("tier", TIERS, ids=lambda tier: tier.name.value)
def test_a_preview_announces_what_an_update_makes(tier: Tier) -> None:
    assert_same_names(_make(USERS[tier.name.value], CLUSTERED))


@pytest.mark.parametrize(
    ("users", "clustered", "expected"),
    [
        (1_000, False, {"app"}),
        (10_000, True, {"app", "limits"}),
        (50_000, False, {"app", "limits"}),
        (50_000, True, {"app", "cluster", "limits"}),
    ],
)
def test_a_clustered_cache_is_there_only_if_the_tier_has_one_and_a_plugin_can_use_it(
    users: int, expected: set[str], *, clustered: bool
) -> None:
    groups = of_type(_records(users, clustered=clustered), GROUP)
    assert {group.name.removeprefix("caches-") for group in groups} == expected


@pytest.mark.parametrize("tier", TIERS, ids=lambda tier: tier.name.value)
def test_every_cache_is_encrypted_asks_for_tls_and_for_a_user(tier: Tier) -> None:
    for group in of_type(_records(USERS[tier.name.value], clustered=True), GROUP):
        inputs = group.inputs
        assert inputs["transitEncryptionEnabled"] is True
        assert inputs["transitEncryptionMode"] == "required"
        assert inputs["atRestEncryptionEnabled"] is True
        assert inputs["kmsKeyId"]
        assert inputs["userGroupIds"] == [inputs["replicationGroupId"]]


@pytest.mark.parametrize("users", [10_000, 50_000, 100_000])
def test_from_ten_thousand_users_a_lost_node_is_survived(users: int) -> None:
    for group in of_type(_records(users, clustered=True), GROUP):
        assert group.inputs["automaticFailoverEnabled"] is True
        assert group.inputs["multiAzEnabled"] is True
        assert group.inputs.get("numCacheClusters", 0) >= 2 or group.inputs["replicasPerNodeGroup"] >= 1


def test_only_the_clustered_cache_has_shards() -> None:
    for group in of_type(_records(100_000, clustered=True), GROUP):
        assert ("numNodeGroups" in group.inputs) == (group.name == "caches-cluster")
        assert ("numCacheClusters" in group.inputs) == (group.name != "caches-cluster")


def test_limits_are_never_evicted() -> None:
    records = _records(10_000)
    policies = {
        group.name: {item["name"]: item["value"] for item in group.inputs["parameters"]}["maxmemory-policy"]
        for group in of_type(records, "aws:elasticache/parameterGroup:ParameterGroup")
    }
    assert policies == {"caches-app-parameters": "volatile-lru", "caches-limits-parameters": "noeviction"}


def test_a_user_joins_its_group_by_an_association_of_its_own() -> None:
    records = _records(10_000)
    members = {item.inputs["userId"]: item.inputs["userGroupId"] for item in of_type(records, MEMBERSHIP)}
    assert members == {
        "naap-dev-use1-base-svc": "naap-dev-use1-app",
        "naap-dev-use1-my-wallet": "naap-dev-use1-app",
        "naap-dev-use1-ratelimit": "naap-dev-use1-limits",
    }
    for group in of_type(records, "aws:elasticache/userGroup:UserGroup"):
        assert group.ignore_changes == ("userIds",)


@pytest.mark.parametrize("tier", TIERS, ids=lambda tier: tier.name.value)
def test_a_user_joins_its_group_once_the_cache_has_taken_it(tier: Tier) -> None:
    """AWS makes no cache of a group that is being changed, and changes a group for one user after the other."""
    records = _records(USERS[tier.name.value], clustered=True)
    caches = {record.inputs["userGroupIds"][0]: record.urn for record in of_type(records, GROUP)}
    for member in of_type(records, MEMBERSHIP):
        assert caches[member.inputs["userGroupId"]] in member.dependencies
        assert member.timeouts == {"create": "60m", "delete": "60m"}


def test_who_names_no_user_is_nobody() -> None:
    nobodies = [user for user in of_type(_records(10_000), USER) if user.inputs["userName"] == "default"]
    assert len(nobodies) == 2
    assert {user.inputs["accessString"] for user in nobodies} == {"off resetchannels -@all"}


def test_every_password_is_secret_and_differs() -> None:
    users = of_type(_records(10_000), USER)
    assert all("authenticationMode" in user.secret_inputs for user in users)
    passwords = [user.inputs["authenticationMode"]["passwords"][0] for user in users]
    assert len(set(passwords)) == len(users)
    assert all(16 <= len(password) <= 128 and password.isascii() for password in passwords)


def test_a_rotation_cuts_nobody_off_who_still_holds_the_password_before() -> None:
    def passwords(generation: int) -> list[str]:
        plugins = registry(plugin("my-wallet", cache=Cache(password_generation=generation)))
        user = one(build(_make(1_000, plugins)), USER, "caches-user-my-wallet-account")
        assert "authenticationMode" in user.secret_inputs
        return user.inputs["authenticationMode"]["passwords"]

    first, second, third = passwords(1), passwords(2), passwords(3)
    assert (len(first), len(second), len(third)) == (1, 2, 2), "AWS takes two"
    assert second[1] == first[0] != second[0]
    assert third[1] == second[0]
    assert first[0] not in third


def test_production_keeps_what_is_in_the_applications_cache_and_lets_counters_go() -> None:
    groups = {group.name: group for group in of_type(_records(10_000, production=True), GROUP)}
    assert groups["caches-app"].protect
    assert groups["caches-app"].inputs["finalSnapshotIdentifier"] == "naap-dev-use1-app-final"
    assert not groups["caches-limits"].protect


def test_only_pods_reach_the_port() -> None:
    rule = one(_records(1_000), "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", "caches-from-pods").inputs
    assert rule["referencedSecurityGroupId"] == "sg-0123456789"
    assert (rule["fromPort"], rule["toPort"]) == (6379, 6379)


@pytest.mark.parametrize(("before", "after"), [(a, b) for a in USERS.values() for b in USERS.values() if a != b])
def test_no_change_of_tier_changes_what_identifies_the_applications_cache(before: int, after: int) -> None:
    fixed = (
        "replicationGroupId",
        "engine",
        "engineVersion",
        "port",
        "subnetGroupName",
        "atRestEncryptionEnabled",
        "kmsKeyId",
        "transitEncryptionEnabled",
        "parameterGroupName",
        "userGroupIds",
    )
    old, new = (one(_records(users, clustered=True), GROUP, "caches-app").inputs for users in (before, after))
    assert {key: old[key] for key in fixed} == {key: new[key] for key in fixed}
