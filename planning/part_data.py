"""Parts that hold data: databases, caches, buckets."""

from collections.abc import Iterator

from planning.caches import CachePlan
from planning.database import DatabasePlan
from planning.part import Noun, Part, Value
from planning.storage import BucketPlan

ENGINE = "PostgreSQL"
"""The trait that is the major version of a database."""


def database_parts(plan: DatabasePlan) -> Iterator[Part]:
    """A shard and its replicas."""
    size: dict[str, Value] = {"class": plan.instance_class, ENGINE: plan.engine_version}
    yield Part(
        noun=Noun.DATABASE,
        name=f"shard {plan.shard}",
        region=plan.region,
        identity=plan.identifier,
        restarting=size,
        traits={
            "standby": "in another zone" if plan.multi_az else "none",
            "storage GiB": plan.storage_gib,
            "storage ceiling GiB": plan.max_storage_gib,
            "IOPS": plan.iops,
            "MiB/s": plan.throughput,
            "days of backups": plan.backup_days,
        },
    )
    ceiling: dict[str, Value] = {"storage ceiling GiB": plan.max_storage_gib}
    for number, replica in enumerate(plan.replicas, 1):
        name = f"shard {plan.shard} r{number}"
        yield _replica(name, plan.region, replica.identifier, size, ceiling)
    if plan.remote:
        standby: dict[str, Value] = {"standby": "in another zone" if plan.remote.multi_az else "none"}
        name = f"shard {plan.shard} standby"
        yield _replica(name, plan.remote.region, plan.remote.replica.identifier, size, ceiling | standby)


def _replica(name: str, region: str, identity: str, size: dict[str, Value], traits: dict[str, Value]) -> Part:
    return Part(noun=Noun.REPLICA, name=name, region=region, identity=identity, restarting=size, traits=traits)


def cache_part(plan: CachePlan, region: str) -> Part:
    """One replication group."""
    return Part(
        noun=Noun.CACHE,
        name=plan.role.value,
        region=region,
        identity=plan.identifier,
        restarting={"node": plan.node_type},
        traits={"shards": plan.shards, "nodes a shard": plan.nodes_per_shard, "days of snapshots": plan.snapshot_days},
    )


def bucket_part(plan: BucketPlan, region: str) -> Part:
    """One bucket."""
    ages = plan.ages
    return Part(
        noun=Noun.BUCKET,
        name=plan.noun,
        region=region,
        identity=plan.name,
        traits={
            "locked days": plan.lock_days,
            "infrequent after days": ages.infrequent,
            "archived after days": ages.archive,
            "gone after days": ages.expire,
        },
    )
