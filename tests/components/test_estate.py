"""The AWS estate below the cluster's contents: what every tier is made of."""

import fnmatch
import functools
import json
from itertools import pairwise
from typing import Any

import pytest

from components.gateway.envoy import clients
from planning.edge.shell_documents import bundle_key, plan_shell_documents
from planning.gateway.routes import STREAM_IDLE_SECONDS
from planning.inputs.registry.sections import REQUEST_SECONDS
from tests.components.estate import USERS, Estate, settings
from tests.components.recording import Recorded, build, of_type, one
from tests.plugin_plans import gateway_plan, real_registry

EKS = "aws:eks/cluster:Cluster"
DISTRIBUTION = "aws:cloudfront/distribution:Distribution"

CLOUDFRONT_FIELDS = frozenset((
    *("date", "time", "x-edge-location", "sc-bytes", "c-ip", "cs-method", "cs(Host)", "cs-uri-stem", "sc-status"),
    *("cs(Referer)", "cs(User-Agent)", "cs-uri-query", "cs(Cookie)", "x-edge-result-type", "x-edge-request-id"),
    *("x-host-header", "cs-protocol", "cs-bytes", "time-taken", "x-forwarded-for", "ssl-protocol", "ssl-cipher"),
    *("x-edge-response-result-type", "cs-protocol-version", "fle-status", "fle-encrypted-fields", "c-port"),
    *("time-to-first-byte", "x-edge-detailed-result-type", "sc-content-type", "sc-content-len", "sc-range-start"),
    "sc-range-end",
))  # fmt: skip
"""CloudFront developer guide, Standard logging reference."""
PROXY_IDLE_SECONDS = int(clients(gateway_plan(1_000))["timeout"]["http"]["idleTimeout"].removesuffix("s"))


@functools.cache
def records(tier: str, *, production: bool = False) -> list[Recorded]:
    """What an environment of a tier registers."""
    return build(lambda: Estate(settings(USERS[tier], production=production)))


def ingress(found: list[Recorded]) -> list[Recorded]:
    """Every rule that lets something in."""
    return of_type(found, "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule")


@pytest.mark.parametrize("tier", USERS)
def test_a_preview_announces_what_an_update_makes(tier: str) -> None:
    announced = {record.urn for record in build(lambda: Estate(settings(USERS[tier])), preview=True)}
    assert announced == {record.urn for record in records(tier)}


@pytest.mark.parametrize("tier", USERS)
def test_nothing_is_open_to_the_world(tier: str) -> None:
    found = records(tier)
    assert not any(rule.inputs.get("cidrIpv4") == "0.0.0.0/0" for rule in ingress(found))
    assert all(balancer.inputs["internal"] for balancer in of_type(found, "aws:lb/loadBalancer:LoadBalancer"))
    assert not any(subnet.inputs["mapPublicIpOnLaunch"] for subnet in of_type(found, "aws:ec2/subnet:Subnet"))
    closed = of_type(found, "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup")
    assert all("ingress" not in group.inputs and "egress" not in group.inputs for group in closed)


@pytest.mark.parametrize("tier", USERS)
def test_only_cloudfront_reaches_a_load_balancer(tier: str) -> None:
    rules = [rule for rule in ingress(records(tier)) if rule.name.endswith("-from-cdn")]
    assert rules
    assert all(rule.inputs["prefixListId"] == "pl-3b927c52" for rule in rules)
    assert all("cidrIpv4" not in rule.inputs for rule in rules)


@pytest.mark.parametrize("tier", USERS)
def test_the_cluster_of_its_region_may_register_pods_with_a_target_group(tier: str) -> None:
    found = records(tier)
    clusters = {cluster.region: cluster.inputs["name"] for cluster in of_type(found, EKS)}
    groups = {
        group.region: group.inputs["tags"]["eks:eks-cluster-name"]
        for group in of_type(found, "aws:lb/targetGroup:TargetGroup")
    }
    assert groups == clusters


def test_flow_logs_may_look_for_their_group_and_write_to_it() -> None:
    policy = one(records("1k"), "aws:iam/rolePolicy:RolePolicy", "use1-network-flow-logs-policy")
    allowed = {
        (action, resource)
        for statement in json.loads(policy.inputs["policy"])["Statement"]
        for action in _listed(statement["Action"])
        for resource in _listed(statement["Resource"])
    }
    assert ("logs:DescribeLogGroups", "*") in allowed
    assert {action for action, resource in allowed if resource == "*"} == {"logs:DescribeLogGroups"}


def _listed(stated: str | list[str]) -> list[str]:
    return [stated] if isinstance(stated, str) else stated


@pytest.mark.parametrize("tier", USERS)
def test_every_bucket_is_private_versioned_encrypted_and_owned(tier: str) -> None:
    found = records(tier)
    count = len(of_type(found, "aws:s3/bucket:Bucket"))
    parts = (
        "bucketPublicAccessBlock:BucketPublicAccessBlock",
        "bucketVersioning:BucketVersioning",
        "bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
        "bucketOwnershipControls:BucketOwnershipControls",
        "bucketLifecycleConfiguration:BucketLifecycleConfiguration",
        "bucketPolicy:BucketPolicy",
    )
    assert count == (8 if tier == "100k" else 4)
    assert {part: len(of_type(found, f"aws:s3/{part}")) for part in parts} == dict.fromkeys(parts, count)


@pytest.mark.parametrize("tier", USERS)
def test_every_bucket_policy_denies_clear_text(tier: str) -> None:
    for policy in of_type(records(tier), "aws:s3/bucketPolicy:BucketPolicy"):
        sids = {statement.get("Sid") for statement in json.loads(policy.inputs["policy"])["Statement"]}
        assert {"TlsOnly", "NoOldTls"} <= sids


def test_only_the_smallest_tier_has_one_way_out() -> None:
    gateways = {tier: len(of_type(records(tier), "aws:ec2/natGateway:NatGateway")) for tier in USERS}
    assert gateways == {"1k": 1, "10k": 3, "50k": 3, "100k": 6}


def test_data_subnets_have_no_way_out() -> None:
    found = records("10k")
    tables = {route.inputs["routeTableId"] for route in of_type(found, "aws:ec2/route:Route")}
    data = one(found, "aws:ec2/routeTable:RouteTable", "use1-network-data-routes")
    assert data.outputs["id"] not in tables


@pytest.mark.parametrize("tier", USERS)
def test_a_cluster_is_private_but_for_stated_networks_and_logs_everything(tier: str) -> None:
    for cluster in of_type(records(tier), EKS):
        access = cluster.inputs["vpcConfig"]
        assert access["endpointPrivateAccess"] is True
        assert access["publicAccessCidrs"] == ["203.0.113.0/24"]
        assert len(cluster.inputs["enabledClusterLogTypes"]) == 5
        assert cluster.inputs["accessConfig"]["authenticationMode"] == "API"
        assert cluster.inputs["encryptionConfig"]["resources"] == ["secrets"]


@pytest.mark.parametrize("tier", USERS)
def test_operators_administer_every_cluster_and_viewers_change_nothing_of_it(tier: str) -> None:
    """EKS: one entry for a principal; a view policy gets, lists and watches, of every kind."""
    found = records(tier)
    policies = {
        (entry.inputs["clusterName"], entry.inputs["principalArn"].rpartition("/")[2]): entry.inputs["policyArn"]
        for entry in of_type(found, "aws:eks/accessPolicyAssociation:AccessPolicyAssociation")
    }
    entries = [
        (entry.inputs["clusterName"], entry.inputs["principalArn"].rpartition("/")[2], entry.inputs["type"])
        for entry in of_type(found, "aws:eks/accessEntry:AccessEntry")
    ]

    for cluster in (cluster.inputs["name"] for cluster in of_type(found, EKS)):
        assert policies[cluster, "operator"].endswith("/AmazonEKSClusterAdminPolicy")
        assert policies[cluster, "preview"].endswith("/AmazonEKSAdminViewPolicy")
        assert entries.count((cluster, "preview", "STANDARD")) == 1


@pytest.mark.parametrize("tier", USERS)
def test_a_silent_stream_is_ended_by_the_gateway_and_not_by_what_is_before_it(tier: str) -> None:
    """CloudFront waits for two minutes at most for the next byte of an answer, and as long between two requests."""
    found = records(tier)
    (distribution,) = of_type(found, DISTRIBUTION)
    gateways = [one["vpcOriginConfig"] for one in distribution.inputs["origins"] if "vpcOriginConfig" in one]

    assert gateways
    for origin in gateways:
        assert REQUEST_SECONDS < origin["originReadTimeout"] == 120
        for balancer in of_type(found, "aws:lb/loadBalancer:LoadBalancer"):
            assert origin["originKeepaliveTimeout"] < balancer.inputs["idleTimeout"]
            assert STREAM_IDLE_SECONDS < balancer.inputs["idleTimeout"] < PROXY_IDLE_SECONDS


def test_tags_of_machines_may_be_changed_on_those_of_this_cluster_only() -> None:
    policy = one(records("1k"), "aws:iam/rolePolicy:RolePolicy", "use1-cluster-roles-control-plane-tags")
    (changes,) = [
        statement
        for statement in json.loads(policy.inputs["policy"])["Statement"]
        if "ec2:DeleteTags" in _listed(statement["Action"])
    ]

    assert {"ec2:CreateTags", "ec2:DeleteTags"} == set(changes["Action"])
    assert "*" not in changes["Resource"]
    ours = {"aws:ResourceTag/eks:eks-cluster-name": "${aws:PrincipalTag/eks:eks-cluster-name}"}
    assert changes["Condition"] == {"StringEquals": ours}


def test_network_policies_are_enforced_before_a_pod_speaks() -> None:
    found = records("1k")
    node_class = one(found, "kubernetes:eks.amazonaws.com/v1:NodeClass")
    switch = one(found, "kubernetes:core/v1:ConfigMap")
    assert node_class.inputs["spec"]["networkPolicy"] == "DefaultDeny"
    assert switch.inputs["metadata"]["name"] == "amazon-vpc-cni"
    assert switch.inputs["data"] == {"enable-network-policy-controller": "true"}


def test_nodes_are_limited_by_the_tier() -> None:
    pools = [one(records(tier), "kubernetes:karpenter.sh/v1:NodePool") for tier in ("1k", "50k")]
    limits = [pool.inputs["spec"]["limits"] for pool in pools]
    assert limits == [{"cpu": "8", "memory": "32Gi"}, {"cpu": "72", "memory": "288Gi"}], "one node beside the tier's"


def test_a_log_group_exists_before_its_cluster_and_has_key_and_end() -> None:
    found = records("1k")
    logs = one(found, "aws:cloudwatch/logGroup:LogGroup", "use1-cluster-logs")
    assert logs.inputs["name"] == "/aws/eks/naap-dev-use1/cluster"
    assert logs.inputs["retentionInDays"] == 14
    assert logs.inputs["kmsKeyId"].startswith("arn:aws:kms:")
    assert logs.urn in one(found, EKS).dependencies


@pytest.mark.parametrize("tier", USERS)
def test_every_key_turns_every_year(tier: str) -> None:
    keys = of_type(records(tier), "aws:kms/key:Key")
    assert keys
    assert all(key.inputs["enableKeyRotation"] for key in keys)


def test_only_production_is_protected() -> None:
    kinds = {"aws:s3/bucket:Bucket", "aws:kms/key:Key", EKS, "aws:ec2/vpc:Vpc", DISTRIBUTION}
    for production in (True, False):
        found = [record for record in records("1k", production=production) if record.type in kinds]
        assert {record.protect for record in found} == {production}
    assert one(records("1k", production=True), EKS).inputs["deletionProtection"] is True


def test_of_an_environment_that_is_no_production_no_bucket_stays() -> None:
    for production in (True, False):
        buckets = of_type(records("1k", production=production), "aws:s3/bucket:Bucket")
        assert {bucket.inputs["forceDestroy"] for bucket in buckets} == {not production}


def test_growing_keeps_every_resource_that_keeps_data_by_its_name() -> None:
    kinds = {"aws:s3/bucket:Bucket", "aws:kms/key:Key", EKS, "aws:ec2/vpc:Vpc", "aws:ec2/subnet:Subnet", DISTRIBUTION}
    kept = [
        {(record.urn, json.dumps(fixed(record), sort_keys=True)) for record in records(tier) if record.type in kinds}
        for tier in USERS
    ]
    assert all(small <= large for small, large in pairwise(kept))


def fixed(record: Recorded) -> dict[str, Any]:
    """Inputs that AWS can't change in place."""
    return {name: record.inputs.get(name) for name in ("name", "bucket", "cidrBlock", "availabilityZoneId")}


def test_two_regions_are_joined_and_their_routes_go_both_ways() -> None:
    found = records("100k")
    connection = one(found, "aws:ec2/vpcPeeringConnection:VpcPeeringConnection")
    accepter = one(found, "aws:ec2/vpcPeeringConnectionAccepter:VpcPeeringConnectionAccepter")
    assert (connection.region, accepter.region) == ("us-east-1", "us-west-2")
    through = [r for r in of_type(found, "aws:ec2/route:Route") if r.inputs.get("vpcPeeringConnectionId")]
    assert {(route.region, route.inputs["destinationCidrBlock"]) for route in through} == {
        ("us-east-1", "10.66.0.0/16"),
        ("us-west-2", "10.64.0.0/16"),
    }
    assert len(through) == 8


def test_objects_too_small_for_a_cheaper_class_stay_where_they_are() -> None:
    for rule in of_type(records("100k"), "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"):
        assert rule.inputs["transitionDefaultMinimumObjectSize"] == "all_storage_classes_128K"


def test_what_belongs_to_the_cdn_lies_in_us_east_1() -> None:
    kinds = ("aws:wafv2/webAcl:WebAcl", DISTRIBUTION, "aws:cloudwatch/logDelivery:LogDelivery")
    assert {one(records("100k"), kind).region for kind in kinds} == {"us-east-1"}


def test_no_record_holds_what_clients_put_into_a_query() -> None:
    """A page's address is kept by the requests that it makes (Referer), with the query, as much as its own."""
    found = records("1k")
    fields = set(one(found, "aws:cloudwatch/logDelivery:LogDelivery").inputs["recordFields"])
    (firewall,) = of_type(found, "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration")

    assert {"cs-uri-stem", "sc-status", "x-edge-request-id"} <= fields <= CLOUDFRONT_FIELDS
    assert not fields & {"cs-uri-query", "cs(Referer)", "cs(Cookie)"}
    redacted = firewall.inputs["redactedFields"]
    assert {"queryString": {}} in redacted
    # plugins/service-gateway/backend/src/routes/exec-script.ts:59 of the application; a page's address with its query.
    secret = {"authorization", "cookie", "x-ssh-private-key", "x-ssh-passphrase", "referer"}
    assert secret <= {each["singleHeader"]["name"] for each in redacted if "singleHeader" in each}


def test_the_firewall_takes_no_samples_of_which_nothing_is_redacted() -> None:
    acl = one(records("1k"), "aws:wafv2/webAcl:WebAcl").inputs
    seen = [acl["visibilityConfig"], *(rule["visibilityConfig"] for rule in acl["rules"])]
    assert {each["sampledRequestsEnabled"] for each in seen} == {False}


def test_a_certificate_stands_in_every_region_that_shows_one() -> None:
    regions = {record.region for record in of_type(records("100k"), "aws:acm/certificate:Certificate")}
    assert regions == {"us-east-1", "us-west-2"}
    assert len(of_type(records("1k"), "aws:acm/certificate:Certificate")) == 1


def test_assets_fail_over_to_the_copy_and_gateways_to_the_other_region_at_the_top() -> None:
    top, small = one(records("100k"), DISTRIBUTION), one(records("1k"), DISTRIBUTION)
    assert [origin["originId"] for origin in small.inputs["origins"]] == ["assets", "gateway-use1"]
    assert small.inputs.get("originGroups") == []
    (group,) = top.inputs["originGroups"]
    assert [member["originId"] for member in group["members"]] == ["assets", "assets-copy"]
    bundles = next(found for found in top.inputs["orderedCacheBehaviors"] if found["pathPattern"] == "/bundles/*")
    assert bundles["targetOriginId"] == "assets-group"


def test_each_regions_health_is_asked_for_and_the_verdict_fails_over() -> None:
    found = records("100k")
    paths = {check.inputs["resourcePath"] for check in of_type(found, "aws:route53/healthCheck:HealthCheck")}
    assert paths == {"/_health/use1", "/_health/usw2"}
    verdicts = [r for r in of_type(found, "aws:route53/record:Record") if r.inputs["type"] == "TXT"]
    assert {r.inputs["failoverRoutingPolicies"][0]["type"] for r in verdicts} == {"PRIMARY", "SECONDARY"}
    assert len(of_type(records("50k"), "aws:route53/healthCheck:HealthCheck")) == 1, "an alarm asks for it"


def test_a_failover_is_not_undone_by_the_next_update() -> None:
    assert one(records("100k"), "aws:cloudfront/keyvaluestoreKey:KeyvaluestoreKey").ignore_changes == ("value",)


def test_apis_take_every_method_are_never_kept_and_only_by_tls() -> None:
    behaviours = one(records("1k"), DISTRIBUTION).inputs["orderedCacheBehaviors"]
    (api,) = [found for found in behaviours if found["pathPattern"] == "/api/*"]
    assert "DELETE" in api["allowedMethods"]
    assert api["viewerProtocolPolicy"] == "https-only"
    assert api["cachePolicyId"] == "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"


def test_a_bundle_is_written_once_and_what_points_to_it_again_and_again() -> None:
    statements = [
        statement
        for record in of_type(records("100k"), "aws:s3/bucketPolicy:BucketPolicy")
        for statement in json.loads(record.inputs["policy"])["Statement"]
        if statement["Sid"] == "WriteOnce"
    ]
    assert len(statements) == 2, "of the assets and of their copy"
    documents = plan_shell_documents(registry=real_registry(), settings=settings(5_000))
    for statement in statements:
        _, _, pattern = statement["Resource"].partition("/")
        assert (statement["Effect"], statement["Action"]) == ("Deny", "s3:PutObject")
        assert statement["Condition"]["Null"] == {"s3:if-none-match": "true"}
        assert fnmatch.fnmatchcase(bundle_key("my-wallet", "1.0.0", "my-wallet.js"), pattern)
        for document in (documents.registry, *documents.pointers.values()):
            assert not fnmatch.fnmatchcase(document.key, pattern)


def test_apis_sockets_and_the_servers_files_are_the_gateways_besides_all_that_nobody_else_answers() -> None:
    distribution = one(records("1k"), DISTRIBUTION).inputs
    behaviours = distribution["orderedCacheBehaviors"]
    gateway = {found["pathPattern"] for found in behaviours if found["targetOriginId"] == "gateway-use1"}
    assert gateway == {"/api/*", "/_next/static/*", "/ws", "/ws/*", "/_health/use1"}
    assert distribution["defaultCacheBehavior"]["targetOriginId"] == "gateway-use1"
