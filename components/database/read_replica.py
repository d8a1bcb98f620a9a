"""A read replica of a shard's primary, in its region or another."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
from pulumi_aws import rds

from components.database.instance_foundation import INSTANCE_TIMEOUTS, InstanceFoundation
from planning.database.shard import ReplicaPlan, ShardPlan


@dataclass(frozen=True, kw_only=True)
class OwnStorage:
    """What a replica in another region than its source states, and one in the same region has from it."""

    multi_az: bool
    key_arn: pulumi.Input[str]
    subnet_group: pulumi.Input[str]
    backup_window: str


def read_replica(
    name: str,
    *,
    plan: ShardPlan,
    replica: ReplicaPlan,
    source: pulumi.Input[str],
    parts: InstanceFoundation,
    after: Sequence[pulumi.Resource],
    tags: Mapping[str, str],
    parent: pulumi.Resource,
    own: OwnStorage | None = None,
) -> rds.Instance:
    """A replica of a shard's primary. source: its identifier, from another region its ARN.

    after: the primary's other replicas: while RDS makes one, the source is not available for the next.
    """
    return rds.Instance(
        name,
        identifier=replica.identifier,
        replicate_source_db=source,
        multi_az=own.multi_az if own else None,
        kms_key_id=own.key_arn if own else None,
        db_subnet_group_name=own.subnet_group if own else None,
        backup_retention_period=replica.backup_days,
        backup_window=own.backup_window if own else None,
        maintenance_window=replica.maintenance_window,
        # AWS takes no final snapshot of a replica; what it holds is its source's.
        skip_final_snapshot=True,
        tags=tags,
        **parts.every_instance(plan),
        opts=pulumi.ResourceOptions(
            parent=parent, depends_on=[*parts.before, *after], custom_timeouts=INSTANCE_TIMEOUTS
        ),
    )
