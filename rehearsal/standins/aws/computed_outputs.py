"""Parts of identifiers that follow from a resource's inputs by a rule of AWS's."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from rehearsal.standins.aws.aws_facts import ACCOUNT, Facts
from rehearsal.standins.aws.regions import region_facts
from rehearsal.standins.values import Value, is_list

_POSTGRES = 5432
_PORTS = {"postgres": _POSTGRES, "aurora-postgresql": _POSTGRES, "mysql": 3306, "mariadb": 3306}
_BALANCERS = {"application": "app", "network": "net", "gateway": "gwy"}


def vpc(facts: Facts) -> str:
    """The VPC of the resource's subnets, where this run has seen them."""
    subnets = facts.input("subnetIds") or facts.input("subnets") or facts.input("vpcConfig.subnetIds")
    first = subnets[0] if is_list(subnets) and subnets else facts.input("subnetId")
    return str(facts.other(first, "vpcId") or f"vpc-0{facts.hex(16, 'vpc')}")


def inherited(facts: Facts, name: str, default: object = "") -> object:
    """An input of a database, or for a replica what its source has, where this run has seen it."""
    source = facts.input("replicateSourceDb", "")
    return facts.input(name) or facts.other(source, name, default)


def database_port(facts: Facts) -> int:
    """The port that a database listens on when none is stated."""
    stated = facts.input("port")
    return stated if isinstance(stated, int) else _PORTS.get(str(inherited(facts, "engine")), _POSTGRES)


def balancer_is_public(facts: Facts) -> bool:
    """Whether a load balancer answers from the internet."""
    return not facts.input("internal", default=False)


def _waf_scope(facts: Facts) -> str:
    return "global" if facts.input("scope") == "CLOUDFRONT" else "regional"


def _alias_target(facts: Facts) -> str:
    key = str(facts.input("targetKeyId", ""))
    return key if key.startswith("arn:") else f"arn:aws:kms:{facts.region}:{ACCOUNT}:key/{key}"


def account_part(facts: Facts) -> str:
    """The part of RDS and ElastiCache addresses that is an account's own in one region."""
    return hashlib.sha256(f"{ACCOUNT}|{facts.region}".encode()).hexdigest()


DERIVED: dict[str, Callable[[Facts], Value]] = {
    "accountOfCaches": lambda facts: account_part(facts)[:6],
    "accountOfDatabases": lambda facts: f"c{account_part(facts)[:11]}",
    "balancerKind": lambda facts: _BALANCERS[str(facts.input("loadBalancerType", "application"))],
    "balancerSuffix": lambda facts: facts.id.rpartition(":loadbalancer/")[2],
    "balancerZone": lambda facts: (
        region_facts(facts.region).network_balancer
        if facts.input("loadBalancerType") == "network"
        else region_facts(facts.region).balancer
    ),
    "bucketZone": lambda facts: region_facts(facts.region).bucket,
    "databaseZone": lambda facts: region_facts(facts.region).database,
    "eventTarget": lambda facts: str(facts.input("targetId") or f"terraform-{facts.digits(26)}"),
    "eventTargetOfId": lambda facts: facts.id.removeprefix(f"{facts.input('rule')}-"),
    "keyOfAlias": _alias_target,
    "listenerPrefix": lambda facts: str(facts.input("loadBalancerArn")).replace(":loadbalancer/", ":listener/"),
    "logPolicy": lambda facts: facts.input("policyName") or facts.input("resourceArn"),
    "objectKey": lambda facts: facts.input("key") or facts.name,
    "oidcId": lambda facts: facts.hex(32, "oidc").upper(),
    "regionCode": lambda facts: region_facts(facts.region).code,
    "rulePrefix": lambda facts: str(facts.input("listenerArn")).replace(":listener/", ":listener-rule/"),
    "scheduleGroup": lambda facts: str(facts.input("groupName", "default")),
    "setSuffix": lambda facts: f"_{facts.input('setIdentifier')}" if facts.input("setIdentifier") else "",
    "slashed": lambda facts: "/" + str(facts.input("name")).lstrip("/"),
    "statement": lambda facts: str(
        facts.input("statementId") or f"{facts.input('statementIdPrefix', 'terraform-')}{facts.digits(26)}"
    ),
    "suffixOfVersion": lambda facts: facts.id.rpartition("|")[2],
    "targetSuffix": lambda facts: facts.id.rpartition(":")[2],
    "urlHost": lambda facts: str(facts.input("url")).removeprefix("https://"),
    "vpc": vpc,
    "wafScope": _waf_scope,
    "websiteHost": lambda facts: (
        f"s3-website-{facts.region}.amazonaws.com"
        if facts.region in {"us-east-1", "us-west-1", "us-west-2", "ap-southeast-1", "ap-southeast-2"}
        else f"s3-website.{facts.region}.amazonaws.com"
    ),
}
