"""Rules on who reaches AWS resources: networks, identities, the edge, and the tags that say whose they are."""

import ipaddress
import json
from collections.abc import Iterable
from typing import Any

from policies.rule import Environment, Resource, rule
from policies.values import UNKNOWN, get

INGRESS = frozenset({"aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"})
GROUP = frozenset({"aws:ec2/securityGroup:SecurityGroup"})
LISTENER = frozenset({"aws:lb/listener:Listener"})
CLUSTER = frozenset({"aws:eks/cluster:Cluster"})
DISTRIBUTION = frozenset({"aws:cloudfront/distribution:Distribution"})
POLICIES = {
    "aws:iam/policy:Policy": "policy",
    "aws:iam/rolePolicy:RolePolicy": "policy",
    "aws:iam/role:Role": "assumeRolePolicy",
}
LOG_TYPES = {"api", "audit", "authenticator", "controllerManager", "scheduler"}
TAGS = ("Project", "Environment", "Component", "Owner", "CostCenter")
TAGGED = frozenset({
    "aws:ec2/vpc:Vpc", "aws:ec2/subnet:Subnet", "aws:ec2/securityGroup:SecurityGroup", "aws:ec2/natGateway:NatGateway",
    "aws:ec2/eip:Eip", "aws:ec2/vpcEndpoint:VpcEndpoint", "aws:eks/cluster:Cluster", "aws:rds/instance:Instance",
    "aws:rds/subnetGroup:SubnetGroup", "aws:rds/parameterGroup:ParameterGroup", "aws:kms/key:Key",
    "aws:elasticache/replicationGroup:ReplicationGroup", "aws:elasticache/user:User", "aws:s3/bucket:Bucket",
    "aws:cloudfront/distribution:Distribution", "aws:wafv2/webAcl:WebAcl", "aws:lb/loadBalancer:LoadBalancer",
    "aws:lb/targetGroup:TargetGroup", "aws:iam/role:Role", "aws:cloudwatch/logGroup:LogGroup",
    "aws:sns/topic:Topic", "aws:cloudwatch/metricAlarm:MetricAlarm", "aws:acm/certificate:Certificate",
})  # fmt: skip


def _everyone(cidr: Any) -> bool:
    return isinstance(cidr, str) and ipaddress.ip_network(cidr, strict=False).prefixlen == 0


@rule("aws-open-ingress", INGRESS)
def _open_ingress(resource: Resource, _: Environment) -> Iterable[str]:
    for field in ("cidrIpv4", "cidrIpv6"):
        if _everyone(get(resource.props, field)):
            yield f"open to the whole internet: {field}"


@rule("aws-open-group", GROUP)
def _open_group(resource: Resource, _: Environment) -> Iterable[str]:
    for ingress in get(resource.props, "ingress", []):
        if any(_everyone(cidr) for field in ("cidrBlocks", "ipv6CidrBlocks") for cidr in get(ingress, field, [])):
            yield "open to the whole internet"
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


@rule("aws-iam-wildcards", frozenset(POLICIES))
def _iam_wildcards(resource: Resource, _: Environment) -> Iterable[str]:
    raw = get(resource.props, POLICIES[resource.type])
    document = json.loads(raw) if isinstance(raw, str) else raw
    for statement in _list(get(document, "Statement", [])):
        if get(statement, "Effect") != "Allow":
            continue
        name = get(statement, "Sid", "a statement")
        if any(action == "*" or action.endswith(":*") for action in _list(get(statement, "Action", []))):
            yield f"{name} allows every action of a service"
        if "NotAction" in statement or "NotResource" in statement or "NotPrincipal" in statement:
            yield f"{name} allows by exclusion"
        if _principals(statement) & {"*"}:
            yield f"{name} allows everyone"


def _principals(statement: dict[str, Any]) -> set[str]:
    principal = statement.get("Principal", {})
    if principal is UNKNOWN or isinstance(principal, str):
        return {get(statement, "Principal")}
    return {item for value in principal.values() for item in _list(value)}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]  # pyright: ignore[reportUnknownVariableType]  # JSON


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
        if not cidrs or any(_everyone(cidr) for cidr in cidrs):
            yield "the API is open to the whole internet: state publicAccessCidrs"


@rule("aws-eks-access", CLUSTER)
def _eks_access(resource: Resource, _: Environment) -> Iterable[str]:
    if get(resource.props, "accessConfig.authenticationMode") != "API":
        yield "access is by the aws-auth ConfigMap: authenticationMode is not API"


@rule("aws-cdn-tls", DISTRIBUTION)
def _cdn_tls(resource: Resource, _: Environment) -> Iterable[str]:
    if not str(get(resource.props, "viewerCertificate.minimumProtocolVersion", "")).startswith("TLSv1.2_20"):
        yield "takes old protocols: viewerCertificate.minimumProtocolVersion"
    behaviors = [get(resource.props, "defaultCacheBehavior", {}), *get(resource.props, "orderedCacheBehaviors", [])]
    if any(get(item, "viewerProtocolPolicy") not in ("redirect-to-https", "https-only") for item in behaviors):
        yield "a behaviour answers in clear text: viewerProtocolPolicy"
    for origin in get(resource.props, "origins", []):
        if get(origin, "customOriginConfig.originProtocolPolicy", "https-only") != "https-only":
            yield f"origin {get(origin, 'originId', '?')} is asked in clear text"


@rule("aws-cdn-guarded", DISTRIBUTION)
def _cdn_guarded(resource: Resource, _: Environment) -> Iterable[str]:
    if "webAclId" not in resource.props:
        yield "no web firewall: webAclId"
    behaviors = [get(resource.props, "defaultCacheBehavior", {}), *get(resource.props, "orderedCacheBehaviors", [])]
    if any("responseHeadersPolicyId" not in item for item in behaviors):
        yield "a behaviour sends no security headers: responseHeadersPolicyId"


@rule("aws-tags", TAGGED)
def _tags(resource: Resource, _: Environment) -> Iterable[str]:
    tags = get(resource.props, "tags", {})
    missing = [tag for tag in TAGS if not tags.get(tag)]
    if missing:
        yield f"tags are missing: {', '.join(missing)}"
