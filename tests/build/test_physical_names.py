"""No two resources ask AWS, or one cluster, for the same name: the second would overwrite the first, or be refused."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, cast

import pytest

from tests.build.conftest import Builder, Built
from tests.build.environments import TIERS
from tests.components.recording import Recorded


class Scope(StrEnum):
    """Within what a name is the only one of its type."""

    ACCOUNT = "account"  # in all regions together
    REGION = "region"  # of one account
    PARENT = "parent"  # another resource of ours, which the key names too
    NONE = "none"  # AWS itself makes the identity


@dataclass(frozen=True, kw_only=True)
class Key:
    """Inputs that together are the name by which AWS tells two resources of a type apart."""

    scope: Scope
    inputs: tuple[str, ...]


def _keys(scope: Scope, *rows: str) -> dict[str, Key]:
    return {row.split()[0]: Key(scope=scope, inputs=tuple(row.split()[1:])) for row in rows}


KEYS = {
    **_keys(
        Scope.ACCOUNT,
        "budgets/budget name",
        "cloudfront/cachePolicy name",
        "cloudfront/distribution comment",
        "cloudfront/function name",
        "cloudfront/keyValueStore name",
        "cloudfront/originAccessControl name",
        "cloudfront/responseHeadersPolicy name",
        "cloudfront/vpcOrigin vpcOriginEndpointConfig.name",
        "iam/role name",
        "route53/record zoneId name type setIdentifier",
        "s3/bucket bucket",
    ),
    **_keys(
        Scope.REGION,
        "acm/certificate domainName",
        "amp/workspace alias",
        "cloudwatch/eventRule name",
        "cloudwatch/logDeliveryDestination name",
        "cloudwatch/logDeliverySource name",
        "cloudwatch/logGroup name",
        "cloudwatch/logResourcePolicy policyName",
        "cloudwatch/metricAlarm name",
        "cloudwatch/queryDefinition name",
        "eks/cluster name",
        "elasticache/parameterGroup name",
        "elasticache/replicationGroup replicationGroupId",
        "elasticache/subnetGroup name",
        "elasticache/user userId",
        "elasticache/userGroup userGroupId",
        "kms/alias name",
        "lb/loadBalancer name",
        "rds/eventSubscription name",
        "rds/instance identifier",
        "rds/parameterGroup name",
        "rds/subnetGroup name",
        "secretsmanager/secret name",
        "sns/topic name",
        "wafv2/webAcl name scope",
    ),
    **_keys(
        Scope.PARENT,
        "amp/alertManagerDefinition workspaceId",
        "amp/ruleGroupNamespace workspaceId name",
        "amp/workspaceConfiguration workspaceId",
        "cloudfront/keyvaluestoreKey keyValueStoreArn key",
        "cloudfront/monitoringSubscription distributionId",
        "cloudwatch/logDelivery deliverySourceName deliveryDestinationArn",
        "cloudwatch/eventTarget rule targetId",
        "cloudwatch/logMetricFilter logGroupName name",
        "ec2/defaultSecurityGroup vpcId",
        "ec2/route routeTableId destinationCidrBlock",
        "ec2/routeTableAssociation subnetId",
        "ec2/securityGroup name vpcId",
        "ec2/subnet vpcId cidrBlock",
        "ec2/vpcEndpoint vpcId serviceName",
        "eks/accessEntry clusterName principalArn",
        "eks/accessPolicyAssociation clusterName principalArn policyArn",
        "eks/addon clusterName addonName",
        "eks/podIdentityAssociation clusterName namespace serviceAccount",
        "elasticache/userGroupAssociation userGroupId userId",
        "iam/rolePolicy name role",
        "iam/rolePolicyAttachment role policyArn",
        "lb/listener loadBalancerArn port",
        "rds/instanceAutomatedBackupsReplication sourceDbInstanceArn",
        "s3/bucketCorsConfiguration bucket",
        "s3/bucketLifecycleConfiguration bucket",
        "s3/bucketLogging bucket",
        "s3/bucketObjectLockConfiguration bucket",
        "s3/bucketObjectv2 bucket key",
        "s3/bucketOwnershipControls bucket",
        "s3/bucketPolicy bucket",
        "s3/bucketPublicAccessBlock bucket",
        "s3/bucketReplicationConfig bucket",
        "s3/bucketServerSideEncryptionConfiguration bucket",
        "s3/bucketVersioning bucket",
        "secretsmanager/secretVersion secretId",
        "sns/topicPolicy arn",
        "sns/topicSubscription topic protocol endpoint",
        "vpc/securityGroupEgressRule securityGroupId ipProtocol fromPort toPort cidrIpv4 referencedSecurityGroupId "
        "prefixListId",
        "vpc/securityGroupIngressRule securityGroupId ipProtocol fromPort toPort cidrIpv4 referencedSecurityGroupId "
        "prefixListId",
        "wafv2/webAclLoggingConfiguration resourceArn",
    ),
    **_keys(
        Scope.NONE,
        "acm/certificateValidation",
        "ec2/eip",
        "ec2/flowLog",
        "ec2/internetGateway",
        "ec2/natGateway",
        "ec2/routeTable",
        "ec2/vpc",
        "ec2/vpcPeeringConnection",
        "ec2/vpcPeeringConnectionAccepter",
        "kms/key",
        # namePrefix: the provider makes the rest up.
        "lb/targetGroup",
        "route53/healthCheck",
    ),
}


def _at(inputs: Any, path: str) -> Any:
    found = inputs
    for step in path.split("."):
        found = cast("Mapping[str, Any]", found or {}).get(step)
    return found


def _kind(record: Recorded) -> str:
    return record.type.split(":")[1]


def physical_names(records: Sequence[Recorded]) -> Iterator[tuple[tuple[Any, ...], Recorded]]:
    """The name of everything that is in AWS, with what it must be the only one in."""
    for record in records:
        if not record.type.startswith("aws:"):
            continue
        key = KEYS[_kind(record)]
        if key.scope is Scope.NONE:
            continue
        where = "" if key.scope is Scope.ACCOUNT else record.region
        first, *rest = key.inputs
        # Where a name is left out, Pulumi makes it of the logical one.
        name = (_at(record.inputs, first) or record.name, *(_at(record.inputs, path) for path in rest))
        yield (_kind(record), where, *name), record


def objects(records: Sequence[Recorded]) -> Iterator[tuple[tuple[Any, ...], Recorded]]:
    """The name of every object, with its cluster."""
    for record in records:
        if record.type.startswith("kubernetes:"):
            metadata = record.inputs.get("metadata") or record.inputs
            group = record.type.removeprefix("kubernetes:").rsplit("/", 1)[0]
            kind = record.type.rsplit(":", 1)[1]
            yield (record.provider, group, kind, metadata.get("namespace"), metadata["name"]), record


def shared(named: Iterator[tuple[tuple[Any, ...], Recorded]]) -> dict[tuple[Any, ...], list[str]]:
    """Names that more than one resource has, with the URNs of these."""
    found: dict[tuple[Any, ...], list[str]] = defaultdict(list)
    for name, record in named:
        found[name].append(record.urn)
    return {name: urns for name, urns in found.items() if len(urns) > 1}


def test_the_name_of_every_type_is_known(tier: Built) -> None:
    kinds = {_kind(record) for record in tier.update.records if record.type.startswith("aws:")}
    assert kinds - KEYS.keys() == set()


def test_no_two_resources_of_an_environment_have_the_same_name_in_aws(tier: Built) -> None:
    assert shared(physical_names(tier.update.records)) == {}


def test_no_two_objects_of_a_cluster_have_the_same_name(tier: Built) -> None:
    assert shared(objects(tier.update.records)) == {}


@pytest.mark.parametrize("production", TIERS[1:], ids=lambda environment: f"{environment.users}")
def test_dev_and_prod_stand_in_one_account_side_by_side(built: Builder, production: Any) -> None:
    both = [record for environment in (TIERS[0], production) for record in built(environment).update.records]
    # What hangs below a resource of ours bears an id that mocks make of the logical name, the same in both.
    own = [record for record in both if not record.type.startswith("aws:") or KEYS[_kind(record)].scope != Scope.PARENT]
    assert shared(physical_names(own)) == {}
