"""The Jobs that take a plugin's schema away into the backups bucket, and bring it back.

    ArchiveJob(f"{plugin}-archive", plan=archive_plan, context=databases, labels=labels, opts=...)
    RestoreJob(f"{plugin}-restore", plan=database_plan, context=databases, labels=labels, after=[schema], opts=...)

At home only, where the writers are. An archive is made once the registry says `archived`; a restore where an entry
names one, before anything of the plugin runs.
"""

from collections.abc import Mapping, Sequence

import pulumi

from components.database.jobs.administrator_job import (
    SCRIPT,
    WORK,
    JobLimits,
    Step,
    administrator_job,
    aws_step,
    fetch_step,
    psql_step,
)
from components.database.shard_access import DatabaseContext
from components.shared.component import Component
from planning.database.archive import ArchivePlan
from planning.database.jobs.administrator_job import PG_DUMP, job_stamp
from planning.database.jobs.archive_job import (
    DEADLINE_SECONDS,
    DOWNLOAD,
    TRIES,
    WORK_GIB,
    archive_files,
    finish_command,
    restore_command,
    restore_files,
    take_command,
    upload_command,
)
from planning.database.plugin_database import PluginDatabasePlan

_LIMITS = JobLimits(deadline_seconds=DEADLINE_SECONDS, work_gib=WORK_GIB, tries=TRIES)


class ArchiveJob(Component, token="naap:platform:ArchiveJob"):
    """Dumps, proves the dump, uploads it, and renames the schema."""

    def __init__(
        self,
        name: str,
        *,
        plan: ArchivePlan,
        context: DatabaseContext,
        labels: Mapping[str, str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        shard = context.shards[plan.shard]
        files = archive_files(plan)
        take, upload, finish = take_command(plan), upload_command(plan), finish_command()

        def psql(step: str, command: str) -> Step:
            return psql_step(step, command, host=shard.writer_host, application="naap-archive", size=PG_DUMP, work=True)

        administrator_job(
            name,
            title=f"archive-{plan.plugin}",
            stamp=job_stamp(files, take, upload, finish, str(plan.shard)),
            files=files,
            steps=[
                fetch_step(context.region, shard.secret_arn),
                psql("take", take),
                aws_step(
                    "upload",
                    upload,
                    region=context.region,
                    environment={"BUCKET": context.backups_bucket},
                    reads=(SCRIPT,),
                    writes=(WORK,),
                ),
                psql("finish", finish),
            ],
            labels=labels,
            after=context.schema or (),
            parent=self,
            limits=_LIMITS,
        )


class RestoreJob(Component, token="naap:platform:RestoreJob"):
    """Downloads an archive and fills the plugin's empty schema from it."""

    def __init__(
        self,
        name: str,
        *,
        plan: PluginDatabasePlan,
        archive: str,
        context: DatabaseContext,
        labels: Mapping[str, str],
        after: Sequence[pulumi.Resource],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        shard = context.shards[plan.shard]
        files, restore = restore_files(plan), restore_command(archive)
        administrator_job(
            name,
            title=f"restore-{plan.plugin}",
            stamp=job_stamp(files, restore, archive, str(plan.shard)),
            files=files,
            steps=[
                fetch_step(context.region, shard.secret_arn),
                aws_step(
                    "download",
                    DOWNLOAD,
                    region=context.region,
                    environment={"BUCKET": context.backups_bucket, "KEY": archive},
                    writes=(WORK,),
                ),
                psql_step(
                    "restore",
                    restore,
                    host=shard.writer_host,
                    application="naap-restore",
                    size=PG_DUMP,
                    work=True,
                ),
            ],
            labels=labels,
            after=after,
            parent=self,
            limits=_LIMITS,
        )
