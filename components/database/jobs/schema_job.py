"""The Job that makes a plugin's schema, roles and limits on its shard.

    SchemaJob(f"{plugin}-schema", plan=database_plan, title=f"schema-{plugin}", writer_host=...,
              secret_arn=database.master_secret_arn, region=home, root_secret=root_secret, labels=labels,
              after=schema_namespace.needed, opts=ResourceOptions(parent=..., provider=cluster.provider))

Its name holds a hash of the script: another script is another Job, and the old one goes once the new one is done.
"""

from collections.abc import Mapping, Sequence

import pulumi

from components.database.jobs.administrator_job import administrator_job, fetch_step, psql_step
from components.shared.component import Component
from components.shared.root_secret import RootSecret
from planning.database.jobs.administrator_job import APPLY
from planning.database.jobs.schema import derive_verifiers, render_schema
from planning.database.plugin_database import PluginDatabasePlan
from planning.shared.naming import stamp


class SchemaJob(Component, token="naap:platform:SchemaJob"):
    """A Secret with the script, and the Job that runs it as the administrator."""

    def __init__(
        self,
        name: str,
        *,
        plan: PluginDatabasePlan,
        title: str,
        closed: bool = False,
        region: str,
        writer_host: pulumi.Input[str],
        secret_arn: pulumi.Input[str],
        root_secret: RootSecret,
        labels: Mapping[str, str],
        after: Sequence[pulumi.Resource],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        script = root_secret.output.apply(lambda root: render_schema(plan, derive_verifiers(root, plan), closed=closed))
        administrator_job(
            name,
            title=title,
            stamp=pulumi.Output.unsecret(script.apply(stamp)),
            files={"script.sql": script},
            steps=[
                fetch_step(region, secret_arn),
                psql_step("apply", APPLY, host=writer_host, application="naap-schema"),
            ],
            labels=labels,
            after=after,
            parent=self,
        )
