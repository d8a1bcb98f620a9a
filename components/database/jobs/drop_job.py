"""The Job that takes a schema and its roles off a shard.

    DropJob(f"{plugin}-drop", plan=drop_plan, context=databases, labels=labels, opts=ResourceOptions(parent=...))

Of a preview environment that ends, at home only, where the writers are.
"""

from collections.abc import Mapping

import pulumi

from components.database.jobs.administrator_job import administrator_job, fetch_step, psql_step
from components.database.shard_access import DatabaseContext
from components.shared.component import Component
from planning.database.jobs.administrator_job import APPLY, job_stamp
from planning.database.jobs.drop_job import DropPlan, render_drop


class DropJob(Component, token="naap:platform:DropJob"):
    """A Secret with the script, and the Job that runs it as the administrator."""

    def __init__(
        self,
        name: str,
        *,
        plan: DropPlan,
        context: DatabaseContext,
        labels: Mapping[str, str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        shard, files = context.shards[plan.shard], {"script.sql": render_drop(plan)}
        administrator_job(
            name,
            title=f"drop-{plan.plugin}",
            stamp=job_stamp(files, str(plan.shard)),
            files=files,
            steps=[
                fetch_step(context.region, shard.secret_arn),
                psql_step("drop", APPLY, host=shard.writer_host, application="naap-drop"),
            ],
            labels=labels,
            after=context.schema or (),
            parent=self,
        )
