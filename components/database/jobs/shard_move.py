"""The Jobs that move a plugin's schema to another shard while it serves.

    ShardMove(f"{plugin}-move", plan=database_plan, files=copy_files(plan), title="copy", seconds=COPY_SECONDS,
            context=databases, labels=labels, after=[schema jobs of both shards], opts=...)

At home only, where the writers are.
"""

from collections.abc import Mapping, Sequence

import pulumi

from components.database.jobs.administrator_job import (
    AUTHORITIES,
    MASTER,
    SCRIPT,
    WORK,
    JobLimits,
    Step,
    administrator_environment,
    administrator_job,
    fetch_step,
)
from components.database.shard_access import DatabaseContext
from components.shared.component import Component
from planning.database.jobs.administrator_job import PG_DUMP, job_stamp
from planning.database.jobs.archive_job import WORK_GIB
from planning.database.jobs.shard_move import TARGET_SECRET, MoveFiles
from planning.database.plugin_database import PluginDatabasePlan, ShardMovePlan
from planning.database.shard import DATABASE_PORT
from planning.shared import images


class ShardMove(Component, token="naap:platform:MoveJob"):
    """One part of a move: a Job between two shards."""

    def __init__(
        self,
        name: str,
        *,
        plan: PluginDatabasePlan,
        move: ShardMovePlan,
        part: str,
        files: MoveFiles,
        seconds: int,
        context: DatabaseContext,
        labels: Mapping[str, str],
        after: Sequence[pulumi.Resource],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        source, target = context.shards[move.source], context.shards[move.target]
        environment: dict[str, pulumi.Input[str]] = {
            "SOURCE_HOST": source.writer_host,
            "SOURCE_PORT": str(DATABASE_PORT),
            "TARGET_HOST": target.writer_host,
            "TARGET_PORT": str(DATABASE_PORT),
            **administrator_environment("naap-move"),
        }
        administrator_job(
            name,
            title=f"{part}-{plan.plugin}",
            stamp=job_stamp(files.files, files.command, str(move.source), str(move.target)),
            files=files.files,
            steps=[
                fetch_step(context.region, source.secret_arn),
                fetch_step(context.region, target.secret_arn, name="fetch-target", file=TARGET_SECRET),
                Step(
                    name=part,
                    image=images.POSTGRES_CLIENT,
                    command=files.command,
                    environment=environment,
                    size=PG_DUMP,
                    reads=(MASTER, SCRIPT, AUTHORITIES),
                    writes=(WORK,),
                ),
            ],
            labels=labels,
            after=after,
            parent=self,
            limits=JobLimits(deadline_seconds=seconds, work_gib=WORK_GIB),
        )
