"""What a stack gives to the preview environments that stand on it: its output, and the reading of it. No secret."""

from collections.abc import Mapping
from typing import Any

import pulumi

from components.cluster.cluster import Cluster
from components.data.buckets import RegionBuckets
from components.data.caches import Caches
from components.database.shard_access import ShardAccess
from components.stack import read_outputs

OUTPUT = "foundation"


def foundation_output(
    *,
    cluster: Cluster,
    caches: Caches,
    shards: Mapping[int, ShardAccess],
    storage: RegionBuckets,
    ca_pem: pulumi.Input[str],
) -> dict[str, Any]:
    """Of the home region, where the writers are."""
    return {
        "kubeconfig": cluster.kubeconfig,
        "cacheHost": caches.app_host,
        "clusterCacheHost": caches.cluster_host,
        "cacheGroups": {role.value: group for role, group in caches.group_ids.items()},
        "writerHosts": {str(number): shard.writer_host for number, shard in shards.items()},
        "secretArns": {str(number): shard.secret_arn for number, shard in shards.items()},
        "uploads": {"name": storage.uploads.name, "arn": storage.uploads.arn, "keyArn": storage.key_arn},
        "backups": storage.backups.name,
        "caPem": ca_pem,
    }


def read_foundation(stack: str) -> Mapping[str, Any]:
    """Of a stack of this project, as its last run left it. Raises RunError where it has no such output yet."""
    found = read_outputs(stack).get(OUTPUT)
    if found is None:
        raise pulumi.RunError(
            f"stack {stack} has no output {OUTPUT}: a preview stands on what is up. "
            f"pulumi config set --stack {stack} naap:previews true, then pulumi up --stack {stack}"
        )
    return found


def shard_access(foundation: Mapping[str, Any]) -> dict[int, ShardAccess]:
    """By number. Readers go to the writer: a preview needs no replica."""
    return {
        int(number): ShardAccess(writer_host=host, reader_hosts=(), secret_arn=foundation["secretArns"][number])
        for number, host in foundation["writerHosts"].items()
    }
