"""What the platform's roles may do, action by action: more of it is a decision, and stands here."""

from tests.planning.roles import actions, policies

MAY = {
    "control plane": """
        ec2:CreateFleet ec2:CreateLaunchTemplate ec2:CreateNetworkInterface ec2:CreateSnapshot
        ec2:CreateTags ec2:CreateVolume ec2:DeleteTags ec2:RunInstances""",
    "copies of buckets": """
        kms:Decrypt kms:Encrypt kms:GenerateDataKey
        s3:GetObjectLegalHold s3:GetObjectRetention s3:GetObjectVersionAcl s3:GetObjectVersionForReplication
        s3:GetObjectVersionTagging s3:GetReplicationConfiguration s3:ListBucket s3:ReplicateDelete s3:ReplicateObject
        s3:ReplicateTags""",
    "flow logs": "logs:CreateLogStream logs:DescribeLogGroups logs:DescribeLogStreams logs:PutLogEvents",
    "schema Jobs": """
        kms:Decrypt kms:GenerateDataKey s3:AbortMultipartUpload s3:GetObject s3:PutObject
        secretsmanager:GetSecretValue""",
    "log readers": "logs:CreateLogStream logs:DescribeLogGroups logs:DescribeLogStreams logs:PutLogEvents",
    "collector": "aps:RemoteWrite xray:PutTelemetryRecords xray:PutTraceSegments",
    "metrics adapter": "aps:GetLabels aps:GetMetricMetadata aps:GetSeries aps:QueryMetrics",
    "dashboards": """
        aps:GetLabels aps:GetMetricMetadata aps:GetSeries aps:QueryMetrics
        cloudwatch:GetMetricData cloudwatch:ListMetrics""",
    "team": "eks:DescribeCluster iam:GetRole kms:Decrypt kms:GenerateDataKey s3:PutObject",
    "plugin": """
        kms:Decrypt kms:GenerateDataKey
        s3:AbortMultipartUpload s3:DeleteObject s3:GetObject s3:ListBucket s3:ListMultipartUploadParts s3:PutObject""",
}


def test_every_role_may_do_what_is_listed_and_nothing_else() -> None:
    assert {role: actions(document) for role, document in policies().items()} == {
        role: set(listed.split()) for role, listed in MAY.items()
    }


def test_a_plugin_may_touch_its_own_part_of_the_uploads_only() -> None:
    assert '"Resource": "arn:aws:x:::y/p/*"' in policies()["plugin"]
