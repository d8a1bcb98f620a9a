"""Names that AWS gives once. Sources: each service's API reference, whose errors botocore's service models carry."""

from pathlib import Path
from typing import Any, cast

import botocore.session  # pyright: ignore[reportMissingTypeStubs]  # the package has none
import pytest

from rehearsal.standins.aws.account.account import Account
from rehearsal.standins.aws.account.rules_unique import OVERWRITTEN, REFUSED
from rehearsal.standins.aws.account.uniqueness import UNIQUE
from rehearsal.standins.aws.sdk.sdk import Sdk
from rehearsal.standins.provider import ProviderError
from tests.standins.aws.conftest import Cloud

SERVICES = {  # where a service model is not called as the type's module is
    "cloudwatch": "logs",
    "lb": "elbv2",
    "vpc": "ec2",
}
NOT_IN_MODELS = {  # from the services' lists of error codes
    "InvalidParameter",  # SNS's model calls the code so for InvalidParameterException
    "InvalidGroup.Duplicate",  # EC2's errors are in no model: "Error codes for the Amazon EC2 API"
    "InvalidLaunchTemplateName.AlreadyExistsException",
    "InvalidPermission.Duplicate",
    "Resource.AlreadyAssociated",
    "RouteAlreadyExists",
}
ROLE: dict[str, Any] = {"assumeRolePolicy": "{}", "name": "reader"}
ALARM: dict[str, Any] = {"name": "expiry", "comparisonOperator": "LessThanThreshold", "evaluationPeriods": 1}
ACCESS = {
    "name": "assets",
    "originAccessControlOriginType": "s3",
    "signingBehavior": "always",
    "signingProtocol": "sigv4",
}
DATABASE: dict[str, Any] = {"identifier": "main", "instanceClass": "db.m8g.large", "skipFinalSnapshot": True}
PARTS: dict[str, Any] = {"instanceClass": "db.m8g.large", "skipFinalSnapshot": True, "engine": "postgres"}


@pytest.mark.parametrize("kind", sorted(kind for kind, unique in UNIQUE.items() if unique.error))
def test_every_refusal_has_a_code_of_the_service_itself(kind: str) -> None:
    code = UNIQUE[kind].error.partition(":")[0]
    module = kind.partition("/")[0]
    session: Any = cast("Any", botocore.session).get_session()
    model: Any = session.get_service_model(SERVICES.get(module, module))
    shapes: list[Any] = [model.shape_for(name) for name in model.shape_names]
    codes: set[str] = {shape.metadata.get("error", {}).get("code", shape.name) for shape in shapes}
    assert code in codes | NOT_IN_MODELS


@pytest.mark.parametrize("kind", sorted(UNIQUE))
def test_every_name_is_made_of_real_inputs(cloud: Cloud, kind: str) -> None:
    inputs = cloud.type(kind).inputs.properties
    assert [key for key in UNIQUE[kind].keys if key.split(".")[0].rstrip("?[]") not in inputs] == []


@pytest.mark.parametrize(
    ("kind", "inputs", "text"),
    [
        ("iam/role", ROLE, r"EntityAlreadyExists: Role with name reader already exists\."),
        ("s3/bucket", {"bucket": "one-bucket"}, "BucketAlreadyOwnedByYou"),
        ("rds/instance", DATABASE, "DBInstanceAlreadyExists"),
        ("cloudwatch/logGroup", {"name": "pods"}, "ResourceAlreadyExistsException: The specified log group"),
        ("cloudfront/originAccessControl", ACCESS, "OriginAccessControlAlreadyExists"),
        ("elasticache/user", {"userId": "u", "userName": "u", "engine": "valkey", "accessString": "on"}, "UserAlready"),
        ("secretsmanager/secret", {"name": "root"}, "the secret root already exists"),
    ],
)
def test_a_second_resource_of_a_name_is_refused(cloud: Cloud, kind: str, inputs: dict[str, Any], text: str) -> None:
    first = cloud.create(kind, inputs, name="first")
    with pytest.raises(ProviderError, match=rf"{text}.*it is 'first' of this stack"):
        cloud.create(kind, inputs, name="second")
    cloud.create(kind, inputs, name="second", preview=True)  # AWS is not asked
    cloud.provider.delete(cloud.resource(kind, "first", identity=first.identity), first.properties)
    assert cloud.create(kind, inputs, name="second").identity


def test_regional_names_are_free_in_another_region_and_global_ones_are_not(sdk: Sdk) -> None:
    account = Account()
    here, there = Cloud(sdk, account=account), Cloud(sdk, "eu-west-1", account=account)
    here.create("cloudwatch/logGroup", {"name": "pods"}, name="here")
    assert there.create("cloudwatch/logGroup", {"name": "pods"}, name="there").identity
    for kind, inputs in (("iam/role", ROLE), ("s3/bucket", {"bucket": "one-bucket"})):
        here.create(kind, inputs, name="here")
        with pytest.raises(ProviderError, match="it is 'here'"):
            there.create(kind, inputs, name="there")


def test_a_domain_is_an_alias_of_one_distribution(cloud: Cloud) -> None:
    """CloudFront's developer guide, "Requirements for using alternate domain names"."""
    rest: dict[str, Any] = {
        "enabled": True,
        "origins": [{"originId": "a", "domainName": "a.example"}],
        "defaultCacheBehavior": {
            "targetOriginId": "a",
            "viewerProtocolPolicy": "https-only",
            "allowedMethods": ["GET"],
            "cachedMethods": ["GET"],
        },
        "restrictions": {"geoRestriction": {"restrictionType": "none"}},
        "viewerCertificate": {},
    }
    cloud.create("cloudfront/distribution", {**rest, "aliases": ["a.example", "b.example"]}, name="first")
    with pytest.raises(ProviderError, match=r"\(b\.example\): CNAMEAlreadyExists"):
        cloud.create("cloudfront/distribution", {**rest, "aliases": ["c.example", "b.example"]}, name="second")


def test_a_record_that_may_overwrite_does(cloud: Cloud) -> None:
    """Route 53's API reference, ChangeResourceRecordSets: CREATE is refused, UPSERT is not."""
    record = {"zoneId": "Z1", "name": "a.example", "type": "CNAME", "ttl": 60, "records": ["b.example"]}
    cloud.create("route53/record", record, name="first")
    with pytest.raises(ProviderError, match=r"InvalidChangeBatch.*name='a\.example\.', type='CNAME'"):
        cloud.create("route53/record", record, name="second")
    assert cloud.create("route53/record", {**record, "allowOverwrite": True}, name="second").identity


def test_a_topic_is_shared_by_those_who_ask_for_the_same(cloud: Cloud) -> None:
    """SNS's API reference, CreateTopic: gives the topic that exists, without another."""
    topic = {"name": "alarms", "kmsMasterKeyId": "k"}
    first = cloud.create("sns/topic", topic, name="first")
    assert cloud.create("sns/topic", topic, name="second").identity == first.identity
    with pytest.raises(ProviderError, match="Topic already exists with different attributes"):
        cloud.create("sns/topic", {**topic, "kmsMasterKeyId": "other"}, name="third")


def test_a_creation_that_was_not_recorded_is_taken_up_again(sdk: Sdk, tmp_path: Path) -> None:
    file = str(tmp_path / "account.sqlite")
    made = Cloud(sdk, account=Account(file)).create("iam/role", ROLE)
    assert Cloud(sdk, account=Account(file)).create("iam/role", ROLE) == made
    with pytest.raises(ProviderError, match="EntityAlreadyExists"):
        Cloud(sdk, account=Account(file)).create("iam/role", ROLE, name="other")


def test_a_replacement_under_the_same_name_is_refused_while_the_old_one_is_there(cloud: Cloud) -> None:
    """As where a program forces it with replace_on_changes, and states the name."""
    old = cloud.create("iam/role", ROLE)
    cloud.provider.diff(cloud.resource("iam/role", identity=old.identity), old.properties, ROLE, ROLE)
    with pytest.raises(ProviderError, match="EntityAlreadyExists"):
        cloud.create("iam/role", {**ROLE, "description": "new"})


def test_what_the_state_has_is_known_even_to_a_new_account(sdk: Sdk) -> None:
    made = Cloud(sdk).create("iam/role", ROLE, name="first")
    later = Cloud(sdk)
    later.provider.read(later.resource("iam/role", "first", identity=made.identity), made.properties, ROLE)
    with pytest.raises(ProviderError, match="it is 'first'"):
        later.create("iam/role", ROLE, name="second")


def test_a_resource_that_moved_to_another_urn_keeps_its_name(cloud: Cloud) -> None:
    made = cloud.create("iam/role", ROLE, name="old")
    moved = cloud.resource("iam/role", "new", identity=made.identity)
    cloud.provider.diff(moved, made.properties, ROLE, ROLE)
    cloud.provider.update(moved, made.properties, ROLE, {**ROLE, "description": "moved"})
    with pytest.raises(ProviderError, match="it is 'new'"):
        cloud.create("iam/role", ROLE, name="third")


def test_a_renamed_database_frees_its_name_and_holds_the_new_one(cloud: Cloud) -> None:
    inputs = {**PARTS, "identifier": "main"}
    made = cloud.create("rds/instance", inputs, name="first")
    renamed = {**PARTS, "identifier": "moved"}
    cloud.provider.update(
        cloud.resource("rds/instance", "first", identity=made.identity), made.properties, inputs, renamed
    )
    assert cloud.create("rds/instance", inputs, name="second").identity
    with pytest.raises(ProviderError, match="DBInstanceAlreadyExists"):
        cloud.create("rds/instance", renamed, name="third")


def test_alarms_of_one_name_overwrite_each_other(cloud: Cloud) -> None:
    """CloudWatch's API reference, PutMetricAlarm: the update completely overwrites the previous configuration."""
    first = cloud.create("cloudwatch/metricAlarm", {**ALARM, "threshold": 30}, name="first")
    second = cloud.create("cloudwatch/metricAlarm", {**ALARM, "threshold": 60}, name="second")
    read = cloud.provider.read(
        cloud.resource("cloudwatch/metricAlarm", "first", identity=first.identity),
        first.properties,
        {**ALARM, "threshold": 30},
    )
    assert read.properties["threshold"] == read.inputs["threshold"] == 60
    own = cloud.resource("cloudwatch/metricAlarm", "second", identity=second.identity)
    assert cloud.provider.read(own, second.properties, {**ALARM, "threshold": 60}).properties == second.properties


def test_who_deletes_an_alarm_deletes_it_for_all(cloud: Cloud) -> None:
    first = cloud.create("cloudwatch/metricAlarm", ALARM, name="first")
    second = cloud.create("cloudwatch/metricAlarm", ALARM, name="second")
    own = cloud.resource("cloudwatch/metricAlarm", "second", identity=second.identity)
    cloud.provider.delete(own, second.properties)
    other = cloud.resource("cloudwatch/metricAlarm", "first", identity=first.identity)
    assert cloud.provider.read(other, first.properties, ALARM).identity == ""
    assert cloud.create("cloudwatch/metricAlarm", ALARM, name="first") == first


def test_no_type_is_both_refused_and_overwritten() -> None:
    assert REFUSED.keys() & OVERWRITTEN.keys() == set()
