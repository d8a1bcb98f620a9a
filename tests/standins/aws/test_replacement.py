from typing import Any

import pytest

from rehearsal.standins.aws.sdk.sdk import Sdk
from rehearsal.standins.provider import Change, ProviderError
from rehearsal.standins.values import UNKNOWN, Secret
from tests.standins.aws.conftest import Cloud

DATABASE: dict[str, Any] = {"identifier": "main", "instanceClass": "db.t4g.micro", "engine": "postgres"}
CLUSTER: dict[str, Any] = {"name": "naap", "roleArn": "arn:r", "vpcConfig": {"subnetIds": ["subnet-1"]}}
CACHE: dict[str, Any] = {"replicationGroupId": "c", "description": "x", "engine": "valkey"}
ENCRYPTION = {"provider": {"keyArn": "arn:k"}, "resources": ["secrets"]}


@pytest.mark.parametrize(
    ("kind", "old", "new"),
    [
        ("ec2/vpc", {"cidrBlock": "10.0.0.0/16"}, {"cidrBlock": "10.1.0.0/16"}),
        ("ec2/subnet", {"vpcId": "v", "availabilityZone": "us-east-1a"}, {"availabilityZone": "us-east-1b"}),
        ("ec2/securityGroup", {"description": "a"}, {"description": "b"}),
        ("ec2/natGateway", {"subnetId": "a", "allocationId": "e"}, {"allocationId": "f"}),
        ("rds/instance", DATABASE, {"engine": "mysql"}),
        ("rds/instance", DATABASE, {"storageEncrypted": True}),
        ("rds/instance", DATABASE, {"replicateSourceDb": "other"}),
        ("rds/parameterGroup", {"family": "postgres16", "name": "p"}, {"family": "postgres17"}),
        ("elasticache/replicationGroup", CACHE, {"atRestEncryptionEnabled": True}),
        ("elasticache/replicationGroup", CACHE, {"engine": "redis"}),
        ("eks/cluster", CLUSTER, {"roleArn": "arn:other"}),
        ("eks/cluster", CLUSTER, {"kubernetesNetworkConfig": {"serviceIpv4Cidr": "10.9.0.0/16"}}),
        ("eks/cluster", {**CLUSTER, "encryptionConfig": ENCRYPTION}, {"encryptionConfig": None}),
        ("eks/podIdentityAssociation", {"clusterName": "c", "namespace": "a", "roleArn": "r"}, {"namespace": "b"}),
        ("iam/role", {"assumeRolePolicy": "{}", "name": "a"}, {"name": "b"}),
        ("lb/targetGroup", {"name": "t", "port": 80}, {"port": 81}),
        ("lb/loadBalancer", {"name": "l", "internal": True}, {"internal": False}),
        ("acm/certificate", {"domainName": "a.example"}, {"domainName": "b.example"}),
        ("s3/bucket", {"bucket": "one-bucket"}, {"bucket": "two-bucket"}),
        ("cloudwatch/logGroup", {"name": "a"}, {"name": "b"}),
        ("kms/key", {"multiRegion": False}, {"multiRegion": True}),
    ],
)
def test_aws_replaces(cloud: Cloud, kind: str, old: dict[str, Any], new: dict[str, Any]) -> None:
    required = {"serviceAccount": "s"} if kind == "eks/podIdentityAssociation" else {}
    assert cloud.replaces(kind, {**required, **old}, {**required, **old, **new})


@pytest.mark.parametrize(
    ("kind", "old", "new"),
    [
        ("ec2/securityGroup", {"description": "a"}, {"tags": {"a": "b"}}),
        ("rds/instance", DATABASE, {"identifier": "renamed"}),
        ("rds/instance", DATABASE, {"instanceClass": "db.m8g.large", "multiAz": True, "allocatedStorage": 500}),
        ("rds/instance", DATABASE, {"dbSubnetGroupName": "other", "parameterGroupName": "other"}),
        ("rds/instance", {**DATABASE, "replicateSourceDb": "main"}, {"replicateSourceDb": None}),
        ("elasticache/replicationGroup", CACHE, {"nodeType": "cache.r7g.large", "numNodeGroups": 3}),
        ("elasticache/replicationGroup", {**CACHE, "engine": "redis"}, {"engine": "valkey"}),
        ("elasticache/replicationGroup", CACHE, {"transitEncryptionEnabled": True}),
        ("eks/cluster", CLUSTER, {"encryptionConfig": ENCRYPTION}),
        ("eks/cluster", CLUSTER, {"computeConfig": {"enabled": True, "nodeRoleArn": "arn:n"}}),
        ("eks/cluster", CLUSTER, {"vpcConfig": {"subnetIds": ["subnet-1"], "endpointPublicAccess": False}}),
        ("eks/cluster", {**CLUSTER, "version": "1.33"}, {"version": "1.34"}),
        ("kms/key", {"deletionWindowInDays": 7}, {"deletionWindowInDays": 30}),
        ("lb/targetGroup", {"name": "t", "port": 80}, {"deregistrationDelay": 30}),
        ("s3/bucket", {"bucket": "one-bucket"}, {"forceDestroy": True}),
    ],
)
def test_aws_updates_in_place(cloud: Cloud, kind: str, old: dict[str, Any], new: dict[str, Any]) -> None:
    assert cloud.diff(kind, old, {**old, **new}).changes
    assert cloud.replaces(kind, old, {**old, **new}) == set()


def test_the_node_role_of_a_cluster_can_be_given_but_not_changed(cloud: Cloud) -> None:
    old = {**CLUSTER, "computeConfig": {"enabled": True, "nodeRoleArn": "arn:a"}}
    new = {**CLUSTER, "computeConfig": {"enabled": True, "nodeRoleArn": "arn:b"}}
    assert cloud.replaces("eks/cluster", old, new) == {"computeConfig.nodeRoleArn"}


def test_an_unknown_that_may_differ_replaces_as_in_aws(cloud: Cloud) -> None:
    old, new = {"vpcId": "vpc-1", "cidrBlock": "10.0.0.0/24"}, {"vpcId": UNKNOWN, "cidrBlock": "10.0.0.0/24"}
    assert cloud.replaces("ec2/subnet", old, new) == {"vpcId"}


def test_another_region_replaces(cloud: Cloud) -> None:
    assert cloud.replaces("kms/key", {}, {"region": "eu-west-1"}) == {"region"}


def test_the_region_of_the_provider_counts_too(sdk: Sdk) -> None:
    there, here = Cloud(sdk, "eu-west-1"), Cloud(sdk)
    created = there.create("kms/key", {})
    resource = here.resource("kms/key", identity=created.identity)
    assert here.provider.diff(resource, created.properties, {}, {}).changes == {"region": Change.UPDATE_REPLACE}
    assert here.provider.diff_config({"region": "eu-west-1"}, {"region": "us-east-1"}).changes["region"].replaces


def test_new_tags_of_the_provider_update_every_resource(sdk: Sdk) -> None:
    created = Cloud(sdk).create("kms/key", {})
    tagged = Cloud(sdk, defaultTags={"tags": {"app": "naap"}})
    resource = tagged.resource("kms/key", identity=created.identity)
    assert tagged.provider.diff(resource, created.properties, {}, {}).changes == {"tagsAll": Change.UPDATE}


def test_changes_are_named_by_path(cloud: Cloud) -> None:
    old = {**CLUSTER, "tags": {"kubernetes.io/a": "x"}}
    new = {**CLUSTER, "vpcConfig": {"subnetIds": ["subnet-2", "subnet-3"]}, "tags": {"kubernetes.io/a": "y"}}
    assert cloud.diff("eks/cluster", old, new).changes == {
        'tags["kubernetes.io/a"]': Change.UPDATE,
        "vpcConfig.subnetIds[0]": Change.UPDATE,
        "vpcConfig.subnetIds[1]": Change.ADD,
    }


def test_a_value_that_becomes_secret_is_no_change(cloud: Cloud) -> None:
    old, new = {**DATABASE, "password": "hunter22"}, {**DATABASE, "password": Secret("hunter22")}
    assert cloud.diff("rds/instance", old, new).changes == {}


def test_only_a_stated_name_that_stays_is_deleted_first(cloud: Cloud) -> None:
    stated = {"name": "t", "port": 80}
    assert cloud.diff("lb/targetGroup", stated, {**stated, "port": 81}).delete_before_replace
    assert not cloud.diff("lb/targetGroup", stated, {"name": "u", "port": 81}).delete_before_replace
    assert not cloud.diff("lb/targetGroup", {"port": 80}, {"port": 81}).delete_before_replace
    assert not cloud.diff("lb/targetGroup", stated, {**stated, "deregistrationDelay": 5}).delete_before_replace


def test_storage_that_is_there_counts_as_asked_for_where_a_ceiling_is_stated(cloud: Cloud) -> None:
    old = {**DATABASE, "allocatedStorage": 400, "maxAllocatedStorage": 4_000}
    assert cloud.diff("rds/instance", old, {**old, "allocatedStorage": 100}).changes == {}

    grown = cloud.diff("rds/instance", old, {**old, "allocatedStorage": 100, "maxAllocatedStorage": 1_000})
    assert grown.changes == {"maxAllocatedStorage": Change.UPDATE}
    assert cloud.diff("rds/instance", old, {**old, "allocatedStorage": 500}).changes == {
        "allocatedStorage": Change.UPDATE
    }


@pytest.mark.parametrize(
    ("kind", "old", "new", "message"),
    [
        (
            "rds/instance",
            {**DATABASE, "allocatedStorage": 400, "maxAllocatedStorage": 4_000},
            {"maxAllocatedStorage": 420},
            "a tenth above",
        ),
        ("rds/instance", {**DATABASE, "allocatedStorage": 200}, {"allocatedStorage": 100}, "storage can't be reduced"),
        ("rds/instance", {**DATABASE, "engineVersion": "17.6"}, {"engineVersion": "16.9"}, "can't go back"),
        (
            "rds/instance",
            {**DATABASE, "engineVersion": "17"},
            {"engineVersion": "18"},
            "AllowMajorVersionUpgrade flag must be present",
        ),
        ("eks/cluster", {**CLUSTER, "version": "1.34"}, {"version": "1.33"}, "can't go back"),
        ("eks/cluster", {**CLUSTER, "version": "1.32"}, {"version": "1.34"}, "one minor version at a time"),
    ],
)
def test_aws_refuses_a_change(cloud: Cloud, kind: str, old: dict[str, Any], new: dict[str, Any], message: str) -> None:
    with pytest.raises(ProviderError, match=message):
        cloud.diff(kind, old, {**old, **new})


@pytest.mark.parametrize(
    ("kind", "inputs", "message"),
    [
        ("rds/instance", {**DATABASE, "deletionProtection": True}, "Cannot delete protected DB Instance"),
        ("rds/instance", DATABASE, "finalSnapshotIdentifier is required"),
        ("lb/loadBalancer", {"enableDeletionProtection": True}, "OperationNotPermitted"),
        ("eks/cluster", {**CLUSTER, "deletionProtection": True}, "deletion protection is enabled"),
    ],
)
def test_aws_refuses_to_delete_what_is_protected(cloud: Cloud, kind: str, inputs: dict[str, Any], message: str) -> None:
    created = cloud.create(kind, inputs)
    resource = cloud.resource(kind, identity=created.identity)
    with pytest.raises(ProviderError, match=message):
        cloud.provider.delete(resource, created.properties)


def test_what_is_not_protected_is_deleted(cloud: Cloud) -> None:
    created = cloud.create("rds/instance", {**DATABASE, "skipFinalSnapshot": True, "deletionProtection": False})
    cloud.provider.delete(cloud.resource("rds/instance", identity=created.identity), created.properties)
