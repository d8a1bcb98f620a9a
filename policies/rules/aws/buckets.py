"""Rules on S3: private, versioned, encrypted by our key, recorded, and complete."""

from collections.abc import Iterable
from typing import Any

from policies.properties import Undecidable, get, stated
from policies.rule import Environment, Resource, Stack, rule, stack_rule

BUCKET = frozenset({"aws:s3/bucket:Bucket", "aws:s3/bucketV2:BucketV2"})
LOGGING = "aws:s3/bucketLogging:BucketLogging"
LOCK = "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration"
LIFECYCLE = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"
ENCRYPTION = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"
NEEDS = {
    "public access block": "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
    "ownership controls": "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
    "encryption": ENCRYPTION,
    "versioning": "aws:s3/bucketVersioning:BucketVersioning",
    "policy": "aws:s3/bucketPolicy:BucketPolicy",
    "lifecycle": LIFECYCLE,
}


@rule("aws-bucket-block", frozenset({NEEDS["public access block"]}))
def _block(resource: Resource, _: Environment) -> Iterable[str]:
    for field in ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"):
        if get(resource.props, field, False) is not True:
            yield f"{field} is not true"


@rule("aws-bucket-acl", BUCKET)
def _acl(resource: Resource, environment: Environment) -> Iterable[str]:
    if "acl" in resource.props:
        yield "grants by access list: acl"
    if get(resource.props, "forceDestroy", False) and environment.production:
        yield "would be emptied when it is deleted: forceDestroy"


@rule("aws-bucket-ownership", frozenset({NEEDS["ownership controls"]}))
def _ownership(resource: Resource, _: Environment) -> Iterable[str]:
    if get(resource.props, "rule.objectOwnership", "") != "BucketOwnerEnforced":
        yield "access lists still count: objectOwnership is not BucketOwnerEnforced"


@rule("aws-bucket-encrypted", frozenset({ENCRYPTION}))
def _encrypted(resource: Resource, _: Environment) -> Iterable[str]:
    rules = get(resource.props, "rules", [])
    if not rules:
        yield "no rule encrypts anything: rules"
    for item in rules:
        default = get(item, "applyServerSideEncryptionByDefault", {})
        if get(default, "sseAlgorithm", "") not in ("aws:kms", "aws:kms:dsse") or not stated(default, "kmsMasterKeyId"):
            yield "not encrypted by a key of ours: sseAlgorithm aws:kms with kmsMasterKeyId"


@rule("aws-bucket-versioned", frozenset({NEEDS["versioning"]}))
def _versioned(resource: Resource, _: Environment) -> Iterable[str]:
    if get(resource.props, "versioningConfiguration.status") != "Enabled":
        yield "versioning isn't Enabled"


@rule("aws-bucket-lifecycle", frozenset({LIFECYCLE}))
def _lifecycle(resource: Resource, _: Environment) -> Iterable[str]:
    ending = [
        item
        for item in get(resource.props, "rules", [])
        if get(item, "status", "") == "Enabled" and get(item, "noncurrentVersionExpiration") is not None
    ]
    if not ending:
        yield "deleted files are kept for ever: no enabled rule with noncurrentVersionExpiration"


@rule("aws-bucket-lock", frozenset({LOCK}))
def _lock(resource: Resource, _: Environment) -> Iterable[str]:
    if get(resource.props, "rule.defaultRetention.days", 0) == 0 and not get(
        resource.props, "rule.defaultRetention.years", 0
    ):
        yield "backups can be deleted on the day they are made: rule.defaultRetention states no time"


@rule("aws-bucket-copied", frozenset({"aws:s3/bucketReplicationConfig:BucketReplicationConfig"}))
def _copied(resource: Resource, _: Environment) -> Iterable[str]:
    if not get(resource.props, "rules", []):
        yield "nothing is copied: no rules"
    for item in get(resource.props, "rules", []):
        if get(item, "status", "") != "Enabled":
            yield "nothing is copied: a rule isn't Enabled"
        if not stated(item, "destination.encryptionConfiguration.replicaKmsKeyId"):
            yield "the copy isn't encrypted by a key of ours: replicaKmsKeyId"
        if get(item, "sourceSelectionCriteria.sseKmsEncryptedObjects.status", "") != "Enabled":
            yield "encrypted files aren't copied: sseKmsEncryptedObjects"


@stack_rule("aws-bucket-complete")
def _complete(stack: Stack, environment: Environment) -> Iterable[tuple[Resource | None, str]]:
    # At preview a bucket's name isn't known yet, so parts are counted where they can't be matched.
    buckets = stack.of(*sorted(BUCKET))
    for need, kind in NEEDS.items():
        yield from _lacking(buckets, stack.of(kind), need)
    lockable = [bucket for bucket in buckets if get(bucket.props, "objectLockEnabled", False)]
    if environment.size.locked_backups:
        yield from _lacking(lockable, stack.of(LOCK), "lock, which it is made for (BucketObjectLockConfiguration)")


@stack_rule("aws-bucket-recorded")
def _recorded(stack: Stack, _: Environment) -> Iterable[tuple[Resource | None, str]]:
    records = stack.of(LOGGING)
    targets = {get(item.props, "targetBucket") for item in records}
    watched = [bucket for bucket in stack.of(*sorted(BUCKET)) if _name(bucket) not in targets]
    yield from _lacking(watched, records, "record of who reads it (BucketLogging)")


def _lacking(buckets: list[Resource], parts: list[Resource], need: str) -> Iterable[tuple[Resource | None, str]]:
    names = [name for item in parts if (name := _known(item, "bucket")) is not None]
    if len(names) < len(parts):
        if len(parts) < len(buckets):
            yield None, f"{len(buckets) - len(parts)} of {len(buckets)} buckets have no {need}"
        return
    for bucket in buckets:
        if _name(bucket) not in names:
            yield bucket, f"has no {need}"


def _name(bucket: Resource) -> Any:
    """A bucket's own name, which is its logical one where none is stated."""
    return get(bucket.props, "bucket", bucket.name)


def _known(resource: Resource, path: str) -> Any:
    try:
        return get(resource.props, path)
    except Undecidable:
        return None
