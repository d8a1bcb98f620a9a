"""What a region gives to whatever works on its plugins' databases."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi

from components.shared.root_secret import RootSecret


@dataclass(frozen=True, kw_only=True)
class ShardAccess:
    """Where a shard is, seen from a region. reader_hosts: that region's replicas; none: readers go to the writer."""

    writer_host: pulumi.Input[str]
    reader_hosts: Sequence[pulumi.Input[str]]
    secret_arn: pulumi.Input[str]


@dataclass(frozen=True, kw_only=True)
class DatabaseContext:
    """What a region gives to its plugins' databases. shards: by number.

    pooler_namespace: what an entry waits for. schema: what a schema Job waits for; None outside of the home region.
    """

    region: str
    shards: Mapping[int, ShardAccess]
    root_secret: RootSecret
    backups_bucket: pulumi.Input[str]
    pooler_namespace: pulumi.Resource
    schema: Sequence[pulumi.Resource] | None
