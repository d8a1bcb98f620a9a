"""Who may do what with a bucket: its own policy, and that of the role that copies between two."""

from collections.abc import Mapping, Sequence
from typing import Any

from planning.shared.iam import Statement, policy_document
from planning.shared.regions import CDN_REGION


def bucket_policy(bucket_arn: str, statements: Sequence[Statement] = ()) -> str:
    """A policy as JSON that takes TLS 1.2 and later only, and adds the statements."""
    whole = [bucket_arn, f"{bucket_arn}/*"]
    clear = {
        "Sid": "TlsOnly",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": whole,
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    old = {
        "Sid": "NoOldTls",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": whole,
        "Condition": {"NumericLessThan": {"s3:TlsVersion": "1.2"}},
    }
    return policy_document(clear, old, *statements)


def log_statements(bucket_arn: str, *, account: str) -> list[Statement]:
    """Deliveries into a logs bucket: of S3, and of CloudFront through CloudWatch Logs."""
    own = {"StringEquals": {"aws:SourceAccount": account}}
    deliveries = {
        "StringEquals": {"aws:SourceAccount": account, "s3:x-amz-acl": "bucket-owner-full-control"},
        "ArnLike": {"aws:SourceArn": f"arn:aws:logs:{CDN_REGION}:{account}:delivery-source:*"},
    }
    return [
        _put("AccessRecords", "logging.s3.amazonaws.com", f"{bucket_arn}/s3/*", own),
        _put("Cdn", "delivery.logs.amazonaws.com", f"{bucket_arn}/AWSLogs/{account}/CloudFront/*", deliveries),
    ]


def _put(sid: str, service: str, resource: str, condition: Mapping[str, Any]) -> Statement:
    return {
        "Sid": sid,
        "Effect": "Allow",
        "Principal": {"Service": service},
        "Action": "s3:PutObject",
        "Resource": resource,
        "Condition": condition,
    }


def copy_policy(source: str, destination: str, *, source_key: str, destination_key: str) -> str:
    """What the copying role may do: read versions here, write copies there, with each bucket's key."""
    return policy_document(
        {
            "Effect": "Allow",
            "Action": ["s3:GetReplicationConfiguration", "s3:ListBucket"],
            "Resource": source,
        },
        {
            "Effect": "Allow",
            "Action": [
                "s3:GetObjectVersionForReplication",
                "s3:GetObjectVersionAcl",
                "s3:GetObjectVersionTagging",
                "s3:GetObjectRetention",
                "s3:GetObjectLegalHold",
            ],
            "Resource": f"{source}/*",
        },
        {
            "Effect": "Allow",
            "Action": ["s3:ReplicateObject", "s3:ReplicateDelete", "s3:ReplicateTags"],
            "Resource": f"{destination}/*",
        },
        {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": source_key},
        {"Effect": "Allow", "Action": ["kms:Encrypt", "kms:GenerateDataKey"], "Resource": destination_key},
    )
