"""Which changes make AWS replace a resource: reviewed, one line a resource type.

`Forced.by` are property paths whose change needs a new resource; `Forced.not_by` are paths whose documentation
sounds like it, but whose change does not. What neither mentions follows the SDK's documentation.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Forced:
    """The reviewed paths of one resource type."""

    by: frozenset[str] = frozenset()
    not_by: frozenset[str] = frozenset()


NAME = "name namePrefix"
_RULE = (
    "type fromPort toPort protocol securityGroupId cidrBlocks ipv6CidrBlocks prefixListIds self sourceSecurityGroupId"
)
_BALANCER = f"{NAME} internal loadBalancerType customerOwnedIpv4Pool"
_TARGETS = f"{NAME} port protocol protocolVersion targetType vpcId ipAddressType targetControlPort"
_BY: dict[str, str] = {
    "accessanalyzer/analyzer": "analyzerName type",
    "acm/certificate": "domainName validationMethod keyAlgorithm subjectAlternativeNames certificateAuthorityArn",
    "acm/certificateValidation": "certificateArn validationRecordFqdns",
    "amp/alertManagerDefinition": "workspaceId",
    "amp/ruleGroupNamespace": "name workspaceId",
    "amp/workspace": "kmsKeyArn",
    "backup/plan": "name",
    "backup/selection": "name planId iamRoleArn resources notResources conditions selectionTags",
    "backup/vault": "name kmsKeyArn",
    "backup/vaultLockConfiguration": "backupVaultName changeableForDays maxRetentionDays minRetentionDays",
    "backup/vaultNotifications": "backupVaultName snsTopicArn backupVaultEvents",
    "backup/vaultPolicy": "backupVaultName",
    "budgets/budget": f"{NAME} accountId",
    "cloudfront/function": "name",
    "cloudfront/keyValueStore": "name",
    "cloudfront/keyvaluestoreKey": "key keyValueStoreArn",
    "cloudfront/monitoringSubscription": "distributionId",
    "cloudtrail/trail": "name",
    "cloudwatch/compositeAlarm": "alarmName",
    "cloudwatch/dashboard": "dashboardName",
    "cloudwatch/eventRule": f"{NAME} eventBusName",
    "cloudwatch/eventTarget": "rule targetId eventBusName",
    "cloudwatch/logDelivery": "deliveryDestinationArn deliverySourceName",
    "cloudwatch/logDeliveryDestination": "name outputFormat",
    "cloudwatch/logDeliverySource": "name logType resourceArn",
    "cloudwatch/logGroup": f"{NAME} logGroupClass",
    "cloudwatch/logMetricFilter": "name logGroupName",
    "cloudwatch/logResourcePolicy": "policyName",
    "cloudwatch/logStream": "name logGroupName",
    "cloudwatch/logSubscriptionFilter": "name logGroup",
    "cloudwatch/metricAlarm": "name",
    "costexplorer/anomalyMonitor": "monitorType monitorDimension monitorSpecification",
    "costexplorer/anomalySubscription": "name accountId",
    "dynamodb/table": "name hashKey rangeKey localSecondaryIndexes",
    "ec2/defaultSecurityGroup": "vpcId",
    "ec2/egressOnlyInternetGateway": "vpcId",
    "ec2/eip": "domain address publicIpv4Pool networkBorderGroup customerOwnedIpv4Pool ipamPoolId",
    "ec2/eipAssociation": "allocationId instanceId networkInterfaceId privateIpAddress publicIp",
    "ec2/flowLog": "eniId iamRoleArn logDestination logDestinationType logFormat maxAggregationInterval subnetId "
    "trafficType transitGatewayId vpcId deliverCrossAccountRole destinationOptions",
    "ec2/launchTemplate": NAME,
    "ec2/managedPrefixList": "addressFamily",
    "ec2/natGateway": "allocationId subnetId connectivityType privateIp vpcId availabilityMode",
    "ec2/networkAcl": "vpcId",
    "ec2/networkAclRule": "networkAclId ruleNumber egress protocol ruleAction cidrBlock ipv6CidrBlock fromPort toPort "
    "icmpType icmpCode",
    "ec2/route": "routeTableId destinationCidrBlock destinationIpv6CidrBlock destinationPrefixListId",
    "ec2/routeTable": "vpcId",
    "ec2/routeTableAssociation": "subnetId gatewayId",
    "ec2/securityGroup": f"{NAME} description vpcId",
    "ec2/securityGroupRule": _RULE,
    "ec2/subnet": "vpcId cidrBlock availabilityZone availabilityZoneId ipv6Native outpostArn ipv4IpamPoolId "
    "ipv4NetmaskLength",
    "ec2/tag": "resourceId key",
    "ec2/vpc": "cidrBlock instanceTenancy ipv4IpamPoolId ipv4NetmaskLength",
    "ec2/vpcDhcpOptions": "domainName domainNameServers ipv6AddressPreferredLeaseTime netbiosNameServers "
    "netbiosNodeType ntpServers",
    "ec2/vpcDhcpOptionsAssociation": "vpcId",
    "ec2/vpcEndpoint": "vpcId serviceName vpcEndpointType serviceRegion resourceConfigurationArn serviceNetworkArn",
    "ec2/vpcIpv4CidrBlockAssociation": "vpcId cidrBlock ipv4IpamPoolId ipv4NetmaskLength",
    "ec2/vpcPeeringConnection": "vpcId peerVpcId peerOwnerId peerRegion",
    "ec2/vpcPeeringConnectionAccepter": "vpcPeeringConnectionId",
    "ecr/lifecyclePolicy": "repository policy",
    "ecr/pullThroughCacheRule": "ecrRepositoryPrefix upstreamRegistryUrl",
    "ecr/repository": "name encryptionConfigurations",
    "ecr/repositoryPolicy": "repository",
    "eks/accessEntry": "clusterName principalArn type",
    "eks/accessPolicyAssociation": "clusterName principalArn policyArn accessScope",
    "eks/addon": "clusterName addonName",
    "eks/cluster": "name roleArn bootstrapSelfManagedAddons accessConfig.bootstrapClusterCreatorAdminPermissions "
    "kubernetesNetworkConfig.ipFamily kubernetesNetworkConfig.serviceIpv4Cidr outpostConfig "
    "computeConfig.nodeRoleArn encryptionConfig",
    "eks/fargateProfile": "clusterName fargateProfileName podExecutionRoleArn selectors subnetIds",
    "eks/nodeGroup": "clusterName nodeGroupName nodeGroupNamePrefix amiType capacityType diskSize instanceTypes "
    "nodeRoleArn subnetIds remoteAccess",
    "eks/podIdentityAssociation": "clusterName namespace serviceAccount",
    "elasticache/cluster": "clusterId engine replicationGroupId subnetGroupName port networkType "
    "transitEncryptionEnabled",
    "elasticache/parameterGroup": "name family description",
    "elasticache/replicationGroup": "replicationGroupId atRestEncryptionEnabled kmsKeyId subnetGroupName port "
    "dataTieringEnabled snapshotArns snapshotName globalReplicationGroupId securityGroupNames networkType "
    "preferredCacheClusterAzs",
    "elasticache/subnetGroup": "name",
    "elasticache/user": "userId userName",
    "elasticache/userGroup": "userGroupId",
    "elasticache/userGroupAssociation": "userGroupId userId",
    "guardduty/detectorFeature": "detectorId name",
    "iam/instanceProfile": f"{NAME} path",
    "iam/openIdConnectProvider": "url",
    "iam/policy": f"{NAME} path description",
    "iam/role": f"{NAME} path",
    "iam/rolePolicy": f"{NAME} role",
    "iam/rolePolicyAttachment": "role policyArn",
    "iam/serviceLinkedRole": "awsServiceName customSuffix",
    "kms/alias": NAME,
    "kms/grant": "name keyId granteePrincipal operations constraints retiringPrincipal grantCreationTokens",
    "kms/key": "customKeyStoreId customerMasterKeySpec keyUsage multiRegion xksKeyId",
    "kms/replicaKey": "primaryKeyArn",
    "lambda/function": "name packageType",
    "lambda/permission": "action eventSourceToken function functionUrlAuthType principal principalOrgId qualifier "
    "sourceAccount sourceArn statementId statementIdPrefix",
    "rds/cluster": "clusterIdentifier clusterIdentifierPrefix engine engineMode masterUsername databaseName "
    "storageEncrypted kmsKeyId availabilityZones dbSubnetGroupName snapshotIdentifier restoreToPointInTime s3Import",
    "rds/clusterInstance": "clusterIdentifier engine identifierPrefix availabilityZone dbSubnetGroupName",
    "rds/clusterParameterGroup": f"{NAME} family description",
    "rds/eventSubscription": NAME,
    "rds/instance": "engine username dbName characterSetName ncharCharacterSetName timezone storageEncrypted kmsKeyId "
    "availabilityZone identifierPrefix snapshotIdentifier restoreToPointInTime s3Import backupTarget "
    "replicateSourceDb",
    "rds/instanceAutomatedBackupsReplication": "sourceDbInstanceArn kmsKeyId retentionPeriod preSignedUrl",
    "rds/optionGroup": f"{NAME} engineName majorEngineVersion optionGroupDescription",
    "rds/parameterGroup": f"{NAME} family description",
    "rds/subnetGroup": NAME,
    "route53/healthCheck": "type requestInterval measureLatency referenceName routingControlArn",
    "route53/queryLog": "zoneId cloudwatchLogGroupArn",
    "route53/record": "zoneId name type setIdentifier",
    "route53/zone": "name delegationSetId",
    "s3/accountPublicAccessBlock": "accountId",
    "s3/bucket": "bucket bucketPrefix bucketNamespace objectLockEnabled",
    "s3/bucketMetric": "bucket name",
    "s3/bucketObjectv2": "bucket key",
    "s3/inventory": "bucket name",
    "scheduler/schedule": f"{NAME} groupName",
    "secretsmanager/secret": NAME,
    "secretsmanager/secretPolicy": "secretArn",
    "secretsmanager/secretRotation": "secretId",
    "secretsmanager/secretVersion": "secretId secretString secretBinary secretStringWo secretStringWoVersion",
    "shield/protection": "name resourceArn",
    "sns/topic": f"{NAME} fifoTopic",
    "sns/topicPolicy": "arn",
    "sns/topicSubscription": "topic protocol endpoint",
    "sqs/queue": f"{NAME} fifoQueue",
    "sqs/queuePolicy": "queueUrl",
    "ssm/parameter": "name dataType",
    "vpc/securityGroupEgressRule": "securityGroupId",
    "vpc/securityGroupIngressRule": "securityGroupId",
    "wafv2/ipSet": f"{NAME} scope ipAddressVersion",
    "wafv2/regexPatternSet": f"{NAME} scope",
    "wafv2/ruleGroup": f"{NAME} scope capacity",
    "wafv2/webAcl": f"{NAME} scope",
    "wafv2/webAclAssociation": "resourceArn webAclArn",
    "wafv2/webAclLoggingConfiguration": "resourceArn",
    **{f"{module}/listener": "loadBalancerArn" for module in ("alb", "lb")},
    **{f"{module}/listenerCertificate": "listenerArn certificateArn" for module in ("alb", "lb")},
    **{f"{module}/listenerRule": "listenerArn" for module in ("alb", "lb")},
    **{f"{module}/loadBalancer": _BALANCER for module in ("alb", "lb")},
    **{f"{module}/targetGroup": _TARGETS for module in ("alb", "lb")},
    **{f"{module}/targetGroupAttachment": "targetGroupArn targetId port availabilityZone" for module in ("alb", "lb")},
    **{
        f"s3/bucket{noun}": "bucket expectedBucketOwner"
        for noun in (
            "CorsConfiguration",
            "LifecycleConfiguration",
            "Logging",
            "ObjectLockConfiguration",
            "ServerSideEncryptionConfiguration",
            "Versioning",
        )
    },
    **{
        f"s3/bucket{noun}": "bucket"
        for noun in ("Notification", "OwnershipControls", "Policy", "PublicAccessBlock", "ReplicationConfig")
    },
    "s3/bucketIntelligentTieringConfiguration": "bucket name",
}
_NOT_BY: dict[str, str] = {
    "ec2/vpcEndpoint": "privateDnsEnabled",  # only where the endpoint is no interface, and then AWS refuses it
    "elasticache/replicationGroup": "transitEncryptionEnabled",  # only before Redis OSS 7.0.5
    "kms/key": "deletionWindowInDays",
    "rds/instance": "identifier dbSubnetGroupName parameterGroupName",
}

FORCED: dict[str, Forced] = {
    kind: Forced(by=frozenset(paths.split()), not_by=frozenset(_NOT_BY.get(kind, "").split()))
    for kind, paths in _BY.items()
}
# Only one of these may exist at a time, whatever it is called: pulumi-aws deletes the old one first.
ONE_AT_A_TIME = frozenset({"cloudwatch/logSubscriptionFilter"})
