"""Whatever the program builds is on the bill, or it is said why it costs nothing: a new kind of resource fails here."""

from collections import Counter
from itertools import chain
from typing import Any

import pytest

from analysis.cost.bill import Cost
from analysis.cost.estimate import cost_of
from planning.database.pooler import pooler_size
from planning.observability.pods import ADAPTER_POD, GRAFANA_POD, STATE_METRICS
from planning.shared.pods import PodSize, together
from tests.build.cloudwatch import metrics_of
from tests.build.conftest import Builder, Built
from tests.build.environments import TIERS
from tests.components.recording import Recorded

ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
BILLED = {
    "aws:amp/workspace:Workspace": ("observability", "metrics, taken in"),
    "aws:cloudfront/distribution:Distribution": ("CDN", "requests"),
    "aws:cloudfront/function:Function": ("CDN", "functions"),
    "aws:cloudfront/monitoringSubscription:MonitoringSubscription": ("CDN", "additional metrics"),
    "aws:cloudwatch/logGroup:LogGroup": ("observability", "logs of the platform, taken in"),
    ALARM: ("observability", "alarms"),
    "aws:ec2/eip:Eip": ("network", "public addresses"),
    "aws:ec2/flowLog:FlowLog": ("observability", "logs of requests, taken in"),
    "aws:ec2/natGateway:NatGateway": ("network", "NAT gateways"),
    "aws:ec2/vpcPeeringConnection:VpcPeeringConnection": ("network", "database changes to the other region"),
    "aws:eks/cluster:Cluster": ("cluster", "control plane"),
    "aws:elasticache/replicationGroup:ReplicationGroup": ("cache", "nodes (app)"),
    "aws:kms/key:Key": ("keys and secrets", "keys"),
    "aws:lb/loadBalancer:LoadBalancer": ("load balancer", "hours"),
    "aws:rds/instance:Instance": ("database", "instances"),
    "aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication": (
        "database",
        "backups above the free part",
    ),
    "aws:route53/healthCheck:HealthCheck": ("names", "health checks"),
    "aws:s3/bucket:Bucket": ("storage", "uploads"),
    "aws:s3/bucketLogging:BucketLogging": ("storage", "access records"),
    "aws:s3/bucketReplicationConfig:BucketReplicationConfig": ("storage", "copies to the other region"),
    "aws:secretsmanager/secret:Secret": ("keys and secrets", "secrets"),
    "aws:wafv2/webAcl:WebAcl": ("firewall", "web ACL"),
    "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration": ("observability", "logs of the firewall"),
}

_RULES = "AWS bills no rule, route or name of a network"
_ROLES = "IAM is free"
_PART = "AWS bills the resource that it belongs to"
FREE = {
    "aws:acm/certificate:Certificate": "public certificates are free",
    "aws:acm/certificateValidation:CertificateValidation": "not a resource of AWS",
    "aws:amp/alertManagerDefinition:AlertManagerDefinition": "a few mails",
    "aws:amp/ruleGroupNamespace:RuleGroupNamespace": (
        "a plugin's rules read about two billion samples a month; AWS bills what is above 200 billion"
    ),
    "aws:amp/workspaceConfiguration:WorkspaceConfiguration": _PART,
    "aws:budgets/budget:Budget": "a budget without actions is free",
    "aws:cloudfront/cachePolicy:CachePolicy": _PART,
    "aws:cloudfront/keyValueStore:KeyValueStore": "one key that changes by hand; its reads are a few cents",
    "aws:cloudfront/keyvaluestoreKey:KeyvaluestoreKey": _PART,
    "aws:cloudfront/originAccessControl:OriginAccessControl": _PART,
    "aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy": _PART,
    "aws:cloudfront/vpcOrigin:VpcOrigin": "CloudFront asks nothing for it",
    "aws:cloudwatch/eventRule:EventRule": "events of AWS itself are free",
    "aws:cloudwatch/eventTarget:EventTarget": "a line a day of each database",
    "aws:cloudwatch/logDelivery:LogDelivery": "delivery of access records to S3 is free; they are counted there",
    "aws:cloudwatch/logDeliveryDestination:LogDeliveryDestination": _PART,
    "aws:cloudwatch/logDeliverySource:LogDeliverySource": _PART,
    "aws:cloudwatch/logMetricFilter:LogMetricFilter": "counts faults: while there is none it makes no metric",
    "aws:cloudwatch/logResourcePolicy:LogResourcePolicy": _PART,
    "aws:cloudwatch/queryDefinition:QueryDefinition": "a text; only a person who runs it pays for what it reads",
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": _RULES,
    "aws:ec2/internetGateway:InternetGateway": _RULES,
    "aws:ec2/route:Route": _RULES,
    "aws:ec2/routeTable:RouteTable": _RULES,
    "aws:ec2/routeTableAssociation:RouteTableAssociation": _RULES,
    "aws:ec2/securityGroup:SecurityGroup": _RULES,
    "aws:ec2/subnet:Subnet": _RULES,
    "aws:ec2/vpc:Vpc": _RULES,
    "aws:ec2/vpcPeeringConnectionAccepter:VpcPeeringConnectionAccepter": _PART,
    "aws:eks/accessEntry:AccessEntry": _ROLES,
    "aws:eks/accessPolicyAssociation:AccessPolicyAssociation": _ROLES,
    "aws:eks/addon:Addon": "add-ons of AWS are free; their pods run on nodes, their logs are counted",
    "aws:eks/podIdentityAssociation:PodIdentityAssociation": _ROLES,
    "aws:elasticache/parameterGroup:ParameterGroup": _PART,
    "aws:elasticache/subnetGroup:SubnetGroup": _PART,
    "aws:elasticache/user:User": _PART,
    "aws:elasticache/userGroup:UserGroup": _PART,
    "aws:elasticache/userGroupAssociation:UserGroupAssociation": _PART,
    "aws:iam/role:Role": _ROLES,
    "aws:iam/rolePolicy:RolePolicy": _ROLES,
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": _ROLES,
    "aws:kms/alias:Alias": _PART,
    "aws:lb/listener:Listener": _PART,
    "aws:lb/targetGroup:TargetGroup": _PART,
    "aws:rds/eventSubscription:EventSubscription": "a few mails",
    "aws:rds/parameterGroup:ParameterGroup": _PART,
    "aws:rds/subnetGroup:SubnetGroup": _PART,
    "aws:route53/record:Record": "answers of alias records to AWS are free; the zone is the operator's own",
    "aws:s3/bucketCorsConfiguration:BucketCorsConfiguration": _PART,
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": "only makes storage cheaper than counted",
    "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration": _PART,
    "aws:s3/bucketObjectv2:BucketObjectv2": "a few kilobytes",
    "aws:s3/bucketOwnershipControls:BucketOwnershipControls": _PART,
    "aws:s3/bucketPolicy:BucketPolicy": _PART,
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": _PART,
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": _PART,
    "aws:s3/bucketVersioning:BucketVersioning": _PART,
    "aws:secretsmanager/secretVersion:SecretVersion": _PART,
    "aws:sns/topic:Topic": "a few mails",
    "aws:sns/topicPolicy:TopicPolicy": _PART,
    "aws:sns/topicSubscription:TopicSubscription": "a few mails",
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": _RULES,
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": _RULES,
}
ENDPOINT = "aws:ec2/vpcEndpoint:VpcEndpoint"
"""Interface endpoints are billed, the gateway endpoint of S3 is free."""


@pytest.fixture
def cost(tier: Built) -> Cost:
    return cost_of(tier.plan)


def _of_aws(tier: Built) -> list[Recorded]:
    return [record for record in tier.update.records if record.type.startswith("aws:")]


def _quantity(cost: Cost, component: str, price: str) -> float:
    return sum(line.quantity for line in cost.lines if (line.component, line.price) == (component, price))


def test_every_kind_of_resource_has_a_line_on_the_bill_or_a_reason_to_have_none(tier: Built, cost: Cost) -> None:
    lines = {(line.component, line.what) for line in cost.lines}
    built = {record.type for record in _of_aws(tier)} - {ENDPOINT}
    unknown = built - BILLED.keys() - FREE.keys()
    assert not unknown, "say what it costs: planning/cost, or why it costs nothing: FREE"
    missing = {kind for kind in built & BILLED.keys() if BILLED[kind] not in lines}
    # Where snapshots are within what storage includes, there is no line for them.
    assert missing <= {"aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication"}


def test_no_kind_is_both_billed_and_free() -> None:
    assert not BILLED.keys() & FREE.keys()


def test_as_many_are_billed_as_are_built(tier: Built, cost: Cost) -> None:
    built = Counter(record.type for record in _of_aws(tier))
    hours = 730
    interfaces = [
        record
        for record in _of_aws(tier)
        if record.type == ENDPOINT and record.inputs.get("vpcEndpointType") == "Interface"
    ]
    caches = chain.from_iterable(region.caches.nodes for region in tier.plan.regions)
    nodes = sum(line.quantity for line in cost.lines if line.price.startswith("elasticache-cache.")) / hours
    instances = sum(line.quantity for line in cost.lines if line.price.startswith("rds-db.")) / hours
    writers = [record for record in _of_aws(tier) if record.type == "aws:rds/instance:Instance"]
    standbys = sum(record.inputs.get("multiAz") is True for record in writers)
    assert {
        "alarms": _quantity(cost, "observability", "alarm"),
        "keys": _quantity(cost, "keys and secrets", "kms-key"),
        "secrets": _quantity(cost, "keys and secrets", "secret"),
        "NAT": _quantity(cost, "network", "nat-hour") / hours,
        "addresses": _quantity(cost, "network", "ipv4-hour") / hours,
        "endpoints": _quantity(cost, "network", "endpoint-hour") / hours,
        "clusters": _quantity(cost, "cluster", "eks-cluster") / hours,
        "load balancers": _quantity(cost, "load balancer", "alb-hour") / hours,
        "health checks": _quantity(cost, "names", "route53-health-check"),
        "cache nodes": nodes,
        "database instances": instances,
    } == pytest.approx(
        {
            "alarms": sum(len(metrics_of(record.inputs)) for record in _of_aws(tier) if record.type == ALARM),
            "keys": built["aws:kms/key:Key"],
            "secrets": built["aws:secretsmanager/secret:Secret"],
            "NAT": built["aws:ec2/natGateway:NatGateway"],
            "addresses": built["aws:ec2/eip:Eip"],
            "endpoints": 3 * len(interfaces),
            "clusters": built["aws:eks/cluster:Cluster"],
            "load balancers": built["aws:lb/loadBalancer:LoadBalancer"],
            "health checks": built["aws:route53/healthCheck:HealthCheck"],
            "cache nodes": len(list(caches)),
            "database instances": len(writers) + standbys,
        }
    )


def test_the_firewalls_rules_are_counted_as_they_are_built(tier: Built, cost: Cost) -> None:
    (acl,) = [record for record in _of_aws(tier) if record.type == "aws:wafv2/webAcl:WebAcl"]
    assert _quantity(cost, "firewall", "waf-rule") == len(acl.inputs["rules"])


def test_the_platforms_own_pods_ask_for_what_is_counted(built: Builder) -> None:
    top = built(TIERS[-1]).update.records
    assert _asked(top, "pooler-0") == pooler_size(metrics=True)
    assert _asked(top, "kube-metrics-adapter") == ADAPTER_POD
    assert _asked(top, "grafana") == GRAFANA_POD
    assert _asked(top, "kube-state-metrics") == together(STATE_METRICS)


def _asked(records: list[Recorded], name: str) -> PodSize:
    """What a pod of a Deployment asks for, with all that runs beside its program."""
    found = [
        record
        for record in records
        if record.type == "kubernetes:apps/v1:Deployment" and record.inputs["metadata"]["name"] == name
    ]
    pod: dict[str, Any] = found[0].inputs["spec"]["template"]["spec"]
    beside: list[dict[str, Any]] = pod.get("initContainers") or []
    always = [each for each in beside if each.get("restartPolicy") == "Always"]
    containers: list[dict[str, Any]] = [*pod["containers"], *always]
    asked: list[dict[str, str]] = [container["resources"]["requests"] for container in containers]
    return PodSize(
        cpu_m=sum(int(each["cpu"].removesuffix("m")) for each in asked),
        memory_mib=sum(int(each["memory"].removesuffix("Mi")) for each in asked),
    )
