"""What must be there before, and must outlive, what stands on it: over all dependencies, however long the chain.

Pulumi makes and destroys in parallel what no chain of dependencies joins. A missing one shows only sometimes: on a slow
day, or on the day of the destruction.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from tests.build.conftest import Builder, Built
from tests.build.environments import TIERS, Environment
from tests.components.recording import Recorded

Chosen = Callable[[Recorded], bool]
Pair = Callable[[Recorded, Recorded], bool]


@dataclass(frozen=True, kw_only=True)
class Need:
    """Each that is `later` comes after every one that is `first`, if both `go` together."""

    why: str
    later: Chosen
    first: Chosen
    together: Pair


def kind(*endings: str, name: str = "", ends: str = "") -> Chosen:
    """Of one of these types, with this in its name."""
    return lambda record: (
        record.custom and record.type.endswith(endings) and name in record.name and record.name.endswith(ends)
    )


def namespace_of(record: Recorded) -> str:
    """Of an object in a cluster; empty for one that has none."""
    metadata: Mapping[str, Any] = record.inputs.get("metadata") or {}
    return str(metadata.get("namespace") or record.inputs.get("namespace") or "")


def runs_in_a_cluster(record: Recorded) -> bool:
    """Pods, what makes them, and what a controller must clean up after: all but what comes with the nodes."""
    stands = record.type.startswith("kubernetes:") and namespace_of(record) not in ("", "kube-system")
    return stands or record.type.endswith((":Addon", ":GatewayClass", "core/v1:Namespace"))


def same_region(later: Recorded, first: Recorded) -> bool:
    """By the AWS provider's region, or that of the cluster."""
    return region(later) == region(first)


def region(record: Recorded) -> str:
    """Code of the region, which all logical names in a cluster start with."""
    codes = {"us-east-1": "use1", "us-west-2": "usw2"}
    if record.type.startswith("aws:"):
        return codes[record.region]
    return "usw2" if "usw2-cluster" in record.provider else "use1"


def same(*inputs: str) -> Pair:
    """They state the same value: of the input of the one, and of the other where another is named."""
    one, other = inputs[0], inputs[-1]
    return lambda later, first: first.outputs.get(other) is not None and later.inputs.get(one) == first.outputs[other]


def of_group(later: Recorded, first: Recorded) -> bool:
    """It stands behind the security group that the rule is of. Rules between shards are for one that moves."""
    groups = later.inputs.get("vpcSecurityGroupIds") or later.inputs.get("securityGroupIds") or ()
    return first.inputs["securityGroupId"] in groups and "-shards-" not in first.name


def of_secret(later: Recorded, first: Recorded) -> bool:
    """The Job fetches that very secret."""
    return str(first.inputs["secretId"]) in str(later.inputs)


def of_host(later: Recorded, first: Recorded) -> bool:
    """The Job talks to that very instance."""
    return str(first.outputs.get("address")) in str(later.inputs)


def of_role(later: Recorded, first: Recorded) -> bool:
    """It takes on the role that the policy is of."""
    return f"/{first.inputs['role']}" in str(
        [later.inputs.get(name) for name in ("monitoringRoleArn", "roleArn", "iamRoleArn", "role")]
    )


def of_topic(later: Recorded, first: Recorded) -> bool:
    """It publishes to the topic that the policy is of."""
    return str(first.inputs["arn"]) in str(later.inputs)


def of_user(later: Recorded, first: Recorded) -> bool:
    """Its pods log in as that user."""
    return region(later) == region(first) and f"-user-{later.inputs['metadata']['name']}-" in first.name


def any_of(later: Recorded, first: Recorded) -> bool:
    """All together."""
    del later, first
    return True


POOL = kind(":NodePool")
ADMINISTRATOR = kind("batch/v1:Job", name="-database-")

NEEDS = (
    Need(why="pods need nodes", later=runs_in_a_cluster, first=POOL, together=same_region),
    *(
        Need(why=f"nodes pull images and reach AWS by {what}", later=POOL, first=first, together=same_region)
        for what, first in {
            "NAT gateways": kind(":NatGateway"),
            "routes": kind("ec2/route:Route", name="-default"),
            "private subnets' tables": kind(":RouteTableAssociation", name="-private-"),
            "public subnets' tables": kind(":RouteTableAssociation", name="-public-"),
            "endpoints": kind(":VpcEndpoint"),
            "the endpoints' security group": kind(":SecurityGroupIngressRule", name="-endpoints-"),
        }.items()
    ),
    Need(
        why="a node that may not pull an image, or speak to EKS, never joins",
        later=POOL,
        first=kind(":RolePolicyAttachment", name="-cluster-roles-node-"),
        together=same_region,
    ),
    Need(
        why="nodes join by their entry",
        later=POOL,
        first=kind(":AccessPolicyAssociation", name="-nodes-"),
        together=same_region,
    ),
    Need(
        why="EKS works for us as its role",
        later=kind("eks/cluster:Cluster"),
        first=kind(":RolePolicyAttachment", ":RolePolicy", name="-cluster-roles-control-plane-"),
        together=same_region,
    ),
    Need(
        why="a Job fetches the administrator's password at once",
        later=ADMINISTRATOR,
        first=kind(":SecretVersion"),
        together=of_secret,
    ),
    Need(
        why="a Job talks to its instance at once",
        later=ADMINISTRATOR,
        first=kind("rds/instance:Instance"),
        together=of_host,
    ),
    Need(
        why="what connects finds an open port",
        later=kind("rds/instance:Instance", "elasticache/replicationGroup:ReplicationGroup"),
        first=kind(":SecurityGroupIngressRule"),
        together=of_group,
    ),
    Need(
        why="the balancer reaches proxies, and is reached",
        later=kind("lb/listener:Listener"),
        first=kind(":SecurityGroupIngressRule", ":SecurityGroupEgressRule", name="-load-balancer-"),
        together=same_region,
    ),
    Need(
        why="a service takes on a role that may do its work",
        later=kind("rds/instance:Instance", ":FlowLog", ":BucketReplicationConfig", ":PodIdentityAssociation"),
        first=kind("iam/rolePolicyAttachment:RolePolicyAttachment", "iam/rolePolicy:RolePolicy"),
        together=of_role,
    ),
    Need(
        why="a service tries the topic before it takes it",
        later=kind(":EventSubscription", ":Budget", ":AlertManagerDefinition", ":MetricAlarm"),
        first=kind(":TopicPolicy"),
        together=of_topic,
    ),
    Need(
        why="pods log in to the cache as their own user",
        later=kind("apps/v1:Deployment", ends="-deployment"),
        first=kind(":UserGroupAssociation"),
        together=of_user,
    ),
    Need(
        why="the log exists before its lines are counted",
        later=kind(":LogMetricFilter"),
        first=kind(":LogGroup"),
        together=same("logGroupName", "name"),
    ),
    Need(
        why="AWS delivers to a bucket that lets it",
        later=kind(":BucketLogging", ":LogDeliveryDestination"),
        first=kind(":BucketPolicy", name="-logs-"),
        together=same_region,
    ),
    Need(
        why="CloudFront reaches balancers that answer",
        later=kind(":Distribution"),
        first=kind(":Listener"),
        together=any_of,
    ),
    Need(
        why="what is asked for its health answers",
        later=kind(":HealthCheck"),
        first=kind(":Distribution"),
        together=any_of,
    ),
)


def before(records: Sequence[Recorded]) -> Mapping[str, frozenset[str]]:
    """By URN: everything that is there before, through inputs, options, providers and parents.

    A component that waits holds its children back, and goes after them.
    """
    known = {record.urn: record for record in records}
    found: dict[str, frozenset[str]] = {}

    def closure(urn: str) -> frozenset[str]:
        if urn not in found:
            record = known[urn]
            direct = {*record.dependencies, record.provider.rpartition("::")[0], record.parent} & known.keys()
            found[urn] = frozenset(direct).union(*(closure(each) for each in direct))
        return found[urn]

    for record in records:
        closure(record.urn)
    return found


def missing(records: Sequence[Recorded]) -> Iterator[str]:
    """What stands on nothing that holds: one line each."""
    held = before(records)
    for need in NEEDS:
        firsts = [record for record in records if need.first(record)]
        for later in (record for record in records if need.later(record)):
            for first in firsts:
                if need.together(later, first) and first.urn not in held[later.urn]:
                    yield f"{need.why}: {later.name} ({later.type}) not after {first.name} ({first.type})"


def test_everything_comes_after_what_it_stands_on_and_goes_before_it(tier: Built) -> None:
    found = list(missing(tier.update.records))
    assert not found, "\n".join([f"{len(found)} are missing, the first:", *found[:40]])


@pytest.mark.parametrize("need", NEEDS, ids=lambda need: need.why)
def test_each_need_is_of_something(built: Builder, need: Need) -> None:
    """A table that names what no program makes asks for nothing."""

    def found(environment: Environment) -> bool:
        records = built(environment).update.records
        firsts = [record for record in records if need.first(record)]
        return any(need.together(later, first) for later in records if need.later(later) for first in firsts)

    assert any(found(environment) for environment in TIERS)
