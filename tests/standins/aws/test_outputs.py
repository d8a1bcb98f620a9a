import json
import re
from pathlib import Path
from typing import Any

import pytest

from rehearsal.standins.aws.sdk.sdk import Sdk
from rehearsal.standins.provider import ProviderError
from rehearsal.standins.values import UNKNOWN, Secret
from tests.standins.aws.conftest import AUTHORITY, Cloud

DATABASE: dict[str, Any] = {
    "identifier": "main",
    "instanceClass": "db.m8g.large",
    "engine": "postgres",
    "engineVersion": "17.6",
    "allocatedStorage": 100,
    "username": "root",
    "password": Secret("hunter2"),
}
CLUSTER: dict[str, Any] = {"name": "naap", "roleArn": "arn:aws:iam::123456789012:role/eks"}


def test_ids_and_arns_have_the_forms_of_aws(cloud: Cloud) -> None:
    vpc = cloud.create("ec2/vpc", {"cidrBlock": "10.0.0.0/16"})
    assert re.fullmatch(r"vpc-0[0-9a-f]{16}", vpc.identity)
    assert vpc.properties["arn"] == f"arn:aws:ec2:us-east-1:123456789012:vpc/{vpc.identity}"
    key = cloud.create("kms/key", {})
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", key.identity)
    assert key.properties["arn"].endswith(f":key/{key.properties['keyId']}")
    balancer = cloud.create("lb/loadBalancer", {"name": "gateway", "loadBalancerType": "network"})
    assert re.search(r":loadbalancer/net/gateway/[0-9a-f]{16}$", balancer.identity)
    assert balancer.properties["dnsName"].endswith(".elb.us-east-1.amazonaws.com")
    assert balancer.properties["zoneId"] == "Z26RNL4JYFTOTI"
    topic = cloud.create("sns/topic", {"name": "alarms"})
    assert topic.identity == topic.properties["arn"] == "arn:aws:sns:us-east-1:123456789012:alarms"


def test_the_same_resource_gets_the_same_outputs_in_every_run(sdk: Sdk) -> None:
    inputs = {"cidrBlock": "10.0.0.0/16"}
    assert Cloud(sdk).create("ec2/vpc", inputs) == Cloud(sdk).create("ec2/vpc", inputs)
    other = Cloud(sdk).create("ec2/vpc", inputs, name="other")
    assert other.identity != Cloud(sdk).create("ec2/vpc", inputs).identity


def test_at_preview_what_aws_computes_is_unknown_and_what_is_given_is_known(cloud: Cloud) -> None:
    database = cloud.create("rds/instance", {**DATABASE, "tags": {"app": "naap"}}, preview=True)
    assert database.identity == ""
    assert {database.properties[name] for name in ("arn", "address", "endpoint", "port", "status")} == {UNKNOWN}
    assert database.properties["identifier"] == "main"
    assert database.properties["region"] == "us-east-1"
    assert database.properties["tagsAll"] == {"app": "naap"}


def test_at_preview_an_object_given_in_part_is_known_in_that_part(cloud: Cloud) -> None:
    inputs = {**CLUSTER, "vpcConfig": {"subnetIds": ["subnet-1"], "endpointPublicAccess": False}}
    config = cloud.create("eks/cluster", inputs, preview=True).properties["vpcConfig"]
    assert config["subnetIds"] == ["subnet-1"] and config["endpointPublicAccess"] is False
    assert config["clusterSecurityGroupId"] == config["vpcId"] == UNKNOWN


def test_an_update_keeps_what_is_computed_and_at_preview_too(cloud: Cloud) -> None:
    created = cloud.create("rds/instance", DATABASE)
    resource = cloud.resource("rds/instance", identity=created.identity, preview=True)
    news = {**DATABASE, "instanceClass": "db.m8g.2xlarge", "kmsKeyId": UNKNOWN}
    updated = cloud.provider.update(resource, created.properties, DATABASE, news)
    assert updated == {**created.properties, "instanceClass": "db.m8g.2xlarge", "kmsKeyId": UNKNOWN}


def test_renaming_a_database_moves_its_address_and_keeps_its_id(cloud: Cloud) -> None:
    created = cloud.create("rds/instance", DATABASE)
    resource = cloud.resource("rds/instance", identity=created.identity)
    updated = cloud.provider.update(resource, created.properties, DATABASE, {**DATABASE, "identifier": "other"})
    assert updated["resourceId"] == created.identity
    assert updated["endpoint"].startswith("other.") and updated["endpoint"].endswith(".rds.amazonaws.com:5432")


def test_secret_inputs_stay_secret_in_outputs(cloud: Cloud) -> None:
    created = cloud.create("rds/instance", DATABASE)
    assert created.properties["password"] == Secret("hunter2")
    assert "hunter2" not in json.dumps({k: v for k, v in created.properties.items() if k != "password"})


def test_write_only_inputs_do_not_come_out(cloud: Cloud) -> None:
    inputs = {"secretId": "arn:x", "secretStringWo": Secret("hunter2"), "secretStringWoVersion": 1}
    created = cloud.create("secretsmanager/secretVersion", inputs)
    assert "secretStringWo" not in created.properties
    assert created.properties["hasSecretStringWo"] is True


def test_an_eks_cluster_answers_with_the_control_plane_of_its_name(cloud: Cloud) -> None:
    inputs = {**CLUSTER, "vpcConfig": {"subnetIds": ["subnet-1"]}}
    outputs = cloud.create("eks/cluster", inputs).properties
    assert outputs["endpoint"] == "https://127.0.0.1:6443"
    assert outputs["certificateAuthority"] == {"data": AUTHORITY}
    issuer = outputs["identities"][0]["oidcs"][0]["issuer"]
    assert re.fullmatch(r"https://oidc\.eks\.us-east-1\.amazonaws\.com/id/[0-9A-F]{32}", issuer)
    assert outputs["vpcConfig"]["clusterSecurityGroupId"].startswith("sg-0")


def test_an_eks_cluster_without_a_control_plane_can_be_previewed_but_not_created(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    inputs = {**CLUSTER, "name": "other", "vpcConfig": {"subnetIds": ["subnet-1"]}}
    assert cloud.create("eks/cluster", inputs, preview=True).properties["endpoint"] == UNKNOWN
    with pytest.raises(ProviderError, match="has no control plane of that name, only 'naap'"):
        cloud.create("eks/cluster", inputs)
    monkeypatch.delenv("NAAP_CLUSTERS")
    with pytest.raises(ProviderError, match="NAAP_CLUSTERS is not set"):
        cloud.create("eks/cluster", inputs)


def test_a_refresh_finds_a_control_plane_that_moved(cloud: Cloud, clusters: Path) -> None:
    created = cloud.create("eks/cluster", {**CLUSTER, "vpcConfig": {"subnetIds": ["subnet-1"]}})
    clusters.write_text(clusters.read_text().replace("6443", "7443"))
    resource = cloud.resource("eks/cluster", identity="naap")
    read = cloud.provider.read(resource, created.properties, CLUSTER)
    assert read.properties == {**created.properties, "endpoint": "https://127.0.0.1:7443"}
    assert read.inputs == CLUSTER


@pytest.mark.parametrize(
    ("inputs", "primary", "reader", "configuration"),
    [
        ({"transitEncryptionEnabled": True}, r"master\.c\.\w{6}\.use1\.", r"replica\.c\.", ""),
        ({}, r"c\.\w{6}\.ng\.0001\.use1\.", r"c-ro\.", ""),
        ({"clusterMode": "enabled", "numNodeGroups": 2}, "", "", r"clustercfg\.c\.\w{6}\.use1\."),
    ],
)
def test_a_cache_has_the_addresses_of_its_mode(
    cloud: Cloud, inputs: dict[str, Any], primary: str, reader: str, configuration: str
) -> None:
    group = {"replicationGroupId": "c", "description": "x", "engine": "valkey", **inputs}
    outputs = cloud.create("elasticache/replicationGroup", group).properties
    for name, pattern in (("primary", primary), ("reader", reader), ("configuration", configuration)):
        address = outputs[f"{name}EndpointAddress"]
        assert re.match(pattern, address) if pattern else address == ""


def test_a_certificate_lists_one_record_for_a_domain_and_its_wildcard(cloud: Cloud) -> None:
    inputs = {"domainName": "naap.example", "validationMethod": "DNS", "subjectAlternativeNames": ["*.naap.example"]}
    options = cloud.create("acm/certificate", inputs).properties["domainValidationOptions"]
    assert [item["domainName"] for item in options] == ["naap.example", "*.naap.example"]
    assert len({item["resourceRecordName"] for item in options}) == 1
    assert options[0]["resourceRecordValue"].endswith(".acm-validations.aws.")


def test_what_follows_from_other_resources_follows(cloud: Cloud) -> None:
    subnet = cloud.create("ec2/subnet", {"vpcId": "vpc-1", "cidrBlock": "10.0.0.0/24"})
    group = cloud.create("rds/subnetGroup", {"subnetIds": [subnet.identity]})
    assert group.properties["vpcId"] == "vpc-1"
    address = cloud.create("ec2/eip", {"domain": "vpc"})
    gateway = cloud.create("ec2/natGateway", {"subnetId": subnet.identity, "allocationId": address.identity})
    assert gateway.properties["publicIp"] == address.properties["publicIp"]
    source = cloud.create("rds/instance", DATABASE)
    replica = {"identifier": "replica", "instanceClass": "db.m8g.large", "replicateSourceDb": source.properties["arn"]}
    outputs = cloud.create("rds/instance", replica).properties
    assert (outputs["engine"], outputs["engineVersion"], outputs["username"]) == ("postgres", "17.6", "root")


def test_outputs_are_of_the_region_that_the_resource_states(cloud: Cloud) -> None:
    inputs = {"cidrBlock": "10.0.0.0/16", "region": "eu-central-1"}
    outputs = cloud.create("ec2/vpc", inputs).properties
    assert outputs["region"] == "eu-central-1"
    assert outputs["arn"].startswith("arn:aws:ec2:eu-central-1:")


def test_the_tags_of_the_provider_are_on_every_resource_and_the_own_ones_win(sdk: Sdk) -> None:
    cloud = Cloud(sdk, defaultTags=json.dumps({"tags": {"app": "naap", "tier": "small"}}))
    outputs = cloud.create("kms/key", {"tags": {"tier": "large"}}).properties
    assert outputs["tagsAll"] == {"app": "naap", "tier": "large"}


def test_without_a_region_nothing_regional_is_made(sdk: Sdk) -> None:
    with pytest.raises(ProviderError, match="set aws:region"):
        Cloud(sdk, region="").create("kms/key", {})
    assert Cloud(sdk, region="").create("iam/role", {"assumeRolePolicy": "{}", "name": "r"}).identity == "r"


def test_a_resource_is_imported_with_what_its_id_tells(cloud: Cloud) -> None:
    resource = cloud.resource("lb/targetGroup", identity="arn:aws:elasticloadbalancing:x")
    assert cloud.provider.read(resource, {}, {}).properties["arn"] == "arn:aws:elasticloadbalancing:x"
    addon = cloud.provider.read(cloud.resource("eks/addon", identity="naap:coredns"), {}, {})
    assert addon.inputs == {"clusterName": "naap", "addonName": "coredns"}
    assert addon.properties["arn"].startswith("arn:aws:eks:us-east-1:123456789012:addon/naap/coredns/")
