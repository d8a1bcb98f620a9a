"""A plugin's part of its shard, in one region: its way into the poolers and, at home, its schema and roles.

    PluginDatabase(f"{plugin}-database", plan=database_plan, surroundings=databases, labels=labels,
                   opts=ResourceOptions(parent=plugin))

A MigrationJob, and where there is none the Deployment, waits for it (depends_on takes the component).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi

from components.pooler_entry import PoolerEntry
from components.schema_job import SchemaJob
from components.secrets import RootSecret
from planning.databases import PluginDatabasePlan


@dataclass(frozen=True, kw_only=True)
class ShardAccess:
    """Where a shard is, seen from a region. reader_hosts: that region's replicas; none: readers go to the writer."""

    writer_host: pulumi.Input[str]
    reader_hosts: Sequence[pulumi.Input[str]]
    secret_arn: pulumi.Input[str]


@dataclass(frozen=True, kw_only=True)
class DatabaseSurroundings:
    """What a region gives to its plugins' databases. shards: by number.

    pooler_namespace: what an entry waits for. schema: what a schema Job waits for; None outside of the home region.
    """

    region: str
    shards: Mapping[int, ShardAccess]
    secrets: RootSecret
    pooler_namespace: pulumi.Resource
    schema: Sequence[pulumi.Resource] | None


class PluginDatabase(pulumi.ComponentResource):
    """Everything of a plugin's database that is not in the plugin's own namespace."""

    def __init__(
        self,
        name: str,
        *,
        plan: PluginDatabasePlan,
        surroundings: DatabaseSurroundings,
        labels: Mapping[str, str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("naap:platform:PluginDatabase", name, None, opts)
        around = surroundings
        shard = around.shards[plan.shard]
        child = pulumi.ResourceOptions(parent=self)
        PoolerEntry(
            f"{name}-pooler",
            plan=plan,
            home=around.schema is not None,
            writer_host=shard.writer_host,
            reader_hosts=shard.reader_hosts,
            labels=labels,
            after=[around.pooler_namespace],
            opts=child,
        )
        if around.schema is not None:
            SchemaJob(
                f"{name}-schema",
                plan=plan,
                region=around.region,
                writer_host=shard.writer_host,
                secret_arn=shard.secret_arn,
                secrets=around.secrets,
                labels=labels,
                after=around.schema,
                opts=child,
            )
        self.register_outputs({})
