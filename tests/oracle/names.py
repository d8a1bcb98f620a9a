"""How Pulumi's names come from Terraform's: a rule, and its exceptions."""

import functools
import re
from collections.abc import Mapping, Sequence

MODULES = {"rds": ("db", "rds"), "ec2": ("ec2", "vpc"), "vpc": ("vpc", "ec2"), "amp": ("prometheus",)}
"""What Terraform calls a module of Pulumi, where it calls it something else."""

RENAMED_TYPES = {
    "ec2/eip": "aws_eip",
    "lb/loadBalancer": "aws_lb",
    "alb/loadBalancer": "aws_lb",
    "rds/instance": "aws_db_instance",
    "cloudfront/keyvaluestoreKey": "aws_cloudfrontkeyvaluestore_key",
    "cloudwatch/eventRule": "aws_cloudwatch_event_rule",
    "cloudwatch/eventTarget": "aws_cloudwatch_event_target",
    "s3/bucketObjectv2": "aws_s3_object",
    "s3/bucketReplicationConfig": "aws_s3_bucket_replication_configuration",
}
"""Types whose Terraform name the rule does not find."""

RENAMED_INPUTS = {"sns/topicSubscription.topic": "topic_arn"}
"""Inputs to which Pulumi gives a name of its own."""

SINCE = {
    "eks/cluster.deletionProtection": "6.9.0",
    "cloudfront/function.tags": "6.0.0",
    "cloudfront/keyValueStore.tags": "6.0.0",
}
"""Inputs that only later versions of the provider know, and one that does: an older one can't judge them."""


def snake(name: str) -> str:
    """Camel case to snake case."""
    return re.sub(r"(?<=[a-z0-9])([A-Z])|(?<=[A-Z])([A-Z])(?=[a-z])", lambda found: "_" + found[0], name).lower()


def forms(name: str) -> Sequence[str]:
    """What Pulumi may call a Terraform name: in camel case, and the plural of that."""
    head, *rest = name.split("_")
    camel = head + "".join(part.capitalize() for part in rest)
    plural = re.sub(r"y$", "ies", camel) if re.search(r"[^aeiou]y$", camel) else camel + "s"
    if re.search(r"(s|x|ch|sh)$", camel):
        plural = camel + "es"
    return (camel, plural, f"{camel}s")


@functools.cache
def names_in(names: tuple[str, ...]) -> Mapping[str, str]:
    """Pulumi's form -> Terraform's name, of one block's attributes and blocks."""
    found: dict[str, str] = {}
    for name in names:
        for form in forms(name):
            found.setdefault(form, name)
    # The exact form wins over another name's plural.
    return {**found, **{forms(name)[0]: name for name in names}}
