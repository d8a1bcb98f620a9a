"""Names that AWS gives only once, one row a resource type: the inputs that make the name, and the refusal.

`?`: the input may be missing; `[]`: each of its items is a name; `{0}` in a text: the first input's value. Codes are
those of AWS's service models; texts are AWS's where public reports show them, else short for the API reference's.
"""

from __future__ import annotations

from rehearsal.standins.aws.aws_facts import ACCOUNT

_CLUSTER = "ResourceInUseException: "
_SECURITY_RULE = (
    "securityGroupId ipProtocol fromPort? toPort? cidrIpv4? cidrIpv6? prefixListId? referencedSecurityGroupId?",
    "InvalidPermission.Duplicate: the specified rule already exists in {0}",
)
REFUSED: dict[str, tuple[str, str]] = {
    "amp/alertManagerDefinition": ("workspaceId", "ConflictException: workspace {0} has an alert manager definition"),
    "amp/ruleGroupNamespace": ("name workspaceId", "ConflictException: rule groups namespace {0} already exists"),
    "backup/vault": ("name", "AlreadyExistsException: Backup vault with the same name already exists"),
    "budgets/budget": ("name", "DuplicateRecordException: Error creating budget: {0} - the budget already exists."),
    "cloudfront/cachePolicy": ("name", "CachePolicyAlreadyExists: A cache policy with this name already exists."),
    "cloudfront/distribution": (
        "aliases[]",
        "CNAMEAlreadyExists: One or more of the CNAMEs you provided are already associated with a different resource.",
    ),
    "cloudfront/function": ("name", "FunctionAlreadyExists: A function with the same name already exists."),
    "cloudfront/keyValueStore": ("name", "EntityAlreadyExists: The entity already exists."),
    "cloudfront/monitoringSubscription": (
        "distributionId",
        "MonitoringSubscriptionAlreadyExists: A monitoring subscription already exists for the specified distribution.",
    ),
    "cloudfront/originAccessControl": (
        "name",
        "OriginAccessControlAlreadyExists: An origin access control with the same name already exists.",
    ),
    "cloudfront/originRequestPolicy": (
        "name",
        "OriginRequestPolicyAlreadyExists: An origin request policy with this name already exists.",
    ),
    "cloudfront/responseHeadersPolicy": (
        "name",
        "ResponseHeadersPolicyAlreadyExists: A response headers policy with this name already exists.",
    ),
    "cloudfront/vpcOrigin": ("vpcOriginEndpointConfig.name", "EntityAlreadyExists: The entity already exists."),
    "cloudtrail/trail": ("name", f"TrailAlreadyExistsException: Trail {{0}} already exists for customer: {ACCOUNT}"),
    "cloudwatch/logDelivery": (
        "deliverySourceName deliveryDestinationArn",
        "ConflictException: Delivery already exists for source {0} and this destination",
    ),
    "cloudwatch/logGroup": ("name", "ResourceAlreadyExistsException: The specified log group already exists"),
    "cloudwatch/logStream": (
        "name logGroupName",
        "ResourceAlreadyExistsException: The specified log stream already exists",
    ),
    "dynamodb/table": ("name", "ResourceInUseException: Table already exists: {0}"),
    "ec2/launchTemplate": (
        "name",
        "InvalidLaunchTemplateName.AlreadyExistsException: Launch template name already in use.",
    ),
    "ec2/route": (
        "routeTableId destinationCidrBlock? destinationIpv6CidrBlock? destinationPrefixListId?",
        "RouteAlreadyExists: The route identified by {1}{2}{3} already exists.",
    ),
    "ec2/routeTableAssociation": (
        "subnetId",
        "Resource.AlreadyAssociated: the specified association for subnet {0} conflicts with an existing association",
    ),
    "ec2/securityGroup": (
        "name vpcId?",
        "InvalidGroup.Duplicate: The security group '{0}' already exists for VPC '{1}'",
    ),
    "ecr/pullThroughCacheRule": (
        "ecrRepositoryPrefix",
        "PullThroughCacheRuleAlreadyExistsException: A rule with repository prefix '{0}' already exists",
    ),
    "ecr/repository": (
        "name",
        "RepositoryAlreadyExistsException: The repository with name '{0}' already exists in the registry with id "
        f"'{ACCOUNT}'",
    ),
    "eks/accessEntry": (
        "principalArn clusterName",
        _CLUSTER + "The specified access entry resource is already in use on this cluster.",
    ),
    "eks/addon": ("addonName clusterName", _CLUSTER + "Addon already exists."),
    "eks/cluster": ("name", _CLUSTER + "Cluster already exists with name: {0}"),
    "eks/fargateProfile": ("fargateProfileName clusterName", _CLUSTER + "A Fargate Profile already exists: {0}"),
    "eks/nodeGroup": (
        "nodeGroupName clusterName",
        _CLUSTER + "NodeGroup already exists with name {0} and cluster name {1}",
    ),
    "eks/podIdentityAssociation": (
        "serviceAccount namespace clusterName",
        _CLUSTER + "Association already exists for service account {0} in namespace {1}",
    ),
    "elasticache/parameterGroup": ("name", "CacheParameterGroupAlreadyExists: {0} already exists."),
    "elasticache/replicationGroup": (
        "replicationGroupId",
        "ReplicationGroupAlreadyExists: Replication group {0} already exists.",
    ),
    "elasticache/subnetGroup": ("name", "CacheSubnetGroupAlreadyExists: Cache subnet group {0} already exists."),
    "elasticache/user": ("userId", "UserAlreadyExists: User {0} already exists."),
    "elasticache/userGroup": ("userGroupId", "UserGroupAlreadyExists: User Group {0} already exists."),
    "iam/group": ("name", "EntityAlreadyExists: Group with name {0} already exists."),
    "iam/instanceProfile": ("name", "EntityAlreadyExists: Instance Profile {0} already exists."),
    "iam/openIdConnectProvider": ("url", "EntityAlreadyExists: Provider with url {0} already exists."),
    "iam/policy": (
        "name",
        "EntityAlreadyExists: A policy called {0} already exists. Duplicate names are not allowed.",
    ),
    "iam/role": ("name", "EntityAlreadyExists: Role with name {0} already exists."),
    "iam/user": ("name", "EntityAlreadyExists: User with name {0} already exists."),
    "kms/alias": ("name", "AlreadyExistsException: An alias with the name {0} already exists"),
    "lambda/function": ("name", "ResourceConflictException: Function already exist: {0}"),
    "lb/listener": (
        "loadBalancerArn port",
        "DuplicateListener: A listener already exists on this port for this load balancer '{0}'",
    ),
    "lb/loadBalancer": ("name", "DuplicateLoadBalancerName: A load balancer with the same name '{0}' exists"),
    "lb/targetGroup": ("name", "DuplicateTargetGroupName: A target group with the same name '{0}' exists"),
    "rds/eventSubscription": ("name", "SubscriptionAlreadyExist: Event Subscription {0} already exists."),
    "rds/instance": ("identifier", "DBInstanceAlreadyExists: DB instance already exists"),
    "rds/parameterGroup": ("name", "DBParameterGroupAlreadyExists: Parameter group {0} already exists"),
    "rds/subnetGroup": ("name", "DBSubnetGroupAlreadyExists: The DB subnet group '{0}' already exists."),
    "route53/record": (
        "name type zoneId setIdentifier?",
        "InvalidChangeBatch: [Tried to create resource record set [name='{0}.', type='{1}'] but it already exists]",
    ),
    "s3/bucket": (
        "bucket",
        "BucketAlreadyOwnedByYou: Your previous request to create the named bucket succeeded and you already own it.",
    ),
    "scheduler/schedule": ("name groupName?", "ConflictException: Schedule {0} already exists."),
    "secretsmanager/secret": (
        "name",
        "ResourceExistsException: The operation failed because the secret {0} already exists.",
    ),
    "shield/protection": ("resourceArn", "ResourceAlreadyExistsException: {0} is protected already"),
    "ssm/parameter": (
        "name",
        "ParameterAlreadyExists: The parameter already exists. To overwrite this value, set the overwrite option in "
        "the request to true.",
    ),
    "vpc/securityGroupEgressRule": _SECURITY_RULE,
    "vpc/securityGroupIngressRule": _SECURITY_RULE,
    **{
        f"wafv2/{noun}": (
            "name scope",
            "WAFDuplicateItemException: AWS WAF couldn't perform the operation because some resource in your request "
            "is a duplicate of an existing one.",
        )
        for noun in ("ipSet", "regexPatternSet", "ruleGroup", "webAcl")
    },
}
SHARED: dict[str, tuple[str, str]] = {  # SNS's and SQS's API reference: creation gives the one that exists
    "sns/topic": (
        "name",
        "InvalidParameter: Invalid parameter: Attributes Reason: Topic already exists with different attributes",
    ),
    "sqs/queue": ("name", "QueueNameExists: A queue already exists with the same name and a different value"),
}
OVERWRITTEN: dict[str, str] = {  # APIs that are called Put..., Attach... or Associate...
    "cloudfront/keyvaluestoreKey": "key keyValueStoreArn",
    "cloudwatch/compositeAlarm": "alarmName",
    "cloudwatch/dashboard": "dashboardName",
    "cloudwatch/eventRule": "name eventBusName?",
    "cloudwatch/eventTarget": "targetId rule eventBusName?",
    "cloudwatch/logDeliveryDestination": "name",
    "cloudwatch/logDeliverySource": "name",
    "cloudwatch/logMetricFilter": "name logGroupName",
    "cloudwatch/logResourcePolicy": "policyName",
    "cloudwatch/metricAlarm": "name",
    "eks/accessPolicyAssociation": "policyArn principalArn clusterName",
    "iam/rolePolicy": "name role",
    "iam/rolePolicyAttachment": "policyArn role",
    "sns/topicPolicy": "arn",
    "sqs/queuePolicy": "queueUrl",
    "wafv2/webAclLoggingConfiguration": "resourceArn",
    **{
        f"s3/bucket{noun}": "bucket"
        for noun in (
            "CorsConfiguration",
            "LifecycleConfiguration",
            "Logging",
            "Notification",
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
