"""Ids and ARNs in AWS's own formats, one line a resource type.

This table is also the list of resource types that the stand-in plays: any other is refused, never guessed.
Left: the id that Pulumi shows; right: the ARN, where the type has one. See `facts.fill` for the templates.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, kw_only=True)
class Identity:
    """Templates of a resource's id and ARN."""

    id: str
    arn: str = ""


_Rows: TypeAlias = dict[str, tuple[str, str]]
_HERE = "arn:{partition}:%s:{region}:{account}:%s"  # a regional ARN
_GLOBAL = "arn:{partition}:%s::{account}:%s"


def _here(service: str, rest: str) -> str:
    return _HERE % (service, rest)


def _global(service: str, rest: str) -> str:
    return _GLOBAL % (service, rest)


def _ec2(prefix: str, noun: str) -> tuple[str, str]:
    return f"{prefix}-0{{hex:16}}", _here("ec2", f"{noun}/{{id}}")


_NETWORK: _Rows = {
    "ec2/defaultNetworkAcl": _ec2("acl", "network-acl"),
    "ec2/defaultRouteTable": _ec2("rtb", "route-table"),
    "ec2/defaultSecurityGroup": _ec2("sg", "security-group"),
    "ec2/egressOnlyInternetGateway": ("eigw-0{hex:16}", ""),
    "ec2/eip": ("eipalloc-0{hex:16}", _here("ec2", "elastic-ip/{id}")),
    "ec2/eipAssociation": ("eipassoc-0{hex:16}", ""),
    "ec2/flowLog": ("fl-0{hex:16}", _here("ec2", "vpc-flow-log/{id}")),
    "ec2/internetGateway": _ec2("igw", "internet-gateway"),
    "ec2/launchTemplate": _ec2("lt", "launch-template"),
    "ec2/managedPrefixList": _ec2("pl", "prefix-list"),
    "ec2/natGateway": ("nat-0{hex:16}", ""),
    "ec2/networkAcl": _ec2("acl", "network-acl"),
    "ec2/networkAclRule": ("nacl-{digits:10}", ""),
    "ec2/route": ("r-{routeTableId}{digits:10}", ""),
    "ec2/routeTable": _ec2("rtb", "route-table"),
    "ec2/routeTableAssociation": ("rtbassoc-0{hex:16}", ""),
    "ec2/securityGroup": _ec2("sg", "security-group"),
    "ec2/securityGroupRule": ("sgrule-{digits:10}", ""),
    "ec2/subnet": _ec2("subnet", "subnet"),
    "ec2/tag": ("{resourceId},{key}", ""),
    "ec2/vpc": _ec2("vpc", "vpc"),
    "ec2/vpcDhcpOptions": _ec2("dopt", "dhcp-options"),
    "ec2/vpcDhcpOptionsAssociation": ("{dhcpOptionsId}-{vpcId}", ""),
    "ec2/vpcEndpoint": _ec2("vpce", "vpc-endpoint"),
    "ec2/vpcIpv4CidrBlockAssociation": ("vpc-cidr-assoc-0{hex:16}", ""),
    "ec2/vpcPeeringConnection": ("pcx-0{hex:16}", ""),
    "ec2/vpcPeeringConnectionAccepter": ("{vpcPeeringConnectionId}", ""),
    "vpc/securityGroupEgressRule": ("sgr-0{hex:16}", _here("ec2", "security-group-rule/{id}")),
    "vpc/securityGroupIngressRule": ("sgr-0{hex:16}", _here("ec2", "security-group-rule/{id}")),
}
_BALANCING: _Rows = {
    f"{module}/{noun}": row
    for module in ("alb", "lb")
    for noun, row in {
        "listener": ("{arn}", "{listenerPrefix}/{hex:16}"),
        "listenerCertificate": ("{listenerArn}_{certificateArn}", ""),
        "listenerRule": ("{arn}", "{rulePrefix}/{hex:16}"),
        "loadBalancer": (
            "{arn}",
            _here("elasticloadbalancing", "loadbalancer/{balancerKind}/{name}/{hex:16}"),
        ),
        "targetGroup": ("{arn}", _here("elasticloadbalancing", "targetgroup/{name}/{hex:16}")),
        "targetGroupAttachment": ("{targetGroupArn}-{digits:26}", ""),
    }.items()
}
_COMPUTE: _Rows = {
    "ecr/lifecyclePolicy": ("{repository}", ""),
    "ecr/pullThroughCacheRule": ("{ecrRepositoryPrefix}", ""),
    "ecr/repository": ("{name}", _here("ecr", "repository/{name}")),
    "ecr/repositoryPolicy": ("{repository}", ""),
    "eks/accessEntry": ("{clusterName}:{principalArn}", ""),
    "eks/accessPolicyAssociation": ("{clusterName}#{principalArn}#{policyArn}", ""),
    "eks/addon": ("{clusterName}:{addonName}", _here("eks", "addon/{clusterName}/{addonName}/{uuid}")),
    "eks/cluster": ("{name}", _here("eks", "cluster/{name}")),
    "eks/fargateProfile": (
        "{clusterName}:{fargateProfileName}",
        _here("eks", "fargateprofile/{clusterName}/{fargateProfileName}/{uuid}"),
    ),
    "eks/nodeGroup": (
        "{clusterName}:{nodeGroupName}",
        _here("eks", "nodegroup/{clusterName}/{nodeGroupName}/{uuid}"),
    ),
    "eks/podIdentityAssociation": ("a-{hex:17}", ""),
    "lambda/function": ("{name}", _here("lambda", "function:{name}")),
    "lambda/permission": ("{statement}", ""),
}
_DATA: _Rows = {
    "backup/plan": ("{uuid}", _here("backup", "backup-plan:{id}")),
    "backup/selection": ("{uuid}", ""),
    "backup/vault": ("{name}", _here("backup", "backup-vault:{name}")),
    "backup/vaultLockConfiguration": ("{backupVaultName}", ""),
    "backup/vaultNotifications": ("{backupVaultName}", ""),
    "backup/vaultPolicy": ("{backupVaultName}", ""),
    "dynamodb/table": ("{name}", _here("dynamodb", "table/{name}")),
    "elasticache/cluster": ("{clusterId}", _here("elasticache", "cluster:{clusterId}")),
    "elasticache/parameterGroup": ("{name}", _here("elasticache", "parametergroup:{name}")),
    "elasticache/replicationGroup": (
        "{replicationGroupId}",
        _here("elasticache", "replicationgroup:{replicationGroupId}"),
    ),
    "elasticache/subnetGroup": ("{name}", _here("elasticache", "subnetgroup:{name}")),
    "elasticache/user": ("{userId}", _here("elasticache", "user:{userId}")),
    "elasticache/userGroup": ("{userGroupId}", _here("elasticache", "usergroup:{userGroupId}")),
    "elasticache/userGroupAssociation": ("{userGroupId},{userId}", ""),
    "rds/cluster": ("{clusterIdentifier}", _here("rds", "cluster:{clusterIdentifier}")),
    "rds/clusterInstance": ("{identifier}", _here("rds", "db:{identifier}")),
    "rds/clusterParameterGroup": ("{name}", _here("rds", "cluster-pg:{name}")),
    "rds/eventSubscription": ("{name}", _here("rds", "es:{name}")),
    "rds/instance": ("db-{upper:26}", _here("rds", "db:{identifier}")),
    "rds/instanceAutomatedBackupsReplication": ("{arn}", _here("rds", "auto-backup:ab-{hex:39}")),
    "rds/optionGroup": ("{name}", _here("rds", "og:{name}")),
    "rds/parameterGroup": ("{name}", _here("rds", "pg:{name}")),
    "rds/subnetGroup": ("{name}", _here("rds", "subgrp:{name}")),
    "s3/accountPublicAccessBlock": ("{account}", ""),
    "s3/bucket": ("{bucket}", "arn:{partition}:s3:::{bucket}"),
    "s3/bucketLifecycleConfiguration": ("{bucket}", ""),
    "s3/bucketMetric": ("{bucket}:{name}", ""),
    "s3/bucketNotification": ("{bucket}", ""),
    "s3/bucketObjectv2": ("{bucket}/{objectKey}", "arn:{partition}:s3:::{bucket}/{objectKey}"),
    "s3/inventory": ("{bucket}:{name}", ""),
    **{
        f"s3/bucket{noun}": ("{bucket}", "")
        for noun in (
            "CorsConfiguration",
            "IntelligentTieringConfiguration",
            "Logging",
            "ObjectLockConfiguration",
            "OwnershipControls",
            "Policy",
            "PublicAccessBlock",
            "ReplicationConfig",
            "ServerSideEncryptionConfiguration",
            "Versioning",
        )
    },
}
_SECURITY: _Rows = {
    "accessanalyzer/analyzer": ("{analyzerName}", _here("access-analyzer", "analyzer/{analyzerName}")),
    "acm/certificate": ("{arn}", _here("acm", "certificate/{uuid}")),
    "acm/certificateValidation": ("{time}", ""),
    "cloudtrail/trail": ("{arn}", _here("cloudtrail", "trail/{name}")),
    "guardduty/detector": ("{hex:32}", _here("guardduty", "detector/{id}")),
    "guardduty/detectorFeature": ("{detectorId}/{name}", ""),
    "iam/instanceProfile": ("{name}", _global("iam", "instance-profile{path:/}{name}")),
    "iam/openIdConnectProvider": ("{arn}", _global("iam", "oidc-provider/{urlHost}")),
    "iam/policy": ("{arn}", _global("iam", "policy{path:/}{name}")),
    "iam/role": ("{name}", _global("iam", "role{path:/}{name}")),
    "iam/rolePolicy": ("{role}:{name}", ""),
    "iam/rolePolicyAttachment": ("{role}/{policyArn}", ""),
    "iam/serviceLinkedRole": (
        "{arn}",
        _global("iam", "role/aws-service-role/{awsServiceName}/AWSServiceRoleFor{hex:8}"),
    ),
    "kms/alias": ("{name}", _here("kms", "{name}")),
    "kms/grant": ("{keyId}:{hex:64}", ""),
    "kms/key": ("{uuid}", _here("kms", "key/{id}")),
    "kms/replicaKey": ("mrk-{hex:32}", _here("kms", "key/{id}")),
    "secretsmanager/secret": ("{arn}", _here("secretsmanager", "secret:{name}-{hex:6}")),
    "secretsmanager/secretPolicy": ("{secretArn}", ""),
    "secretsmanager/secretRotation": ("{secretId}", ""),
    "secretsmanager/secretVersion": ("{secretId}|terraform-{digits:26}", "{secretId}"),
    "securityhub/account": ("{account}", _here("securityhub", "hub/default")),
    "shield/subscription": ("{account}", ""),
    "shield/protection": ("{uuid}", _global("shield", "protection/{id}")),
    "ssm/parameter": ("{name}", _here("ssm", "parameter{slashed}")),
    "wafv2/ipSet": ("{uuid}", _here("wafv2", "{wafScope}/ipset/{name}/{id}")),
    "wafv2/regexPatternSet": ("{uuid}", _here("wafv2", "{wafScope}/regexpatternset/{name}/{id}")),
    "wafv2/ruleGroup": ("{uuid}", _here("wafv2", "{wafScope}/rulegroup/{name}/{id}")),
    "wafv2/webAcl": ("{uuid}", _here("wafv2", "{wafScope}/webacl/{name}/{id}")),
    "wafv2/webAclAssociation": ("{webAclArn},{resourceArn}", ""),
    "wafv2/webAclLoggingConfiguration": ("{resourceArn}", ""),
}
_EDGE: _Rows = {
    "cloudfront/cachePolicy": ("{uuid}", _global("cloudfront", "cache-policy/{id}")),
    "cloudfront/distribution": ("E{upper:13}", _global("cloudfront", "distribution/{id}")),
    "cloudfront/function": ("{name}", _global("cloudfront", "function/{name}")),
    "cloudfront/keyValueStore": ("{name}", _global("cloudfront", "key-value-store/{uuid}")),
    "cloudfront/keyvaluestoreKey": ("{keyValueStoreArn},{key}", ""),
    "cloudfront/monitoringSubscription": ("{distributionId}", ""),
    "cloudfront/originAccessControl": ("E{upper:13}", _global("cloudfront", "origin-access-control/{id}")),
    "cloudfront/originRequestPolicy": ("{uuid}", _global("cloudfront", "origin-request-policy/{id}")),
    "cloudfront/responseHeadersPolicy": ("{uuid}", _global("cloudfront", "response-headers-policy/{id}")),
    "cloudfront/vpcOrigin": ("vo_{upper:22}", _global("cloudfront", "vpcorigin/{id}")),
    "route53/healthCheck": ("{uuid}", "arn:{partition}:route53:::healthcheck/{id}"),
    "route53/queryLog": ("{uuid}", "arn:{partition}:route53:::queryloggingconfig/{id}"),
    "route53/record": ("{zoneId}_{name}_{type}{setSuffix}", ""),
    "route53/zone": ("Z{upper:20}", "arn:{partition}:route53:::hostedzone/{id}"),
}
_OBSERVABILITY: _Rows = {
    "amp/alertManagerDefinition": ("{workspaceId}", ""),
    "amp/ruleGroupNamespace": ("{arn}", _here("aps", "rulegroupsnamespace/{workspaceId}/{name}")),
    "amp/workspace": ("ws-{uuid}", _here("aps", "workspace/{id}")),
    "amp/workspaceConfiguration": ("{workspaceId}", ""),
    "budgets/budget": ("{account}:{name}", _global("budgets", "budget/{name}")),
    "cloudwatch/compositeAlarm": ("{alarmName}", _here("cloudwatch", "alarm:{alarmName}")),
    "cloudwatch/dashboard": ("{dashboardName}", ""),
    "cloudwatch/eventRule": ("{name}", _here("events", "rule/{name}")),
    "cloudwatch/eventTarget": ("{rule}-{eventTarget}", ""),
    "cloudwatch/logDelivery": ("{upper:16}", _here("logs", "delivery:{id}")),
    "cloudwatch/logDeliveryDestination": ("{name}", _here("logs", "delivery-destination:{name}")),
    "cloudwatch/logDeliverySource": ("{name}", _here("logs", "delivery-source:{name}")),
    "cloudwatch/logGroup": ("{name}", _here("logs", "log-group:{name}")),
    "cloudwatch/logMetricFilter": ("{name}", ""),
    "cloudwatch/logResourcePolicy": ("{logPolicy}", ""),
    "cloudwatch/logStream": ("{name}", _here("logs", "log-group:{logGroupName}:log-stream:{name}")),
    "cloudwatch/logSubscriptionFilter": ("cwlsf-{digits:10}", ""),
    "cloudwatch/metricAlarm": ("{name}", _here("cloudwatch", "alarm:{name}")),
    "cloudwatch/queryDefinition": ("{uuid}", _here("logs", "query-definition:{id}")),
    "costexplorer/anomalyMonitor": ("{arn}", _global("ce", "anomalymonitor/{uuid}")),
    "costexplorer/anomalySubscription": ("{arn}", _global("ce", "anomalysubscription/{uuid}")),
    "grafana/workspace": ("g-{hex:10}", _here("grafana", "/workspaces/{id}")),
    "scheduler/schedule": ("{scheduleGroup}/{name}", _here("scheduler", "schedule/{scheduleGroup}/{name}")),
    "sns/topic": ("{arn}", _here("sns", "{name}")),
    "sns/topicPolicy": ("{arn}", ""),
    "sns/topicSubscription": ("{arn}", "{topic}:{uuid}"),
    "sqs/queue": ("https://sqs.{region}.amazonaws.com/{account}/{name}", _here("sqs", "{name}")),
    "sqs/queuePolicy": ("{queueUrl}", ""),
}

IDENTITIES: dict[str, Identity] = {
    kind: Identity(id=row[0], arn=row[1])
    for rows in (_NETWORK, _BALANCING, _COMPUTE, _DATA, _SECURITY, _EDGE, _OBSERVABILITY)
    for kind, row in rows.items()
}
