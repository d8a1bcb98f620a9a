"""Resource types whose loss would be felt: every suite means the same ones."""

DATA = (
    "aws:rds/instance:Instance",
    "aws:s3/bucket:Bucket",
    "aws:kms/key:Key",
    "aws:elasticache/replicationGroup:ReplicationGroup",
    "aws:secretsmanager/secret:Secret",
)
"""Whose loss is a loss of data."""

GROUND = ("aws:eks/cluster:Cluster", "aws:ec2/vpc:Vpc", "aws:cloudfront/distribution:Distribution")
"""On which all else stands: made anew, everything is."""
