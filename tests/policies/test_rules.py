"""What rules say of values that the program never writes: empty, as good as everything, or malformed."""

from typing import Any

import pytest

from policies.judge import judge_of
from policies.properties import plain
from policies.rule import Resource, Stack

UNKNOWN_TEXT = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
EGRESS = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"
GROUP = "aws:ec2/securityGroup:SecurityGroup"
CLUSTER = "aws:eks/cluster:Cluster"
CACHE_USER = "aws:elasticache/user:User"
NETWORK_POLICY = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
NAME = "kubernetes.io/metadata.name"
V4_PRIVATE = ["10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16"]
LOWER_HALF = ["10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8"]

GUARDS = [
    ("aws:rds/instance:Instance", "kmsKeyId", "kmsKeyId"),
    ("aws:rds/instance:Instance", "performanceInsightsKmsKeyId", "performanceInsightsKmsKeyId"),
    ("aws:rds/instance:Instance", "vpcSecurityGroupIds.0", "vpcSecurityGroupIds"),
    ("aws:sns/topic:Topic", "kmsMasterKeyId", "kmsMasterKeyId"),
    ("aws:secretsmanager/secret:Secret", "kmsKeyId", "kmsKeyId"),
    ("aws:amp/workspace:Workspace", "kmsKeyArn", "kmsKeyArn"),
    ("aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication", "kmsKeyId", "kmsKeyId"),
    ("aws:elasticache/replicationGroup:ReplicationGroup", "kmsKeyId", "kmsKeyId"),
    ("aws:elasticache/replicationGroup:ReplicationGroup", "userGroupIds.0", "userGroupIds"),
    ("aws:elasticache/replicationGroup:ReplicationGroup", "securityGroupIds.0", "securityGroupIds"),
    ("aws:cloudwatch/logGroup:LogGroup", "kmsKeyId", "kmsKeyId"),
    ("aws:cloudwatch/metricAlarm:MetricAlarm", "alarmActions.0", "alarmActions"),
    (
        "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
        "rules.0.applyServerSideEncryptionByDefault.kmsMasterKeyId",
        "kmsMasterKeyId",
    ),
    (
        "aws:s3/bucketReplicationConfig:BucketReplicationConfig",
        "rules.0.destination.encryptionConfiguration.replicaKmsKeyId",
        "replicaKmsKeyId",
    ),
    ("aws:lb/loadBalancer:LoadBalancer", "securityGroups.0", "securityGroups"),
    ("aws:cloudfront/distribution:Distribution", "webAclId", "webAclId"),
    (
        "aws:cloudfront/distribution:Distribution",
        "defaultCacheBehavior.responseHeadersPolicyId",
        "responseHeadersPolicyId",
    ),
    ("aws:cloudfront/distribution:Distribution", "origins.0.originAccessControlId", "originAccessControlId"),
]
"""Type of a resource, path of a field that protects by being there, and the word by which its rule speaks of it."""


def _said(kind: str, props: dict[str, Any]) -> list[str]:
    """Every finding of every rule on one resource, alone in its stack."""
    resource = Resource(type=kind, name="any", urn="urn:any", props=plain(props))
    return [finding.message for finding in judge_of("dev").on_resource(resource)]


def _at(path: str, value: Any) -> Any:
    """Properties with nothing in them but what stands at the path, in a bucket's rule beside its algorithm."""
    head, _, rest = path.partition(".")
    inner = _at(rest, value) if rest else value
    if head == "0":
        return [] if inner == "" and not rest else [inner]
    return {head: inner, "sseAlgorithm": "aws:kms"}


@pytest.mark.parametrize(("kind", "path", "word"), GUARDS)
def test_an_empty_guard_is_no_guard_and_one_that_is_not_known_yet_is_none_to_blame(
    kind: str, path: str, word: str
) -> None:
    empty, later, there = ([one for one in _said(kind, _at(path, value)) if word in one.partition("Fix:")[0]]
                           for value in ("", UNKNOWN_TEXT, "something"))  # fmt: skip
    assert empty
    assert not later
    assert not there


def test_an_empty_source_makes_no_replica() -> None:
    assert any("storageEncrypted" in one for one in _said("aws:rds/instance:Instance", {"replicateSourceDb": ""}))


@pytest.mark.parametrize(
    ("pod", "container", "root"),
    [(0, None, True), (0, 0, True), (1000, 0, True), (0, 1000, False), (1000, None, False)],
)
def test_a_container_without_a_user_of_its_own_runs_as_the_pod_s(pod: int, container: int | None, root: bool) -> None:
    own = {} if container is None else {"runAsUser": container}
    spec = {
        "securityContext": {"runAsUser": pod, "runAsNonRoot": True},
        "containers": [{"name": "main", "securityContext": own}],
    }
    said = _said("kubernetes:apps/v1:Deployment", {"spec": {"template": {"spec": spec}}})
    assert any("main runs as user 0" in one for one in said) == root


@pytest.mark.parametrize(
    ("selector", "named"),
    [
        ({"matchLabels": {NAME: "pooler"}}, True),
        ({"matchExpressions": [{"key": NAME, "operator": "In", "values": ["pooler"]}]}, True),
        ({"matchExpressions": [{"key": NAME, "operator": "Exists"}]}, False),
        ({"matchExpressions": [{"key": NAME, "operator": "NotIn", "values": ["pooler"]}]}, False),
        ({"matchLabels": {"team": NAME}}, False),
        ({}, False),
    ],
)
def test_namespaces_are_selected_by_naming_them(selector: dict[str, Any], named: bool) -> None:
    assert _on_peer("ingress", {"namespaceSelector": selector}) != named


@pytest.mark.parametrize(
    ("cidr", "open_"),
    [
        ("0.0.0.0/0", True),
        ("0.0.0.0/1", True),
        ("128.0.0.0/1", True),
        ("8.0.0.0/7", True),
        ("10.0.0.0/8", False),
        ("::/0", True),
        ("2000::/3", True),
        ("2600::/12", True),
        ("2001:db8::/32", False),
        ("10.0.0.300/8", True),
        ("", True),
    ],
)
def test_a_piece_of_the_internet_and_no_network_at_all_are_as_open_as_the_whole(cidr: str, open_: bool) -> None:
    group = {"description": "Some", "ingress": [{"cidrBlocks": ["10.0.0.0/16", cidr]}]}
    endpoint = {"endpointPrivateAccess": True, "publicAccessCidrs": [cidr]}
    assert any("open to" in one for one in _said(INGRESS, {"cidrIpv4": cidr})) == open_
    assert any("may send to" in one for one in _said(EGRESS, {"cidrIpv6": cidr})) == open_
    assert any("open to" in one.partition("Fix:")[0] for one in _said(GROUP, group)) == open_
    assert any("the API is open to" in one for one in _said(CLUSTER, {"vpcConfig": endpoint})) == open_
    assert _on_peer("ingress", {"ipBlock": {"cidr": cidr}}) == open_


@pytest.mark.parametrize(
    ("cidr", "excepted", "wrong"),
    [
        ("0.0.0.0/0", V4_PRIVATE, False),
        ("0.0.0.0/0", V4_PRIVATE[1:], True),
        ("0.0.0.0/1", LOWER_HALF, False),
        ("0.0.0.0/1", [], True),
        ("172.0.0.0/8", [], True),
        ("10.0.0.0/8", [], False),
        ("::/0", ["fc00::/7", "fe80::/10"], False),
        ("::/0", [], True),
        ("8000::/1", [], True),
        ("nowhere", [], True),
    ],
)
def test_what_leaves_for_the_internet_excepts_the_private_networks_within(
    cidr: str, excepted: list[str], wrong: bool
) -> None:
    assert _on_peer("egress", {"ipBlock": {"cidr": cidr, "except": excepted}}) == wrong


def _on_peer(direction: str, peer: dict[str, Any]) -> bool:
    """Whether something is wrong with a rule that names this peer alone."""
    rules = [{"from" if direction == "ingress" else "to": [peer]}]
    return bool(_said(NETWORK_POLICY, {"spec": {"podSelector": {"matchLabels": {"app": "a"}}, direction: rules}}))


@pytest.mark.parametrize(
    ("access", "narrow"),
    [
        ("on resetchannels ~plugin:a:* &plugin:a:* -@all +get", True),
        ("on %R~plugin:a:* -@all +get (%RW~plugin:a:own:* +set)", True),
        ("off ~* +@all", True),
        ("on ~* -@all +get", False),
        ("on %RW~* -@all +get", False),
        ("on %R~* -@all +get", False),
        ("on ~?* -@all +get", False),
        ("on ~plugin:a:* &* -@all +get", False),
        ("ON AllKeys -@all +get", False),
        ("on ~plugin:a:* -@all +get (~* +get)", False),
        ("on ~plugin:a:* -@all +get (~plugin:a:* +@all)", False),
        ("on ~plugin:a:* -@all +get (~plugin:a:* allcommands)", False),
    ],
)
def test_a_cache_s_user_keeps_to_a_prefix_and_to_what_it_needs(access: str, narrow: bool) -> None:
    said = _said(CACHE_USER, {"accessString": access, "authenticationMode": {"type": "password"}})
    assert any("accessString" in one.partition("Fix:")[0] for one in said) != narrow


@pytest.mark.parametrize("keys", ["~plugin:a:*", "%R~plugin:a:*", "(~plugin:a:* +get)"])
def test_two_users_of_a_cache_share_no_keys_however_they_are_written(keys: str) -> None:
    users = [
        Resource(type=CACHE_USER, name=name, urn=name, props={"accessString": access, "userId": name, "userName": name})
        for name, access in (("a", "on ~plugin:a:* -@all +get"), ("b", f"on ~plugin:b:* -@all +get {keys}"))
    ]
    assert any("plugin:a:*" in finding.message for finding in judge_of("dev").on_stack(Stack(users)))


@pytest.mark.parametrize(("low", "needed"), [(1, {"cpu"}), (2, {"cpu"}), (3, {"cpu", "memory"})])
def test_memory_is_asked_for_where_it_can_give_pods_back(low: int, needed: set[str]) -> None:
    spec = {"minReplicas": low, "maxReplicas": 9}
    said = _said("kubernetes:autoscaling/v2:HorizontalPodAutoscaler", {"spec": spec})
    assert {name for name in ("cpu", "memory") if any(f"scale by {name}" in each for each in said)} == needed


def test_an_autoscaler_without_a_most_is_told_so() -> None:
    said = _said("kubernetes:autoscaling/v2:HorizontalPodAutoscaler", {"spec": {"minReplicas": 2}})
    assert any("maxReplicas is missing" in one for one in said)


def test_a_policy_that_only_refuses_large_bodies_asks_nobody_and_one_that_lets_others_pass_is_told_so() -> None:
    kind = "kubernetes:gateway.envoyproxy.io/v1alpha1:SecurityPolicy"
    body = {"name": "body", "action": "Deny", "cel": "size(request.body) > 1"}
    known = {"name": "identity", "action": "Allow", "cel": "size(request.headers['x-user-id']) > 0"}

    def words(*rules: dict[str, str]) -> list[str]:
        spec = {"authorization": {"defaultAction": "Allow", "rules": list(rules)}}
        return [one for one in _said(kind, {"spec": spec}) if "defaultAction" in one.partition("Fix:")[0]]

    assert not words(body)
    assert words(body, known)
    assert words()
