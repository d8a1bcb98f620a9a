"""The Job that closes a password's generation, once the pods of every region have the next one.

    PasswordRetirement(f"{plugin}-logins", plan=database_plan, region=home, shard=shard_access, labels=labels,
                    after=[*schema_namespace.needed, *deployments_of_all_regions], opts=...)

Made at home only, and only where there was a generation before.
"""

from collections.abc import Mapping, Sequence

import pulumi

from components.database.jobs.administrator_job import administrator_job, fetch_step, psql_step
from components.database.shard_access import ShardAccess
from components.shared.component import Component
from planning.database.jobs.administrator_job import APPLY
from planning.database.jobs.password_retirement import render_retirement
from planning.database.plugin_database import PluginDatabasePlan
from planning.shared.naming import stamp


class PasswordRetirement(Component, token="naap:platform:LoginRetirement"):
    """A Secret with the script, and the Job that runs it."""

    def __init__(
        self,
        name: str,
        *,
        plan: PluginDatabasePlan,
        region: str,
        shard: ShardAccess,
        labels: Mapping[str, str],
        after: Sequence[pulumi.Resource],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        script = render_retirement(plan)
        administrator_job(
            name,
            title=f"logins-{plan.plugin}",
            stamp=stamp(script),
            files={"script.sql": script},
            steps=[
                fetch_step(region, shard.secret_arn),
                psql_step("apply", APPLY, host=shard.writer_host, application="naap-logins"),
            ],
            labels=labels,
            after=after,
            parent=self,
        )
