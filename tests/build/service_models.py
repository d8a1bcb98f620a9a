"""AWS's own service models (botocore carries them), and what they say of the inputs that a resource states.

The models are what AWS's own clients are made from: of each call's inputs they hold patterns, lengths, bounds and
enumerations. Names differ from Pulumi's: what can't be brought together by rule or by the tables here is counted.
"""

import functools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

import botocore.session  # pyright: ignore[reportMissingTypeStubs]  # the package has none
import regex

OPERATIONS = {
    "acm/certificate": "acm RequestCertificate",
    "amp/alertManagerDefinition": "amp CreateAlertManagerDefinition",
    "amp/ruleGroupNamespace": "amp CreateRuleGroupsNamespace",
    "amp/workspace": "amp CreateWorkspace",
    "amp/workspaceConfiguration": "amp UpdateWorkspaceConfiguration",
    "budgets/budget": "budgets CreateBudget",
    "cloudfront/cachePolicy": "cloudfront CreateCachePolicy",
    "cloudfront/distribution": "cloudfront CreateDistributionWithTags",
    "cloudfront/function": "cloudfront CreateFunction",
    "cloudfront/keyValueStore": "cloudfront CreateKeyValueStore",
    "cloudfront/keyvaluestoreKey": "cloudfront-keyvaluestore PutKey",
    "cloudfront/monitoringSubscription": "cloudfront CreateMonitoringSubscription",
    "cloudfront/originAccessControl": "cloudfront CreateOriginAccessControl",
    "cloudfront/responseHeadersPolicy": "cloudfront CreateResponseHeadersPolicy",
    "cloudfront/vpcOrigin": "cloudfront CreateVpcOrigin",
    "cloudwatch/eventRule": "events PutRule",
    "cloudwatch/eventTarget": "events PutTargets",
    "cloudwatch/logDelivery": "logs CreateDelivery",
    "cloudwatch/logDeliveryDestination": "logs PutDeliveryDestination",
    "cloudwatch/logDeliverySource": "logs PutDeliverySource",
    "cloudwatch/logGroup": "logs CreateLogGroup PutRetentionPolicy",
    "cloudwatch/logMetricFilter": "logs PutMetricFilter",
    "cloudwatch/logResourcePolicy": "logs PutResourcePolicy",
    "cloudwatch/metricAlarm": "cloudwatch PutMetricAlarm",
    "cloudwatch/queryDefinition": "logs PutQueryDefinition",
    "ec2/eip": "ec2 AllocateAddress CreateTags",
    "ec2/flowLog": "ec2 CreateFlowLogs CreateTags",
    "ec2/natGateway": "ec2 CreateNatGateway CreateTags",
    "ec2/route": "ec2 CreateRoute CreateTags",
    "ec2/routeTableAssociation": "ec2 AssociateRouteTable CreateTags",
    "ec2/securityGroup": "ec2 CreateSecurityGroup CreateTags",
    "ec2/subnet": "ec2 CreateSubnet ModifySubnetAttribute CreateTags",
    "ec2/vpc": "ec2 CreateVpc ModifyVpcAttribute CreateTags",
    "ec2/vpcEndpoint": "ec2 CreateVpcEndpoint CreateTags",
    "ec2/vpcPeeringConnection": "ec2 CreateVpcPeeringConnection CreateTags",
    "eks/accessEntry": "eks CreateAccessEntry",
    "eks/accessPolicyAssociation": "eks AssociateAccessPolicy",
    "eks/addon": "eks CreateAddon",
    "eks/cluster": "eks CreateCluster UpdateClusterConfig",
    "eks/podIdentityAssociation": "eks CreatePodIdentityAssociation",
    "elasticache/parameterGroup": "elasticache CreateCacheParameterGroup ModifyCacheParameterGroup",
    "elasticache/replicationGroup": "elasticache CreateReplicationGroup DeleteReplicationGroup ModifyReplicationGroup",
    "elasticache/subnetGroup": "elasticache CreateCacheSubnetGroup",
    "elasticache/user": "elasticache CreateUser",
    "elasticache/userGroup": "elasticache CreateUserGroup",
    "elasticache/userGroupAssociation": "elasticache ModifyUserGroup CreateUser",
    "iam/role": "iam CreateRole",
    "iam/rolePolicy": "iam PutRolePolicy",
    "iam/rolePolicyAttachment": "iam AttachRolePolicy",
    "kms/alias": "kms CreateAlias",
    "kms/key": "kms CreateKey EnableKeyRotation ScheduleKeyDeletion",
    "lb/listener": "elbv2 CreateListener",
    "lb/loadBalancer": "elbv2 CreateLoadBalancer",
    "lb/targetGroup": "elbv2 CreateTargetGroup",
    "rds/eventSubscription": "rds CreateEventSubscription",
    "rds/instance": "rds CreateDBInstance CreateDBInstanceReadReplica ModifyDBInstance DeleteDBInstance",
    "rds/instanceAutomatedBackupsReplication": "rds StartDBInstanceAutomatedBackupsReplication",
    "rds/parameterGroup": "rds CreateDBParameterGroup ModifyDBParameterGroup",
    "rds/subnetGroup": "rds CreateDBSubnetGroup",
    "route53/healthCheck": "route53 CreateHealthCheck ChangeTagsForResource",
    "route53/record": "route53 ChangeResourceRecordSets",
    "s3/bucket": "s3 CreateBucket PutBucketTagging",
    "s3/bucketCorsConfiguration": "s3 PutBucketCors",
    "s3/bucketLifecycleConfiguration": "s3 PutBucketLifecycleConfiguration",
    "s3/bucketLogging": "s3 PutBucketLogging",
    "s3/bucketObjectLockConfiguration": "s3 PutObjectLockConfiguration",
    "s3/bucketObjectv2": "s3 PutObject PutObjectTagging",
    "s3/bucketOwnershipControls": "s3 PutBucketOwnershipControls",
    "s3/bucketPolicy": "s3 PutBucketPolicy",
    "s3/bucketPublicAccessBlock": "s3 PutPublicAccessBlock",
    "s3/bucketReplicationConfig": "s3 PutBucketReplication",
    "s3/bucketServerSideEncryptionConfiguration": "s3 PutBucketEncryption",
    "s3/bucketVersioning": "s3 PutBucketVersioning",
    "secretsmanager/secret": "secretsmanager CreateSecret DeleteSecret",
    "secretsmanager/secretVersion": "secretsmanager PutSecretValue",
    "sns/topic": "sns CreateTopic",
    "sns/topicSubscription": "sns Subscribe",
    "vpc/securityGroupEgressRule": "ec2 AuthorizeSecurityGroupEgress CreateTags",
    "vpc/securityGroupIngressRule": "ec2 AuthorizeSecurityGroupIngress CreateTags",
    "wafv2/webAcl": "wafv2 CreateWebACL",
    "wafv2/webAclLoggingConfiguration": "wafv2 PutLoggingConfiguration",
}
"""By type: the service, then the calls that make a resource, state more of it, or end it."""


RENAMED = {
    "amp/alertManagerDefinition definition": "data",
    "budgets/budget limitAmount": "Amount",
    "budgets/budget limitUnit": "Unit",
    "budgets/budget name": "BudgetName",
    "cloudfront/distribution orderedCacheBehaviors": "CacheBehaviors",
    "cloudfront/distribution origins.originId": "Id",
    "cloudfront/function keyValueStoreAssociations": "KeyValueStoreARN",
    "cloudfront/keyvaluestoreKey keyValueStoreArn": "KvsARN",
    "cloudwatch/logMetricFilter name": "filterName",
    "cloudwatch/logMetricFilter pattern": "filterPattern",
    "ec2/flowLog iamRoleArn": "DeliverLogsPermissionArn",
    "ec2/flowLog vpcId": "ResourceIds",
    "eks/cluster enabledClusterLogTypes": "types",
    "eks/cluster vpcConfig": "resourcesVpcConfig",
    "elasticache/parameterGroup parameters": "ParameterNameValues",
    "eks/addon resolveConflictsOnCreate": "resolveConflicts",
    "eks/addon resolveConflictsOnUpdate": "resolveConflicts",
    "iam/role assumeRolePolicy": "AssumeRolePolicyDocument",
    "iam/rolePolicy policy": "PolicyDocument",
    "kms/key deletionWindowInDays": "PendingWindowInDays",
    "lb/listener certificateArn": "CertificateArn",
    "lb/loadBalancer loadBalancerType": "Type",
    "lb/targetGroup healthCheck.enabled": "HealthCheckEnabled",
    "lb/targetGroup healthCheck": "",
    "lb/targetGroup healthCheck.healthyThreshold": "HealthyThresholdCount",
    "lb/targetGroup healthCheck.interval": "HealthCheckIntervalSeconds",
    "lb/targetGroup healthCheck.matcher": "HttpCode",
    "lb/targetGroup namePrefix": "Name",
    "lb/targetGroup healthCheck.path": "HealthCheckPath",
    "lb/targetGroup healthCheck.port": "Port",
    "lb/targetGroup healthCheck.timeout": "HealthCheckTimeoutSeconds",
    "lb/targetGroup healthCheck.unhealthyThreshold": "UnhealthyThresholdCount",
    "rds/instance caCertIdentifier": "CACertificateIdentifier",
    "rds/instance enabledCloudwatchLogsExports": "EnableCloudwatchLogsExports",
    "rds/instance iamDatabaseAuthenticationEnabled": "EnableIAMDatabaseAuthentication",
    "rds/instance password": "MasterUserPassword",
    "rds/instance performanceInsightsEnabled": "EnablePerformanceInsights",
    "rds/instance replicateSourceDb": "SourceDBInstanceIdentifier",
    "rds/instance username": "MasterUsername",
    "rds/instance finalSnapshotIdentifier": "FinalDBSnapshotIdentifier",
    "route53/healthCheck fqdn": "FullyQualifiedDomainName",
    "route53/record aliases": "AliasTarget",
    "route53/record records": "ResourceRecords",
    "route53/record zoneId": "HostedZoneId",
    "s3/bucketObjectv2 content": "Body",
    "vpc/securityGroupEgressRule cidrIpv4": "CidrIp",
    "vpc/securityGroupEgressRule referencedSecurityGroupId": "GroupId",
    "vpc/securityGroupEgressRule securityGroupId": "GroupId",
    "vpc/securityGroupIngressRule cidrIpv4": "CidrIp",
    "vpc/securityGroupIngressRule referencedSecurityGroupId": "GroupId",
    "vpc/securityGroupIngressRule securityGroupId": "GroupId",
}
"""By type and input: what AWS calls it, where no rule below finds it."""

_DEEP = 4
SCALARS = (str, bool, int, float)


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One value that a resource states. broken: which of AWS's rules it breaks; known: whether AWS's name was found."""

    path: str
    known: bool
    broken: str = ""


@functools.cache
def _session() -> Any:
    return cast("Any", botocore.session).get_session()


@functools.cache
def _operations(kind: str) -> tuple[Any, ...]:
    service, *calls = OPERATIONS[kind].split()
    model = _session().get_service_model(service)
    return tuple(model.operation_model(call).input_shape for call in calls)


@functools.cache
def _tag_rules() -> tuple[Any, Any]:
    """IAM's shapes of a tag's key and value: EKS, ElastiCache and others refuse the same, though few models say so."""
    model = _session().get_service_model("iam")
    return model.shape_for("tagKeyType"), model.shape_for("tagValueType")


def tag_findings(tags: Mapping[str, str]) -> Iterator[Finding]:
    """Keys and values of tags."""
    key_rule, value_rule = _tag_rules()
    for key, value in tags.items():
        yield Finding(path=f"tags.{key}", known=True, broken=broken(key, key_rule) or broken(value, value_rule))


def findings(kind: str, inputs: Mapping[str, Any]) -> Iterator[Finding]:
    """Every value of a resource's inputs, held against AWS's models."""
    for name, value in inputs.items():
        if name == "tags":
            yield from tag_findings(value)
        elif kind in OPERATIONS:
            yield from _Comparison(kind).input(name, value)
        else:
            yield Finding(path=name, known=False)


def _plain(name: str) -> str:
    return name.replace("_", "").lower()


def _named(name: str, shape: Any) -> Any | None:
    """The member of a structure, or of a structure within it, with this name; else the one that ends with it."""
    wanted = _plain(name)
    alike = {wanted, wanted + "s", wanted.removesuffix("s"), wanted.removesuffix("ies") + "y", wanted + "specification"}
    level = [shape]
    for _ in range(_DEEP):
        members = [pair for found in level for pair in _members(found)]
        for key, member in members:
            if _plain(key) in alike:
                return member
        level = [member for _, member in members]
    required: set[str] = set(getattr(shape, "required_members", ()))
    ends = [key for key, _ in _members(shape) if _plain(key).endswith(wanted)]
    starts = [key for key in required if _plain(key).startswith(wanted)]
    best = sorted([key for key in ends if key in required] or ends or starts, key=len)
    return dict(_members(shape))[best[0]] if best else None


def _members(shape: Any) -> list[tuple[str, Any]]:
    while shape.type_name == "list":
        shape = shape.member
    return list(shape.members.items()) if shape.type_name == "structure" else []


@dataclass(frozen=True)
class _Comparison:
    """Of the inputs of one type, side by side with the structures of AWS's calls."""

    kind: str

    def input(self, name: str, value: Any) -> Iterator[Finding]:
        """One input, in the first call that knows it."""
        shapes = (self._named(name, shape) for shape in _operations(self.kind))
        yield from self._compare(name, value, next((shape for shape in shapes if shape is not None), None))

    def _named(self, path: str, shape: Any) -> Any | None:
        path = regex.sub(r"\[\d+\]", "", path)
        renamed = RENAMED.get(f"{self.kind} {path}", path.rpartition(".")[2])
        return _named(renamed, shape) if renamed else shape

    def _compare(self, path: str, value: Any, shape: Any | None) -> Iterator[Finding]:
        if isinstance(value, dict):
            yield from self._object(path, cast("dict[str, Any]", value), shape)
        elif isinstance(value, list):
            within = _list_in(shape)
            for index, item in enumerate(cast("list[Any]", value)):
                yield from self._compare(f"{path}[{index}]", item, within.member if within is not None else shape)
        elif isinstance(value, SCALARS):
            scalar = shape
            while scalar is not None and scalar.type_name == "list":
                scalar = scalar.member
            if scalar is not None and scalar.type_name == "structure" and len(scalar.members) == 1:
                scalar = next(iter(scalar.members.values()))
            known = scalar is not None and scalar.type_name not in ("structure", "map", "list")
            yield Finding(path=path, known=known, broken=broken(value, scalar) if known else "")

    def _object(self, path: str, value: dict[str, Any], shape: Any | None) -> Iterator[Finding]:
        pair = _pair(shape)
        if pair and set(map(_plain, value)) != {"name", "value"}:
            for key, item in value.items():
                # The provider spells words of a list in its own way where they are keys.
                word = next((one for one in pair[0].metadata.get("enum", ()) if _plain(one) == _plain(key)), key)
                yield Finding(path=f"{path}.{key}", known=True, broken=broken(word, pair[0]))
                yield from self._compare(f"{path}.{key}", item, pair[1])
            return
        for key, item in value.items():
            yield from self._compare(
                f"{path}.{key}", item, self._named(f"{path}.{key}", shape) if shape is not None else None
            )


def _list_in(shape: Any | None) -> Any | None:
    """CloudFront's lists are Items beside their Quantity."""
    while shape is not None and shape.type_name != "list":
        shape = next((member for _, member in _members(shape) if member.type_name == "list"), None)
    return shape


def _pair(shape: Any | None) -> tuple[Any, Any] | None:
    """Of a map, or of a list of keys and values: what their keys and values are."""
    if shape is not None and shape.type_name == "map":
        return shape.key, shape.value
    members = dict(_members(shape)) if shape is not None else {}
    if set(members) in ({"Key", "Value"}, {"Name", "Value"}):
        return members.get("Key") or members["Name"], members["Value"]
    return None


def broken(value: object, shape: Any) -> str:
    """Which rule of a scalar's shape a value breaks; empty: none."""
    rules = shape.metadata
    if shape.type_name in ("string", "blob"):
        text = str(value).lower() if isinstance(value, bool) else str(value)
        if shape.type_name == "string" and (enum := rules.get("enum")) and text not in enum:
            return f"one of {', '.join(enum)}"
        pattern = rules.get("pattern")
        if pattern and not regex.search(pattern if "^" in pattern else f"^(?:{pattern})$", text):
            return f"the pattern {pattern}"
        return _bounds(len(text), rules, "characters")
    if shape.type_name in ("integer", "long", "float", "double") and not isinstance(value, bool | str):
        return _bounds(float(cast("int | float", value)), rules, "")
    return ""


def _bounds(size: float, rules: Mapping[str, Any], what: str) -> str:
    if "min" in rules and size < rules["min"]:
        return f"at least {rules['min']} {what}"
    if "max" in rules and size > rules["max"]:
        return f"at most {rules['max']} {what}"
    return ""
