"""Rules on who reaches AWS resources: networks, identities, the edge, and the tags that say whose they are."""

from collections.abc import Iterable

from policies.cidr import open_to
from policies.properties import get, stated
from policies.rule import Environment, Resource, rule

INGRESS = frozenset({"aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"})
EGRESS = frozenset({"aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"})
GROUP = frozenset({"aws:ec2/securityGroup:SecurityGroup"})
LISTENER = frozenset({"aws:lb/listener:Listener"})
CLUSTER = frozenset({"aws:eks/cluster:Cluster"})
LOG_TYPES = {"api", "audit", "authenticator", "controllerManager", "scheduler"}
TAGS = ("Project", "Environment", "Component", "Owner", "CostCenter")
NODE_CLASS = frozenset({"kubernetes:eks.amazonaws.com/v1:NodeClass"})
"""By which EKS makes machines: their tags stand in its spec."""
TAGGED = frozenset({
    "aws:acm/certificate:Certificate", "aws:amp/ruleGroupNamespace:RuleGroupNamespace", "aws:amp/workspace:Workspace",
    "aws:budgets/budget:Budget", "aws:cloudwatch/eventRule:EventRule",
    "aws:cloudfront/distribution:Distribution", "aws:cloudfront/function:Function",
    "aws:cloudfront/keyValueStore:KeyValueStore", "aws:cloudfront/vpcOrigin:VpcOrigin",
    "aws:cloudwatch/logDelivery:LogDelivery", "aws:cloudwatch/logDeliveryDestination:LogDeliveryDestination",
    "aws:cloudwatch/logDeliverySource:LogDeliverySource", "aws:cloudwatch/logGroup:LogGroup",
    "aws:cloudwatch/metricAlarm:MetricAlarm", "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup", "aws:ec2/eip:Eip",
    "aws:ec2/flowLog:FlowLog", "aws:ec2/internetGateway:InternetGateway", "aws:ec2/natGateway:NatGateway",
    "aws:ec2/routeTable:RouteTable", "aws:ec2/securityGroup:SecurityGroup", "aws:ec2/subnet:Subnet",
    "aws:ec2/vpc:Vpc", "aws:ec2/vpcEndpoint:VpcEndpoint", "aws:ec2/vpcPeeringConnection:VpcPeeringConnection",
    "aws:ec2/vpcPeeringConnectionAccepter:VpcPeeringConnectionAccepter", "aws:eks/accessEntry:AccessEntry",
    "aws:eks/addon:Addon", "aws:eks/cluster:Cluster", "aws:eks/podIdentityAssociation:PodIdentityAssociation",
    "aws:elasticache/parameterGroup:ParameterGroup", "aws:elasticache/replicationGroup:ReplicationGroup",
    "aws:elasticache/subnetGroup:SubnetGroup", "aws:elasticache/user:User", "aws:elasticache/userGroup:UserGroup",
    "aws:iam/role:Role", "aws:kms/key:Key", "aws:lb/listener:Listener", "aws:lb/loadBalancer:LoadBalancer",
    "aws:lb/targetGroup:TargetGroup", "aws:rds/eventSubscription:EventSubscription", "aws:rds/instance:Instance",
    "aws:rds/parameterGroup:ParameterGroup", "aws:rds/subnetGroup:SubnetGroup", "aws:route53/healthCheck:HealthCheck",
    "aws:s3/bucket:Bucket", "aws:s3/bucketObjectv2:BucketObjectv2", "aws:secretsmanager/secret:Secret",
    "aws:sns/topic:Topic", "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", "aws:wafv2/webAcl:WebAcl",
})  # fmt: skip


@rule("aws-open-ingress", INGRESS)
def _open_ingress(resource: Resource, _: Environment) -> Iterable[str]:
    for field in ("cidrIpv4", "cidrIpv6"):
        if everyone := open_to(get(resource.props, field)):
            yield f"open to {everyone}: {field}"


@rule("aws-open-egress", EGRESS)
def _open_egress(resource: Resource, _: Environment) -> Iterable[str]:
    for field in ("cidrIpv4", "cidrIpv6"):
        if everyone := open_to(get(resource.props, field)):
            yield f"may send to {everyone}: {field}"


@rule("aws-open-group", GROUP)
def _open_group(resource: Resource, _: Environment) -> Iterable[str]:
    for ingress in get(resource.props, "ingress", []):
        for field in ("cidrBlocks", "ipv6CidrBlocks"):
            for everyone in filter(None, map(open_to, get(ingress, field, []))):
                yield f"open to {everyone}: {field}"
    if not get(resource.props, "description"):
        yield "nobody knows what it is for: no description"


@rule("aws-default-group-closed", frozenset({"aws:ec2/defaultSecurityGroup:DefaultSecurityGroup"}))
def _default_closed(resource: Resource, _: Environment) -> Iterable[str]:
    if get(resource.props, "ingress", []) or get(resource.props, "egress", []):
        yield "the default security group lets traffic pass"


@rule("aws-public-addresses", frozenset({"aws:ec2/subnet:Subnet"}))
def _public_addresses(resource: Resource, _: Environment) -> Iterable[str]:
    if get(resource.props, "mapPublicIpOnLaunch", False) is not False:
        yield "gives every machine a public address: mapPublicIpOnLaunch"


@rule("aws-lb-tls", LISTENER)
def _lb_tls(resource: Resource, _: Environment) -> Iterable[str]:
    if get(resource.props, "protocol", "HTTP") not in ("HTTPS", "TLS"):
        yield "listens in clear text"
    elif not str(get(resource.props, "sslPolicy", "")).startswith("ELBSecurityPolicy-TLS13"):
        yield "takes old protocols: sslPolicy is not one of the TLS13 policies"


@rule("aws-lb-private", frozenset({"aws:lb/loadBalancer:LoadBalancer"}))
def _lb_private(resource: Resource, environment: Environment) -> Iterable[str]:
    if get(resource.props, "internal", False) is not True:
        yield "reachable past the CDN and its firewall: internal is not true"
    if get(resource.props, "dropInvalidHeaderFields", False) is not True:
        yield "passes malformed headers on: dropInvalidHeaderFields is not true"
    if environment.production and get(resource.props, "enableDeletionProtection", False) is not True:
        yield "enableDeletionProtection is not true"
    if not stated(resource.props, "securityGroups"):
        yield "the VPC's default group decides who reaches it: no securityGroups"
    if get(resource.props, "desyncMitigationMode", "defensive") == "monitor":
        yield "smuggled requests pass: desyncMitigationMode is monitor"


@rule("aws-lb-target-tls", frozenset({"aws:lb/targetGroup:TargetGroup"}))
def _lb_target_tls(resource: Resource, _: Environment) -> Iterable[str]:
    if get(resource.props, "protocol", "HTTP") not in ("HTTPS", "TLS"):
        yield "hands requests on in clear text: protocol is not HTTPS"
    if get(resource.props, "healthCheck.protocol", "HTTP") not in ("HTTPS", "TCP"):
        yield "asks for health in clear text: healthCheck.protocol is not HTTPS"


@rule("aws-eks-secrets-encrypted", CLUSTER)
def _eks_encrypted(resource: Resource, _: Environment) -> Iterable[str]:
    if "secrets" not in get(resource.props, "encryptionConfig.resources", []):
        yield "Kubernetes secrets aren't enveloped by a key of ours: encryptionConfig"


@rule("aws-eks-logs", CLUSTER)
def _eks_logs(resource: Resource, _: Environment) -> Iterable[str]:
    missing = LOG_TYPES - set(get(resource.props, "enabledClusterLogTypes", []))
    if missing:
        yield f"control-plane logs are off: {', '.join(sorted(missing))}"


@rule("aws-eks-endpoint", CLUSTER)
def _eks_endpoint(resource: Resource, _: Environment) -> Iterable[str]:
    config = get(resource.props, "vpcConfig", {})
    if get(config, "endpointPrivateAccess", False) is not True:
        yield "nodes reach the API over the internet: endpointPrivateAccess is not true"
    if get(config, "endpointPublicAccess", True) is not False:
        cidrs = get(config, "publicAccessCidrs", [])
        for everyone in filter(None, map(open_to, cidrs or ["0.0.0.0/0"])):
            yield f"the API is open to {everyone}: state publicAccessCidrs"


@rule("aws-eks-access", CLUSTER)
def _eks_access(resource: Resource, _: Environment) -> Iterable[str]:
    if get(resource.props, "accessConfig.authenticationMode") != "API":
        yield "access is by the aws-auth ConfigMap: authenticationMode is not API"
    if get(resource.props, "accessConfig.bootstrapClusterCreatorAdminPermissions", True) is not False:
        yield "whoever makes it administers it for ever: bootstrapClusterCreatorAdminPermissions is not false"


@rule("aws-eks-deletion-protection", CLUSTER)
def _eks_protection(resource: Resource, environment: Environment) -> Iterable[str]:
    if environment.production and get(resource.props, "deletionProtection", False) is not True:
        yield "deletionProtection is not true"


@rule("aws-tags", TAGGED | NODE_CLASS)
def _tags(resource: Resource, _: Environment) -> Iterable[str]:
    tags = get(resource.props, "spec.tags" if resource.type in NODE_CLASS else "tags", {})
    missing = [tag for tag in TAGS if not tags.get(tag)]
    if missing:
        yield f"tags are missing: {', '.join(missing)}"
