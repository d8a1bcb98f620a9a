import json
from typing import Any

import pytest

from rehearsal.standins.aws.functions import ANSWERS
from rehearsal.standins.aws.sdk.sdk import Sdk
from rehearsal.standins.provider import ProviderError
from tests.standins.aws.conftest import AUTHORITY, Cloud

ARGS: dict[str, dict[str, Any]] = {
    "cloudfront/getCachePolicy": {"name": "Managed-CachingOptimized"},
    "cloudfront/getOriginRequestPolicy": {"name": "Managed-AllViewer"},
    "cloudfront/getResponseHeadersPolicy": {"name": "Managed-SecurityHeadersPolicy"},
    "ec2/getManagedPrefixList": {"name": "com.amazonaws.global.cloudfront.origin-facing"},
    "eks/getCluster": {"name": "naap"},
    "eks/getClusterAuth": {"name": "naap"},
    "iam/getSessionContext": {"arn": "arn:aws:iam::123456789012:user/rehearsal"},
    "index/getServicePrincipal": {"serviceName": "ec2"},
    "kms/getAlias": {"name": "alias/aws/rds"},
    "route53/getZone": {"name": "naap.example"},
    "ssm/getParameter": {"name": "/aws/service/eks/optimized-ami/1.34/amazon-linux-2023/x86_64/standard/recommended"},
}


TOKEN = {"token": "made-up"}


def call(cloud: Cloud, name: str, args: dict[str, Any]) -> dict[str, Any]:
    return cloud.provider.invoke(f"aws:{name}:{name.rpartition('/')[2]}", args)


@pytest.mark.parametrize("name", sorted(ANSWERS))
def test_a_function_answers_with_fields_of_its_result_only(cloud: Cloud, sdk: Sdk, name: str) -> None:
    result = call(cloud, name, ARGS.get(name, {}))
    known = sdk.function(f"aws:{name}:{name.rpartition('/')[2]}").result.properties
    assert result["id"] and result.keys() <= known.keys()


def test_a_function_that_is_not_known_is_refused_by_name(cloud: Cloud) -> None:
    with pytest.raises(ProviderError, match=r"aws:rds/getInstance:getInstance.*does not guess"):
        call(cloud, "rds/getInstance", {})
    with pytest.raises(ProviderError, match="has no function aws:rds/getNothing:getNothing"):
        call(cloud, "rds/getNothing", {})


def test_the_arguments_of_a_function_are_checked(cloud: Cloud) -> None:
    with pytest.raises(ProviderError, match="name is a number, but takes a string"):
        call(cloud, "route53/getZone", {"name": 5})
    with pytest.raises(ProviderError, match="nmae is no property"):
        call(cloud, "route53/getZone", {"nmae": "x"})


def test_zones_are_those_of_the_region(cloud: Cloud) -> None:
    assert call(cloud, "index/getAvailabilityZones", {})["names"][:3] == ["us-east-1a", "us-east-1b", "us-east-1c"]
    there = call(cloud, "index/getAvailabilityZones", {"region": "eu-west-1", "excludeNames": ["eu-west-1a"]})
    assert there["names"] == ["eu-west-1b", "eu-west-1c"] and there["zoneIds"] == ["euw1-az2", "euw1-az3"]


def test_a_cluster_and_its_token_are_those_of_the_control_plane(cloud: Cloud) -> None:
    cluster = call(cloud, "eks/getCluster", {"name": "naap"})
    assert cluster["endpoint"] == "https://127.0.0.1:6443"
    assert cluster["certificateAuthorities"] == [{"data": AUTHORITY}]
    assert call(cloud, "eks/getClusterAuth", {"name": "naap"}) == {
        "id": "naap",
        "name": "naap",
        "region": "us-east-1",
        **TOKEN,
    }
    with pytest.raises(ProviderError, match="no control plane of that name"):
        call(cloud, "eks/getClusterAuth", {"name": "other"})


def test_managed_policies_have_the_ids_that_aws_publishes(cloud: Cloud) -> None:
    policy = call(cloud, "cloudfront/getCachePolicy", {"name": "Managed-CachingOptimized"})
    assert policy["id"] == "658327ea-f89d-4fab-a63d-7e88639e58f6"
    with pytest.raises(ProviderError, match="none of AWS's managed policies"):
        call(cloud, "cloudfront/getCachePolicy", {"name": "Mine"})


def test_a_policy_document_is_rendered_as_the_provider_does(cloud: Cloud) -> None:
    statement = {
        "sid": "Read",
        "actions": ["s3:GetObject", "s3:ListBucket"],
        "resources": ["arn:aws:s3:::b/&{aws:username}"],
        "principals": [{"type": "Service", "identifiers": ["pods.eks.amazonaws.com"]}],
        "conditions": [{"test": "StringEquals", "variable": "aws:SourceAccount", "values": ["123456789012"]}],
    }
    result = call(cloud, "iam/getPolicyDocument", {"statements": [statement]})
    document = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "Read",
                "Effect": "Allow",
                "Action": ["s3:ListBucket", "s3:GetObject"],
                "Resource": "arn:aws:s3:::b/${aws:username}",
                "Principal": {"Service": "pods.eks.amazonaws.com"},
                "Condition": {"StringEquals": {"aws:SourceAccount": "123456789012"}},
            }
        ],
    }
    assert result["json"] == json.dumps(document, indent=2)
    assert json.loads(result["minifiedJson"]) == document


def test_policy_documents_merge_by_sid(cloud: Cloud) -> None:
    base = json.dumps({"Statement": [{"Sid": "A", "Effect": "Allow", "Action": "a:*", "Resource": "*"}]})
    over = json.dumps({"Statement": [{"Sid": "A", "Effect": "Deny", "Action": "a:*", "Resource": "*"}]})
    args = {"sourcePolicyDocuments": [base], "overridePolicyDocuments": [over]}
    (statement,) = json.loads(call(cloud, "iam/getPolicyDocument", args)["json"])["Statement"]
    assert statement["Effect"] == "Deny"
    twice = {"sourcePolicyDocuments": [base], "statements": [{"sid": "A", "actions": ["b:*"]}]}
    with pytest.raises(ProviderError, match="each needs its own"):
        call(cloud, "iam/getPolicyDocument", twice)
