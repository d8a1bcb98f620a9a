"""What a request to S3 asks for, in IAM's words: its action, its resource, and the keys of its conditions."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qs, unquote

_OF_BUCKET = {
    ("GET", ""): "ListBucket",
    ("HEAD", ""): "ListBucket",
    ("GET", "location"): "GetBucketLocation",
    ("GET", "uploads"): "ListBucketMultipartUploads",
    ("GET", "versions"): "ListBucketVersions",
}
_OF_OBJECT = {
    ("GET", ""): "GetObject",
    ("HEAD", ""): "GetObject",
    ("PUT", ""): "PutObject",
    ("DELETE", ""): "DeleteObject",
    ("GET", "versionId"): "GetObjectVersion",
    ("HEAD", "versionId"): "GetObjectVersion",
    ("DELETE", "versionId"): "DeleteObjectVersion",
    ("POST", "uploads"): "PutObject",
    ("PUT", "uploadId"): "PutObject",
    ("POST", "uploadId"): "PutObject",
    ("GET", "uploadId"): "ListMultipartUploadParts",
    ("DELETE", "uploadId"): "AbortMultipartUpload",
    ("GET", "tagging"): "GetObjectTagging",
    ("PUT", "tagging"): "PutObjectTagging",
    ("GET", "attributes"): "GetObjectAttributes",
}
_SUBRESOURCES = {name for _, name in (*_OF_BUCKET, *_OF_OBJECT) if name} | {
    "acl", "cors", "delete", "encryption", "legal-hold", "lifecycle", "logging", "notification", "object-lock",
    "ownershipControls", "policy", "policyStatus", "publicAccessBlock", "replication", "restore", "retention",
    "select", "torrent", "versioning", "website",
}  # fmt: skip
_CREATES = {("PUT", ""), ("POST", "uploadId")}
_KMS = {"PutObject": "GenerateDataKey", "GetObject": "Decrypt", "GetObjectVersion": "Decrypt"}


@dataclass(frozen=True, kw_only=True)
class ObjectRequest:
    """bucket: none of a request that lists them all. kms: what S3 does with the bucket's key for it. context: of it."""

    bucket: str
    key: str
    action: str
    kms: str | None
    context: Mapping[str, str]

    @property
    def bucket_arn(self) -> str:
        """Of the bucket."""
        return f"arn:aws:s3:::{self.bucket or '*'}"

    @property
    def resource(self) -> str:
        """ARN of what is asked for."""
        return f"{self.bucket_arn}/{self.key}" if self.key else self.bucket_arn


def object_request(method: str, host: str, path: str, query: str, headers: Mapping[str, str]) -> ObjectRequest | None:
    """None: something that isn't played. host: of the bucket, or of all with the bucket first in the path.

    path, query: as sent, percent-encoded; headers: by lower-case name.
    """
    bucket, _, service = host.partition(":")[0].partition(".s3.")
    whole = unquote(path).removeprefix("/")
    bucket, key = (bucket, whole) if service else (whole.partition("/")[0], whole.partition("/")[2])
    found = parse_qs(query, keep_blank_values=True)
    asked = next((name for name in ("uploadId", *sorted(_SUBRESOURCES)) if name in found), "")
    known = _OF_OBJECT if key else _OF_BUCKET
    action = known.get((method, asked)) if bucket else {"GET": "ListAllMyBuckets"}.get(method)
    if action is None or "x-amz-copy-source" in headers:
        return None
    context = {f"s3:{name}": found[name][0] for name in ("prefix", "delimiter", "max-keys") if name in found}
    for name in ("if-none-match", "if-match", "x-amz-acl", "x-amz-server-side-encryption"):
        if name in headers:
            context[f"s3:{name}"] = headers[name]
    if key and method in ("PUT", "POST"):
        context["s3:ObjectCreationOperation"] = str((method, asked) in _CREATES).lower()
    return ObjectRequest(bucket=bucket, key=key, action=f"s3:{action}", kms=_KMS.get(action), context=context)
