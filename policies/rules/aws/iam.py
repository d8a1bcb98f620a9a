"""Rules on policy documents: who may do what to which resources."""

import json
from collections.abc import Iterable, Iterator
from typing import Any, cast

from policies.properties import UNKNOWN, get
from policies.rule import Environment, Resource, rule

DOCUMENTS = {
    "aws:iam/policy:Policy": "policy",
    "aws:iam/rolePolicy:RolePolicy": "policy",
    "aws:iam/role:Role": "assumeRolePolicy",
    "aws:kms/key:Key": "policy",
    "aws:s3/bucketPolicy:BucketPolicy": "policy",
    "aws:sns/topicPolicy:TopicPolicy": "policy",
    "aws:secretsmanager/secretPolicy:SecretPolicy": "policy",
    "aws:cloudwatch/logResourcePolicy:LogResourcePolicy": "policyDocument",
}
ALL = frozenset(DOCUMENTS)
IDENTITY = frozenset({"aws:iam/policy:Policy", "aws:iam/rolePolicy:RolePolicy"})
ON_RESOURCES = ALL - IDENTITY
WITHOUT_RESOURCES = frozenset({
    "ec2:CreateFleet", "ec2:RunInstances", "ec2:CreateLaunchTemplate", "ec2:CreateNetworkInterface",
    "xray:PutTraceSegments", "xray:PutTelemetryRecords", "logs:DescribeLogGroups", "cloudwatch:PutMetricData",
    "ecr:GetAuthorizationToken", "cloudwatch:GetMetricData", "cloudwatch:ListMetrics",
})  # fmt: skip
"""Actions that AWS grants on `*` only, or on resources that don't exist yet and are told by their tags."""
MANY_ACCOUNTS = frozenset({
    "logging.s3.amazonaws.com", "delivery.logs.amazonaws.com", "cloudfront.amazonaws.com", "cloudwatch.amazonaws.com",
    "eks.amazonaws.com", "pods.eks.amazonaws.com", "monitoring.rds.amazonaws.com",
    "events.rds.amazonaws.com", "budgets.amazonaws.com", "vpc-flow-logs.amazonaws.com", "sns.amazonaws.com",
    "aps.amazonaws.com", "events.amazonaws.com",
})  # fmt: skip
"""Services that act for any account that asks them: only a condition says for whom."""
LIST_OF_PREFIX = "s3:ListBucket"


def statements(resource: Resource) -> Iterator[tuple[str, dict[str, Any]]]:
    """The statements of its document that allow something, each with a name."""
    for statement in every_statement(resource):
        if get(statement, "Effect") == "Allow":
            yield get(statement, "Sid", "a statement"), statement


def every_statement(resource: Resource) -> list[dict[str, Any]]:
    """All statements; none where there is no document."""
    raw = get(resource.props, DOCUMENTS[resource.type])
    document = json.loads(raw) if isinstance(raw, str) else raw
    return cast("list[dict[str, Any]]", listed(get(document, "Statement", [])))


def listed(value: Any) -> list[Any]:
    """A list, also of one that stands alone."""
    return value if isinstance(value, list) else [value]  # pyright: ignore[reportUnknownVariableType]  # JSON


def principals(statement: dict[str, Any]) -> set[str]:
    """Whom a statement speaks of."""
    principal = statement.get("Principal", {})
    if principal is UNKNOWN or isinstance(principal, str):
        return {get(statement, "Principal")}
    return {item for value in principal.values() for item in listed(value)}


@rule("aws-iam-wildcards", ALL)
def _wildcards(resource: Resource, _: Environment) -> Iterable[str]:
    for name, statement in statements(resource):
        owner = any(who.endswith(":root") for who in principals(statement))
        if not owner and any(action == "*" or action.endswith(":*") for action in listed(get(statement, "Action", []))):
            yield f"{name} allows every action of a service"
        if owner and "*" in listed(get(statement, "Action", [])):
            yield f"{name} allows every action of every service"
        if "NotAction" in statement or "NotResource" in statement or "NotPrincipal" in statement:
            yield f"{name} allows by exclusion"
        if principals(statement) & {"*"}:
            yield f"{name} allows everyone"


ON_MACHINES = {"ec2:CreateVolume", "ec2:CreateSnapshot", "ec2:CreateTags", "ec2:DeleteTags"}
"""Actions whose resources have no names to state beforehand: only their tags tell whose they are."""


@rule("aws-iam-resources", IDENTITY)
def _resources(resource: Resource, _: Environment) -> Iterable[str]:
    for name, statement in statements(resource):
        actions = set(listed(get(statement, "Action", [])))
        if "*" in listed(get(statement, "Resource", "*")) and actions - WITHOUT_RESOURCES:
            yield f"{name} allows on every resource: Resource"
        anything = "*" in listed(get(statement, "Resource", "*")) and any(item.startswith("ec2:") for item in actions)
        if (anything or actions & ON_MACHINES) and "Condition" not in statement:
            yield f"{name} may make or mark anything, for anyone: no Condition on tags"


@rule("aws-iam-shared", IDENTITY)
def _shared(resource: Resource, _: Environment) -> Iterable[str]:
    # A plugin's own identity; replication copies whole buckets, and is nobody's.
    if "identity" not in resource.name:
        return
    for name, statement in statements(resource):
        if "Condition" in statement:
            continue
        actions = listed(get(statement, "Action", []))
        if LIST_OF_PREFIX in actions:
            yield f"{name} lists the files of all plugins: no Condition on s3:prefix"
        if any(action.startswith("kms:") for action in actions):
            yield f"{name} uses a key for anything: no Condition on kms:ViaService"
        if "s3:GetObject" in actions and any(str(item).count("/") < 2 for item in listed(get(statement, "Resource"))):  # noqa: PLR2004  # bucket/prefix/*
            yield f"{name} reads the files of all plugins: Resource names no prefix"


@rule("aws-confused-deputy", ON_RESOURCES)
def _deputy(resource: Resource, _: Environment) -> Iterable[str]:
    for name, statement in statements(resource):
        asked = {who for who in principals(statement) if who in MANY_ACCOUNTS or who.startswith("logs.")}
        if asked and "Condition" not in statement:
            yield f"{name} lets {', '.join(sorted(asked))} act for any account: no Condition on its source"


@rule("aws-federated-trust", frozenset({"aws:iam/role:Role"}))
def _federated(resource: Resource, _: Environment) -> Iterable[str]:
    for name, statement in statements(resource):
        if not any(":oidc-provider/" in who for who in principals(statement)):
            continue
        same = get(statement, "Condition", {}).get("StringEquals", {})
        for claim in ("aud", "sub"):
            asked = [value for key, value in same.items() if key.endswith(f":{claim}")]
            if not asked or any("*" in str(value) for value in asked):
                yield f"{name} lets in whoever the provider knows: no StringEquals on {claim}"


@rule(
    "aws-resource-policy-scope",
    frozenset(
        {
            "aws:s3/bucketPolicy:BucketPolicy",
            "aws:sns/topicPolicy:TopicPolicy",
            "aws:cloudwatch/logResourcePolicy:LogResourcePolicy",
        }
    ),
)
def _scope(resource: Resource, _: Environment) -> Iterable[str]:
    for name, statement in statements(resource):
        if "*" in listed(get(statement, "Resource", "*")):
            yield f"{name} names no resource of its own: Resource"


@rule("aws-bucket-tls", frozenset({"aws:s3/bucketPolicy:BucketPolicy"}))
def _bucket_tls(resource: Resource, _: Environment) -> Iterable[str]:
    denied = [get(item, "Condition", {}) for item in every_statement(resource) if get(item, "Effect") == "Deny"]
    if not any(str(get(when, "Bool", {}).get("aws:SecureTransport")).lower() == "false" for when in denied):
        yield "clear text isn't denied: no Deny on aws:SecureTransport false"
    if not any("s3:TlsVersion" in get(when, "NumericLessThan", {}) for when in denied):
        yield "old TLS isn't denied: no Deny on s3:TlsVersion below 1.2"


@rule("aws-bundles-written-once", frozenset({"aws:s3/bucketPolicy:BucketPolicy"}))
def _written_once(resource: Resource, _: Environment) -> Iterable[str]:
    # What CloudFront reads is code that runs in users' browsers.
    read = any("cloudfront.amazonaws.com" in principals(statement) for _name, statement in statements(resource))
    denied = [item for item in every_statement(resource) if get(item, "Effect") == "Deny"]
    if read and not any(
        "s3:PutObject" in listed(get(item, "Action", [])) and "s3:if-none-match" in get(item, "Condition.Null", {})
        for item in denied
    ):
        yield "what was released can be replaced: no Deny of s3:PutObject without s3:if-none-match"
