from typing import Any

import pytest

from rehearsal.standins.provider import Resource
from rehearsal.standins.values import UNKNOWN, Secret
from tests.standins.aws.conftest import Cloud

DATABASE: dict[str, Any] = {"instanceClass": "db.t4g.micro", "engine": "postgres", "skipFinalSnapshot": True}
CLUSTER: dict[str, Any] = {"roleArn": "arn:aws:iam::123456789012:role/eks", "vpcConfig": {"subnetIds": ["subnet-1"]}}


def test_a_property_that_the_sdk_does_not_have_is_refused_with_the_nearest_name(cloud: Cloud) -> None:
    failures = cloud.failures("rds/instance", {**DATABASE, "allocatedStorrage": 20})
    assert failures == {"allocatedStorrage": "is no property of InstanceArgs; did you mean allocatedStorage?"}


def test_a_missing_required_property_is_refused(cloud: Cloud) -> None:
    failures = cloud.failures("eks/cluster", {"vpcConfig": {}})
    assert failures["roleArn"] == "is missing: ClusterArgs requires it"
    assert failures["vpcConfig.subnetIds"] == "is missing: ClusterVpcConfigArgs requires it"


def test_nested_types_are_checked_with_their_path(cloud: Cloud) -> None:
    wrong = {**CLUSTER, "vpcConfig": {"subnetIds": ["subnet-1", 2], "endpointPublicAccess": "yes", "subnets": []}}
    failures = cloud.failures("eks/cluster", wrong)
    assert failures["vpcConfig.subnetIds[1]"] == "is a number, but takes a string"
    assert failures["vpcConfig.endpointPublicAccess"] == "is a string, but takes true or false"
    assert "did you mean subnetIds?" in failures["vpcConfig.subnets"]


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("20", "is a string, but takes a whole number"),
        (20.5, "is a number, but takes a whole number"),
        (True, "is true or false, but takes a whole number"),
        ([20], "is a list, but takes a whole number"),
        ({"of": 20}, "is an object, but takes a whole number"),
    ],
)
def test_a_wrong_type_is_named_with_the_right_one(cloud: Cloud, value: object, reason: str) -> None:
    assert cloud.failures("rds/instance", {**DATABASE, "allocatedStorage": value}) == {"allocatedStorage": reason}


def test_tags_take_text_only(cloud: Cloud) -> None:
    assert cloud.failures("kms/key", {"tags": {"cost": 7}}) == {'tags["cost"]': "is a number, but takes a string"}


def test_an_enum_of_the_sdk_takes_only_its_values(cloud: Cloud) -> None:
    failures = cloud.failures("alb/loadBalancer", {"loadBalancerType": "classic"})
    assert "application, network" in failures["loadBalancerType"]


def test_unknown_values_are_of_every_type(cloud: Cloud) -> None:
    inputs = {**DATABASE, "allocatedStorage": UNKNOWN, "tags": UNKNOWN, "vpcSecurityGroupIds": [UNKNOWN]}
    assert cloud.failures("rds/instance", inputs) == {}


def test_secrets_are_checked_by_what_is_in_them_and_never_shown(cloud: Cloud) -> None:
    assert cloud.failures("rds/instance", {**DATABASE, "password": Secret("hunter2")}) == {}
    failures = cloud.failures("rds/instance", {**DATABASE, "password": Secret(["hunter2"])})
    assert failures == {"password": "is a list, but takes a string"}


def test_a_type_that_is_not_played_is_refused_and_told_where_it_belongs(cloud: Cloud) -> None:
    reason = cloud.failures("quicksight/group", {"groupName": "x"})[""]
    assert "does not play this type" in reason and "identity.py" in reason


def test_a_type_that_the_sdk_does_not_have_is_refused(cloud: Cloud) -> None:
    resource = Resource(urn="urn:pulumi:dev::naap::aws:rds/database:Database::x")
    ((_, reason),) = cloud.provider.check(resource, {}, {}).failures
    assert reason.endswith("has no resource type aws:rds/database:Database")


def test_a_policy_may_be_text_or_a_document(cloud: Cloud) -> None:
    document = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
    assert cloud.failures("iam/rolePolicy", {"role": "r", "policy": document}) == {}
    assert cloud.failures("iam/rolePolicy", {"role": "r", "policy": "{}"}) == {}
    assert "policy" in cloud.failures("iam/rolePolicy", {"role": "r", "policy": 5})


def test_the_provider_refuses_options_and_regions_that_it_does_not_know(cloud: Cloud) -> None:
    checked = cloud.provider.check_config({}, {"region": "mars-1", "regoin": "x", "version": "7.51.1"})
    assert {name for name, _ in checked.failures} == {"region", "regoin"}
    assert cloud.provider.check_config({}, {"region": "eu-west-1", "defaultTags": "{}"}).failures == ()
