"""A plugin's part of its shard, in one region: its way into the poolers and, at home, its schema and roles.

    PluginDatabase(f"{plugin}-database", plan=database_plan, context=databases, labels=labels,
                   opts=ResourceOptions(parent=plugin))

A MigrationJob, and where there is none the Deployment, waits for it (depends_on takes the component).
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pulumi

from components.database.jobs.schema_job import SchemaJob
from components.database.jobs.shard_move import ShardMove
from components.database.pooler_entry import PoolerEntry
from components.database.shard_access import DatabaseContext
from components.shared.component import Component
from planning.database.jobs.shard_move import COPY_SECONDS, SWITCH_SECONDS, MoveFiles, copy_files, switch_files
from planning.database.plugin_database import PluginDatabasePlan, ShardMovePlan


class PluginDatabase(Component, token="naap:platform:PluginDatabase"):
    """Everything of a plugin's database that is not in the plugin's own namespace.

    tables: what makes the tables that its schema Job grants.
    """

    def __init__(
        self,
        name: str,
        *,
        plan: PluginDatabasePlan,
        context: DatabaseContext,
        labels: Mapping[str, str],
        tables: Sequence[pulumi.Resource] = (),
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        self._name, self._plan, self._context, self._labels = name, plan, context, labels
        move = plan.move
        dependencies: list[pulumi.Resource] = [context.pooler_namespace]
        hosts = (plan.shard,)
        if move:
            # The one that lets the plugin in is used: the source until the change-over, from then on the target.
            hosts = (move.source, move.target)
        if move and move.switched:
            # Pods that still use the pooler of the shard before; made first, so that it never lacks the aliases.
            dependencies.append(self._entry("pooler-before", move.source, hosts, dependencies, before=True))
            hosts = (move.target,)
        self._entry("pooler", plan.shard, hosts, dependencies)
        if context.schema is not None:
            self._make(plan, [*context.schema, *tables])

    def _make(self, plan: PluginDatabasePlan, needed: Sequence[pulumi.Resource]) -> None:
        """Schema and roles and, where it moves, what brings it there."""
        move = plan.move
        if move and move.switched:
            switch = self._move("switch", move, switch_files(plan), SWITCH_SECONDS, needed)
            # Only now: it lets the plugin's roles log in at the target.
            self._schema("schema", plan, [*needed, switch])
            return
        serving = self._schema("schema", plan, needed)
        if move:
            following = self._schema("schema-target", replace(plan, shard=move.target), needed, closed=True)
            self._move("copy", move, copy_files(plan), COPY_SECONDS, [*needed, serving, following])

    def _entry(
        self,
        part: str,
        shard: int,
        hosts: Sequence[int],
        after: Sequence[pulumi.Resource],
        *,
        before: bool = False,
    ) -> PoolerEntry:
        """Aliases in the poolers of a shard. hosts: shards on which the writer may be."""
        shards = [self._context.shards[host] for host in hosts]
        one = len(shards) == 1
        return PoolerEntry(
            f"{self._name}-{part}",
            plan=self._plan,
            shard=shard,
            before=before,
            home=self._context.schema is not None,
            writer_hosts=[found.writer_host for found in shards],
            # While it moves, replicas are of the one shard or of the other: its readers read from the writer.
            reader_hosts=shards[0].reader_hosts if one else (),
            labels=self._labels,
            after=after,
            opts=self.child(),
        )

    def _schema(
        self, part: str, plan: PluginDatabasePlan, after: Sequence[pulumi.Resource], *, closed: bool = False
    ) -> SchemaJob:
        shard = self._context.shards[plan.shard]
        return SchemaJob(
            f"{self._name}-{part}",
            plan=plan,
            title=f"{part}-{plan.plugin}",
            closed=closed,
            region=self._context.region,
            writer_host=shard.writer_host,
            secret_arn=shard.secret_arn,
            root_secret=self._context.root_secret,
            labels=self._labels,
            after=after,
            opts=self.child(),
        )

    def _move(
        self, part: str, move: ShardMovePlan, files: MoveFiles, seconds: int, after: Sequence[pulumi.Resource]
    ) -> ShardMove:
        return ShardMove(
            f"{self._name}-{part}",
            plan=self._plan,
            move=move,
            part=part,
            files=files,
            seconds=seconds,
            context=self._context,
            labels=self._labels,
            after=after,
            opts=self.child(),
        )
