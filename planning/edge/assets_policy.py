"""Who may do what with the assets bucket: the CDN reads, and a version's files are written once."""

from collections.abc import Mapping
from typing import Any

from planning.edge.shell_documents import BUNDLES


def read_statement(bucket_arn: str, *, distribution_arn: str) -> Mapping[str, Any]:
    """One CloudFront distribution reads the objects; nobody else does."""
    return {
        "Sid": "Distribution",
        "Effect": "Allow",
        "Principal": {"Service": "cloudfront.amazonaws.com"},
        "Action": "s3:GetObject",
        "Resource": f"{bucket_arn}/*",
        "Condition": {"StringEquals": {"aws:SourceArn": distribution_arn}},
    }


def write_once_statement(bucket_arn: str) -> Mapping[str, Any]:
    """A version's files are written once: S3 refuses an upload that doesn't ask it to refuse what is there already.

    Uploads in parts ask when they complete. Pointers lie one folder higher, and change with every release.
    """
    return {
        "Sid": "WriteOnce",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:PutObject",
        "Resource": f"{bucket_arn}/{BUNDLES}/*/*/*",
        "Condition": {"Null": {"s3:if-none-match": "true"}, "Bool": {"s3:ObjectCreationOperation": "true"}},
    }
