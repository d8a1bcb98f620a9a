"""What a plugin's role may do: its own part of the uploads bucket, and nothing else in AWS."""

from planning.shared.iam import policy_document

_PARTS = ["s3:AbortMultipartUpload", "s3:DeleteObject", "s3:GetObject", "s3:ListMultipartUploadParts", "s3:PutObject"]


def uploads_policy(*, bucket_arn: str, key_arn: str, prefix: str) -> str:
    """An IAM policy document; prefix: ends with a slash, so that `a/` never covers `ab/`."""
    return policy_document(
        {"Sid": "OwnObjects", "Effect": "Allow", "Action": _PARTS, "Resource": f"{bucket_arn}/{prefix}*"},
        {
            "Sid": "OwnList",
            "Effect": "Allow",
            "Action": "s3:ListBucket",
            "Resource": bucket_arn,
            "Condition": {"StringLike": {"s3:prefix": f"{prefix}*"}},
        },
        {
            # The bucket's own key, through S3 and for the objects that S3 lets it touch.
            "Sid": "OwnKey",
            "Effect": "Allow",
            "Action": ["kms:Decrypt", "kms:GenerateDataKey"],
            "Resource": key_arn,
            "Condition": {"StringLike": {"kms:ViaService": "s3.*.amazonaws.com"}},
        },
    )
