"""Encryption keys: who may use one is decided here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from planning.shared.iam import Statement, policy_document

DELETION_DAYS = 30
"""The longest wait that AWS offers: a key that goes takes all that it encrypted with it."""

ROTATION_DAYS = 365


@dataclass(frozen=True, kw_only=True)
class KmsKeyPlan:
    """A key of one region.

    alias: shown by the console, without `alias/`. logs: CloudWatch may encrypt log groups of this account with it.
    cdn: CloudFront distributions of this account may read what it encrypted. services: of this account, by their
    principal, such as `sns.amazonaws.com`.
    """

    alias: str
    description: str
    protect: bool
    logs: bool = False
    cdn: bool = False
    services: tuple[str, ...] = ()


def key_policy(plan: KmsKeyPlan, *, account: str, region: str) -> str:
    """The key's policy as JSON: the account's IAM decides, and the named services use it for this account only."""
    statements: list[Statement] = [
        {
            "Sid": "AccountDecidesByIam",
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::{account}:root"},
            "Action": "kms:*",
            "Resource": "*",
        }
    ]
    if plan.logs:
        groups = f"arn:aws:logs:{region}:{account}:log-group:*"
        condition = {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": groups}}
        statements.append(_use("LogGroups", [f"logs.{region}.amazonaws.com"], condition))
    if plan.cdn:
        distributions = f"arn:aws:cloudfront::{account}:distribution/*"
        condition = {"StringLike": {"aws:SourceArn": distributions}}
        statements.append(_use("Distributions", ["cloudfront.amazonaws.com"], condition))
    if plan.services:
        condition = {"StringEquals": {"aws:SourceAccount": account}}
        statements.append(_use("Services", plan.services, condition))
    return policy_document(*statements)


def _use(sid: str, services: Sequence[str], condition: Mapping[str, Any]) -> Statement:
    return {
        "Sid": sid,
        "Effect": "Allow",
        "Principal": {"Service": services[0] if len(services) == 1 else list(services)},
        "Action": ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"],
        "Resource": "*",
        "Condition": condition,
    }
