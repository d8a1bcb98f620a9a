"""Who may do what with a bucket, beyond what IAM grants inside of the account."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from planning.shared.regions import CDN_REGION

Statement = Mapping[str, Any]


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
    return json.dumps({"Version": "2012-10-17", "Statement": [clear, old, *statements]})


def log_statements(bucket_arn: str, *, account: str) -> list[Statement]:
    """Deliveries into a logs bucket: of S3, of load balancers, and of CloudFront through CloudWatch Logs."""
    own = {"StringEquals": {"aws:SourceAccount": account}}
    deliveries = {
        "StringEquals": {"aws:SourceAccount": account, "s3:x-amz-acl": "bucket-owner-full-control"},
        "ArnLike": {"aws:SourceArn": f"arn:aws:logs:{CDN_REGION}:{account}:delivery-source:*"},
    }
    return [
        _put("AccessRecords", "logging.s3.amazonaws.com", f"{bucket_arn}/s3/*", own),
        # The path holds the number of the account whose load balancer it is: no other one's fits.
        _put(
            "LoadBalancers", "logdelivery.elasticloadbalancing.amazonaws.com", f"{bucket_arn}/alb/AWSLogs/{account}/*"
        ),
        _put("Cdn", "delivery.logs.amazonaws.com", f"{bucket_arn}/AWSLogs/{account}/CloudFront/*", deliveries),
    ]


def _put(sid: str, service: str, resource: str, condition: Mapping[str, Any] | None = None) -> Statement:
    return {
        "Sid": sid,
        "Effect": "Allow",
        "Principal": {"Service": service},
        "Action": "s3:PutObject",
        "Resource": resource,
        **({"Condition": condition} if condition else {}),
    }
