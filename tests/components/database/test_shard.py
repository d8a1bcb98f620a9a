"""RDS shards as they are registered."""

import functools
import json
from collections.abc import Callable

import pulumi
import pulumi_aws as aws
import pytest

from components.database.shard import Shard
from components.database.standby import Standby
from components.network.vpc import Network
from components.shared.root_secret import RootSecret
from planning.database.shard import ShardPlan
from planning.inputs.tiers import TIERS, Tier, tier_for
from planning.network.vpc import plan_network
from planning.shared.tags import Tags
from tests.components.recording import Recorded, assert_same_names, build, of_type, one
from tests.planning.samples import ROOT_SECRET, settings, shards_of

INSTANCE = "aws:rds/instance:Instance"
TAGS = Tags(environment="dev", owner="platform", cost_center="naap-dev")
USERS = {"1k": 1_000, "10k": 10_000, "50k": 50_000, "100k": 100_000}


def _network(region: str, tier: Tier, opts: pulumi.ResourceOptions | None = None) -> Network:
    plan = plan_network(stack="dev", region=region, tier=tier)
    return Network(f"network-{region}", plan=plan, tags=TAGS, protect=False, opts=opts)


def _make(users: int, *, production: bool = False, upgrade: bool = False) -> Callable[[], None]:
    def make() -> None:
        stated = settings(users, production=production, stated={"allow_major_version_upgrade": upgrade})
        tier = tier_for(users)
        plan = shards_of(stated)[0]
        root_secret = RootSecret(pulumi.Output.secret(ROOT_SECRET))
        home = Shard(
            "database-0",
            plan=plan,
            network=_network(plan.region, tier),
            client_security_group_id="sg-0123456789",
            root_secret=root_secret,
            tags=TAGS,
        )
        if plan.remote:
            _standby(plan, home, tier)

    return make


def _standby(plan: ShardPlan, home: Shard, tier: Tier) -> None:
    assert plan.remote
    provider = aws.Provider("second", region=plan.remote.region)
    opts = pulumi.ResourceOptions(providers=[provider])
    Standby(
        "database-0-standby",
        plan=plan,
        source=home,
        network=_network(plan.remote.region, tier, opts),
        client_security_group_id="sg-9876543210",
        tags=TAGS,
        opts=opts,
    )


@functools.cache
def _records(users: int, *, production: bool = False, upgrade: bool = False) -> list[Recorded]:
    return build(_make(users, production=production, upgrade=upgrade))


def _primary(records: list[Recorded]) -> Recorded:
    return one(records, INSTANCE, "database-0-primary")


@pytest.mark.parametrize("tier", TIERS, ids=lambda tier: tier.name.value)
def test_a_preview_announces_what_an_update_makes(tier: Tier) -> None:
    assert_same_names(_make(USERS[tier.name.value]))


@pytest.mark.parametrize("tier", TIERS, ids=lambda tier: tier.name.value)
def test_the_primary_has_the_size_of_its_tier(tier: Tier) -> None:
    inputs = _primary(_records(USERS[tier.name.value])).inputs
    assert inputs["instanceClass"] == tier.database.instance_class
    assert inputs["multiAz"] == tier.database.multi_az
    assert inputs["backupRetentionPeriod"] == tier.database.backup_days


@pytest.mark.parametrize("tier", TIERS, ids=lambda tier: tier.name.value)
def test_iops_are_stated_only_where_rds_takes_them(tier: Tier) -> None:
    inputs = _primary(_records(USERS[tier.name.value])).inputs
    assert ("iops" in inputs) == ("storageThroughput" in inputs) == (inputs["allocatedStorage"] >= 400)


@pytest.mark.parametrize("tier", TIERS, ids=lambda tier: tier.name.value)
def test_the_ceiling_of_the_storage_leaves_room_to_grow(tier: Tier) -> None:
    inputs = _primary(_records(USERS[tier.name.value])).inputs
    assert inputs["maxAllocatedStorage"] >= 1.1 * inputs["allocatedStorage"]


def test_every_instance_is_encrypted_private_and_speaks_tls_of_a_known_authority() -> None:
    for instance in of_type(_records(100_000), INSTANCE):
        assert instance.inputs["storageEncrypted"] is True
        assert instance.inputs["publiclyAccessible"] is False
        assert instance.inputs["caCertIdentifier"] == "rds-ca-rsa2048-g1"
        assert instance.inputs["performanceInsightsEnabled"] is True
        assert instance.inputs["monitoringInterval"] == 60


def test_the_password_is_secret_wherever_it_stands() -> None:
    records = _records(1_000)
    assert "password" in _primary(records).secret_inputs
    version = one(records, "aws:secretsmanager/secretVersion:SecretVersion")
    assert "secretString" in version.secret_inputs
    assert "manageMasterUserPassword" not in _primary(records).inputs


def test_production_data_is_protected_and_kept() -> None:
    records = _records(100_000, production=True)
    primary = _primary(records)
    assert primary.protect
    assert primary.retain_on_delete
    assert primary.inputs["deletionProtection"] is True
    assert primary.inputs["skipFinalSnapshot"] is False
    assert primary.inputs["finalSnapshotIdentifier"] == "naap-dev-use1-pg-0-final"


def test_a_development_database_leaves_nothing_behind() -> None:
    primary = _primary(_records(1_000))
    assert not primary.protect
    assert primary.inputs["skipFinalSnapshot"] is True
    assert primary.inputs["deleteAutomatedBackups"] is True


def test_replicas_follow_the_tier_and_come_from_the_primary() -> None:
    for users, count in ((1_000, 0), (10_000, 1), (50_000, 2)):
        instances = of_type(_records(users), INSTANCE)
        replicas = [instance for instance in instances if "replicateSourceDb" in instance.inputs]
        assert len(replicas) == count
        assert {replica.inputs["replicateSourceDb"] for replica in replicas} <= {"naap-dev-use1-pg-0"}
        assert all("kmsKeyId" not in replica.inputs for replica in replicas)


def test_a_major_upgrade_is_allowed_to_the_primary_for_as_long_as_the_stack_says_so() -> None:
    for upgrade in (True, False):
        stated = {
            record.name: record.inputs.get("allowMajorVersionUpgrade")
            for record in of_type(_records(50_000, upgrade=upgrade), INSTANCE)
        }
        assert stated.pop("database-0-primary") is (True if upgrade else None)
        assert set(stated.values()) == {None}


def test_the_second_region_has_a_replica_and_copies_of_the_backups_under_a_key_of_its_own() -> None:
    records = _records(100_000)
    replica = one(records, INSTANCE, "database-0-standby-replica")
    copies = one(records, "aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication")
    assert replica.region == copies.region == "us-west-2"
    assert replica.inputs["replicateSourceDb"].startswith("arn:aws:rds:us-east-1:")
    assert replica.inputs["kmsKeyId"] == copies.inputs["kmsKeyId"] != _primary(records).inputs["kmsKeyId"]
    assert copies.inputs["retentionPeriod"] == 35
    assert set(copies.dependencies) >= {instance.urn for instance in of_type(records, INSTANCE)}, "one after the other"


def test_a_primarys_replicas_are_made_one_after_the_other() -> None:
    records = _records(100_000)
    first, second = (one(records, INSTANCE, f"database-0-{number}") for number in ("r1", "r2"))
    standby = one(records, INSTANCE, "database-0-standby-replica")
    assert first.urn in second.dependencies
    assert {first.urn, second.urn} <= set(standby.dependencies)


STORAGE = ("allocatedStorage", "maxAllocatedStorage", "iops", "storageThroughput", "storageType", "instanceClass")


def test_logs_are_kept_for_as_long_as_the_tier_says_and_made_before_the_instance() -> None:
    records = _records(10_000)
    groups = of_type(records, "aws:cloudwatch/logGroup:LogGroup")
    named = {group.inputs["name"]: group for group in groups if group.inputs["name"].startswith("/aws/rds/")}
    assert "/aws/rds/instance/naap-dev-use1-pg-0/postgresql" in named
    assert {group.inputs["retentionInDays"] for group in named.values()} == {30}
    assert set(_primary(records).dependencies) >= {group.urn for group in named.values()}


DATA_SUBNETS = ("10.64.208.0/24", "10.64.209.0/24", "10.64.210.0/24")
"""Of the home region: a schema moves between shards by replication."""


def test_only_pods_the_other_region_and_other_shards_reach_the_port() -> None:
    records = _records(100_000)
    group = "database-0-from-"
    rules = [
        rule.inputs
        for rule in of_type(records, "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule")
        if rule.name.startswith(group)
    ]
    assert [rule.get("referencedSecurityGroupId") or rule.get("cidrIpv4") for rule in rules] == [
        "sg-0123456789",
        "10.66.0.0/16",
        *DATA_SUBNETS,
    ]
    assert {(rule["fromPort"], rule["toPort"]) for rule in rules} == {(5432, 5432)}


def test_parameters_force_tls_and_scram_and_log_no_values() -> None:
    group = one(_records(1_000), "aws:rds/parameterGroup:ParameterGroup")
    values = {item["name"]: item["value"] for item in group.inputs["parameters"]}
    assert values["rds.force_ssl"] == "1"
    assert values["rds.logical_replication"] == "1"
    assert values.items() >= {("rds.restrict_password_commands", "1"), ("password_encryption", "scram-sha-256")}
    assert values["log_parameter_max_length"] == "0"
    trust = json.loads(one(_records(1_000), "aws:iam/role:Role", "database-0-monitoring").inputs["assumeRolePolicy"])
    assert trust["Statement"][0]["Principal"] == {"Service": "monitoring.rds.amazonaws.com"}


@pytest.mark.parametrize(("before", "after"), [(a, b) for a in USERS.values() for b in USERS.values() if a != b])
def test_no_change_of_tier_changes_what_identifies_a_database(before: int, after: int) -> None:
    fixed = ("identifier", "engine", "dbName", "username", "storageEncrypted", "dbSubnetGroupName", "port")
    old, new = (_primary(_records(users)).inputs for users in (before, after))
    assert {key: old[key] for key in fixed} == {key: new[key] for key in fixed}
    assert old["kmsKeyId"] == new["kmsKeyId"]


@pytest.mark.parametrize(("before", "after"), [(a, b) for a in USERS.values() for b in USERS.values() if a != b])
def test_replicas_change_their_storage_with_their_primary(before: int, after: int) -> None:
    """What is asked to change of a replica that stays is what is asked to change of the primary."""
    old, new = (
        {instance.name: instance.inputs for instance in of_type(_records(users), INSTANCE)} for users in (before, after)
    )
    primary = _primary(_records(after)).name

    def changes(name: str) -> dict[str, object]:
        return {key: new[name].get(key) for key in STORAGE if old[name].get(key) != new[name].get(key)}

    for name in old.keys() & new.keys():
        assert changes(name) == changes(primary), name
