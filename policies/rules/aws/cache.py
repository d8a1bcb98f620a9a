"""Rules on ElastiCache: encrypted, known users with their own keys, snapshots, logs."""

import re
from collections.abc import Iterable

from policies.properties import get, stated
from policies.rule import Environment, Resource, rule

CACHE = frozenset({"aws:elasticache/replicationGroup:ReplicationGroup"})
NO_PREFIX = re.compile(r"(%[rw]+)?[~&][*?[]|allkeys|allchannels")
"""Keys or channels that begin with anything; `%` says for what: reading, writing, or both."""


@rule("aws-cache-encrypted", CACHE)
def _encrypted(resource: Resource, _: Environment) -> Iterable[str]:
    if str(get(resource.props, "atRestEncryptionEnabled", "false")).lower() != "true":
        yield "atRestEncryptionEnabled is not true"
    if not stated(resource.props, "kmsKeyId"):
        yield "not encrypted by a key of ours: no kmsKeyId"
    if get(resource.props, "transitEncryptionEnabled", False) is not True:
        yield "transitEncryptionEnabled is not true"
    if get(resource.props, "transitEncryptionMode", "") != "required":
        yield "clear text may still be taken: transitEncryptionMode is not required"


@rule("aws-cache-users", CACHE)
def _users(resource: Resource, _: Environment) -> Iterable[str]:
    if not stated(resource.props, "userGroupIds"):
        yield "anyone in the network may read everything: no userGroupIds"
    if not stated(resource.props, "securityGroupIds"):
        yield "the VPC's default group decides who reaches it: no securityGroupIds"


@rule("aws-cache-user", frozenset({"aws:elasticache/user:User"}))
def _user(resource: Resource, _: Environment) -> Iterable[str]:
    # A selector, in brackets, adds to what the user may do; case is of no weight.
    words = re.split(r"[\s()]+", str(get(resource.props, "accessString", "")).lower())
    if "on" not in words:
        return  # the default user is switched off
    if any(NO_PREFIX.match(word) for word in words):
        yield "may read what belongs to others: accessString names no prefix"
    if "+@all" in words or "allcommands" in words or "-@all" not in words:
        yield "may run every command: accessString doesn't begin with -@all"
    if get(resource.props, "authenticationMode.type", "") not in ("password", "iam"):
        yield "needs no password: authenticationMode.type"


@rule("aws-cache-multi-az", CACHE)
def _multi_az(resource: Resource, environment: Environment) -> Iterable[str]:
    if environment.multi_az:
        for field in ("multiAzEnabled", "automaticFailoverEnabled"):
            if get(resource.props, field, False) is not True:
                yield f"the loss of one node stops it: {field} is not true"


@rule("aws-cache-backups", CACHE)
def _backups(resource: Resource, _: Environment) -> Iterable[str]:
    if get(resource.props, "snapshotRetentionLimit", 0) == 0:
        yield "sessions can't be brought back: snapshotRetentionLimit is 0"


@rule("aws-cache-logged", CACHE)
def _logged(resource: Resource, _: Environment) -> Iterable[str]:
    if not get(resource.props, "logDeliveryConfigurations", []):
        yield "its log goes nowhere: logDeliveryConfigurations"
