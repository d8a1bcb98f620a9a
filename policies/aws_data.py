"""Rules on AWS resources that hold data: encrypted, backed up, private, hard to lose."""

import json
from collections.abc import Iterable
from typing import Any

from policies.rule import Environment, Resource, Stack, rule, stack_rule
from policies.values import Undecidable, get

RDS = frozenset({"aws:rds/instance:Instance"})
CACHE = frozenset({"aws:elasticache/replicationGroup:ReplicationGroup"})
KEY = frozenset({"aws:kms/key:Key"})
LOGS = frozenset({"aws:cloudwatch/logGroup:LogGroup"})
BUCKET = frozenset({"aws:s3/bucket:Bucket", "aws:s3/bucketV2:BucketV2"})
BUCKET_NEEDS = {
    "public access block": "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
    "ownership controls": "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
    "encryption": "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
    "versioning": "aws:s3/bucketVersioning:BucketVersioning",
    "policy": "aws:s3/bucketPolicy:BucketPolicy",
}


@rule("aws-rds-encrypted", RDS)
def _rds_encrypted(resource: Resource, _: Environment) -> Iterable[str]:
    if get(resource.props, "replicateSourceDb") is None and get(resource.props, "storageEncrypted", False) is not True:
        yield "storage isn't encrypted: storageEncrypted is not true"


@rule("aws-rds-private", RDS)
def _rds_private(resource: Resource, _: Environment) -> Iterable[str]:
    if get(resource.props, "publiclyAccessible", False) is not False:
        yield "reachable from the internet: publiclyAccessible"


@rule("aws-rds-deletion-protection", RDS)
def _rds_protection(resource: Resource, environment: Environment) -> Iterable[str]:
    # A replica in the same region is made again from its source.
    if not environment.production or "replicateSourceDb" in resource.props:
        return
    if get(resource.props, "deletionProtection", False) is not True:
        yield "deletionProtection is not true"
    if get(resource.props, "skipFinalSnapshot", False):
        yield "deleted without a final snapshot: skipFinalSnapshot"


@rule("aws-rds-backups", RDS)
def _rds_backups(resource: Resource, environment: Environment) -> Iterable[str]:
    kept = get(resource.props, "backupRetentionPeriod", 0)
    if get(resource.props, "replicateSourceDb") is None and kept < environment.backup_days:
        yield f"backups are kept for {kept} days, {environment.backup_days} are demanded"


@rule("aws-rds-multi-az", RDS)
def _rds_multi_az(resource: Resource, environment: Environment) -> Iterable[str]:
    primary = get(resource.props, "replicateSourceDb") is None
    if environment.multi_az and primary and get(resource.props, "multiAz", False) is not True:
        yield "the loss of one zone stops it: multiAz is not true"


@rule("aws-rds-observed", RDS)
def _rds_observed(resource: Resource, _: Environment) -> Iterable[str]:
    if get(resource.props, "performanceInsightsEnabled", False) is not True:
        yield "performanceInsightsEnabled is not true"
    if get(resource.props, "monitoringInterval", 0) == 0:
        yield "enhanced monitoring is off: monitoringInterval is 0"
    if "postgresql" not in get(resource.props, "enabledCloudwatchLogsExports", []):
        yield "its log isn't exported: enabledCloudwatchLogsExports lacks postgresql"


@rule("aws-rds-tls", frozenset({"aws:rds/parameterGroup:ParameterGroup"}))
def _rds_tls(resource: Resource, _: Environment) -> Iterable[str]:
    parameters = {get(item, "name"): str(get(item, "value")) for item in get(resource.props, "parameters", [])}
    for name, wanted in (
        ("rds.force_ssl", "1"),
        ("password_encryption", "scram-sha-256"),
        ("rds.restrict_password_commands", "1"),
    ):
        if parameters.get(name) != wanted:
            yield f"parameter {name} is not {wanted}"


@rule("aws-cache-encrypted", CACHE)
def _cache_encrypted(resource: Resource, _: Environment) -> Iterable[str]:
    if str(get(resource.props, "atRestEncryptionEnabled", "false")).lower() != "true":
        yield "atRestEncryptionEnabled is not true"
    if get(resource.props, "transitEncryptionEnabled", False) is not True:
        yield "transitEncryptionEnabled is not true"
    if get(resource.props, "transitEncryptionMode", "required") != "required":
        yield "clear text is still taken: transitEncryptionMode is not required"


@rule("aws-cache-users", CACHE)
def _cache_users(resource: Resource, _: Environment) -> Iterable[str]:
    if "userGroupIds" not in resource.props:
        yield "anyone in the network may read everything: no userGroupIds"


@rule("aws-cache-multi-az", CACHE)
def _cache_multi_az(resource: Resource, environment: Environment) -> Iterable[str]:
    if environment.multi_az:
        for field in ("multiAzEnabled", "automaticFailoverEnabled"):
            if get(resource.props, field, False) is not True:
                yield f"the loss of one node stops it: {field} is not true"


@rule("aws-key-rotation", KEY)
def _key_rotation(resource: Resource, _: Environment) -> Iterable[str]:
    if get(resource.props, "enableKeyRotation", False) is not True:
        yield "enableKeyRotation is not true"
    if get(resource.props, "deletionWindowInDays", 30) < 7:  # noqa: PLR2004  # AWS's own minimum
        yield "deleted within less than 7 days"


@rule("aws-logs-kept", LOGS)
def _logs_kept(resource: Resource, _: Environment) -> Iterable[str]:
    if get(resource.props, "retentionInDays", 0) == 0:
        yield "kept forever: retentionInDays is not stated"
    if "kmsKeyId" not in resource.props:
        yield "not encrypted by a key of ours: no kmsKeyId"


@rule("aws-topic-encrypted", frozenset({"aws:sns/topic:Topic"}))
def _topic_encrypted(resource: Resource, _: Environment) -> Iterable[str]:
    if "kmsMasterKeyId" not in resource.props:
        yield "no kmsMasterKeyId"


@rule("aws-bucket-block", frozenset({BUCKET_NEEDS["public access block"]}))
def _bucket_block(resource: Resource, _: Environment) -> Iterable[str]:
    for field in ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"):
        if get(resource.props, field, False) is not True:
            yield f"{field} is not true"


@rule("aws-bucket-acl", BUCKET)
def _bucket_acl(resource: Resource, environment: Environment) -> Iterable[str]:
    if "acl" in resource.props:
        yield "grants by access list: acl"
    if get(resource.props, "forceDestroy", False) and environment.production:
        yield "would be emptied when it is deleted: forceDestroy"


@rule("aws-bucket-versioned", frozenset({BUCKET_NEEDS["versioning"]}))
def _bucket_versioned(resource: Resource, _: Environment) -> Iterable[str]:
    if get(resource.props, "versioningConfiguration.status") != "Enabled":
        yield "versioning isn't Enabled"


@rule("aws-bucket-tls", frozenset({BUCKET_NEEDS["policy"]}))
def _bucket_tls(resource: Resource, _: Environment) -> Iterable[str]:
    policy = get(resource.props, "policy")
    document: dict[str, Any] = json.loads(policy) if isinstance(policy, str) else policy
    denied = [
        statement
        for statement in get(document, "Statement", [])
        if get(statement, "Effect") == "Deny"
        and str(get(statement, "Condition.Bool", {}).get("aws:SecureTransport")).lower() == "false"
    ]
    if not denied:
        yield "clear text isn't denied: no Deny on aws:SecureTransport false"


@stack_rule("aws-bucket-complete")
def _bucket_complete(stack: Stack, _: Environment) -> Iterable[tuple[Resource | None, str]]:
    # At preview a bucket's name isn't known yet, so the parts are matched by the engine's names where they can't be.
    for need, kind in BUCKET_NEEDS.items():
        have = stack.of(kind)
        buckets = stack.of(*sorted(BUCKET))
        missing = len(buckets) - len(have)
        if missing > 0:
            yield None, f"{missing} of {len(buckets)} buckets have no {need}"
        names = [name for item in have if (name := _known(item, "bucket")) is not None]
        for bucket in buckets:
            own = _known(bucket, "bucket")
            if own is not None and len(names) == len(have) and own not in names:
                yield bucket, f"has no {need}"


def _known(resource: Resource, path: str) -> Any:
    try:
        return get(resource.props, path)
    except Undecidable:
        return None
