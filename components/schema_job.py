"""The Job that makes a plugin's schema, roles and limits on its shard.

    SchemaJob(f"{plugin}-schema", plan=database_plan, writer_host=..., secret_arn=database.master_secret_arn,
              region=home, secrets=root_secret, labels=labels, after=schema_namespace.needed,
              opts=ResourceOptions(parent=..., provider=cluster.provider))

Its name holds a hash of the script: another script is another Job, and the old one goes once the new one is done.
Handle: job.
"""

from collections.abc import Mapping, Sequence

import pulumi
from pulumi_kubernetes import batch, core, meta

from components.pod_parts import container_security, memory_volume, pod_security, resources
from components.schema_namespace import CA_CONFIG
from components.secrets import RootSecret
from planning import images
from planning.database import ADMINISTRATOR, DATABASE_NAME, DATABASE_PORT
from planning.databases import PluginDatabasePlan
from planning.priority import CORE
from planning.schema import content_hash, derive_verifiers, render_schema
from planning.schema_job import (
    ACCOUNT,
    APPLY,
    BACKOFF_LIMIT,
    CA_DIR,
    CA_FILE,
    DEADLINE_SECONDS,
    FETCH,
    MASTER_DIR,
    NAMESPACE,
    SCRIPT_DIR,
    USER,
)

JOB_TIMEOUTS = pulumi.CustomTimeouts(create="25m", delete="5m")
_MASTER, _SCRIPT, _CA, _SCRATCH = "master", "script", "authorities", "scratch"


class SchemaJob(pulumi.ComponentResource):
    """A Secret with the script, and the Job that runs it as the administrator."""

    def __init__(
        self,
        name: str,
        *,
        plan: PluginDatabasePlan,
        region: str,
        writer_host: pulumi.Input[str],
        secret_arn: pulumi.Input[str],
        secrets: RootSecret,
        labels: Mapping[str, str],
        after: Sequence[pulumi.Resource],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("naap:platform:SchemaJob", name, None, opts)
        self._plan, self._labels = plan, labels
        script = secrets.output.apply(lambda root: render_schema(plan, derive_verifiers(root, plan)))
        held = core.v1.Secret(
            f"{name}-script",
            metadata=self._metadata(f"schema-{plan.plugin}"),
            type="Opaque",
            string_data={"script.sql": script},
            opts=pulumi.ResourceOptions(parent=self, depends_on=list(after)),
        )
        stamp = pulumi.Output.unsecret(script.apply(content_hash))
        self.job = batch.v1.Job(
            f"{name}-job",
            metadata=self._metadata(pulumi.Output.concat("schema-", plan.plugin, "-", stamp)),
            spec=batch.v1.JobSpecArgs(
                backoff_limit=BACKOFF_LIMIT,
                active_deadline_seconds=DEADLINE_SECONDS,
                template=core.v1.PodTemplateSpecArgs(
                    metadata=meta.v1.ObjectMetaArgs(labels=labels),
                    spec=self._pod(region, writer_host, secret_arn),
                ),
            ),
            opts=pulumi.ResourceOptions(parent=self, depends_on=[held, *after], custom_timeouts=JOB_TIMEOUTS),
        )
        self.register_outputs({})

    def _metadata(self, name: pulumi.Input[str]) -> meta.v1.ObjectMetaArgs:
        return meta.v1.ObjectMetaArgs(name=name, namespace=NAMESPACE, labels=self._labels)

    def _pod(self, region: str, writer_host: pulumi.Input[str], secret_arn: pulumi.Input[str]) -> core.v1.PodSpecArgs:
        return core.v1.PodSpecArgs(
            restart_policy="Never",
            service_account_name=ACCOUNT,
            automount_service_account_token=False,
            enable_service_links=False,
            priority_class_name=CORE,
            security_context=pod_security(USER),
            init_containers=[_fetch(region, secret_arn)],
            containers=[_apply(writer_host)],
            volumes=[
                memory_volume(_MASTER, 1),
                memory_volume(_SCRATCH, 16),
                core.v1.VolumeArgs(
                    name=_SCRIPT,
                    secret=core.v1.SecretVolumeSourceArgs(
                        secret_name=f"schema-{self._plan.plugin}", default_mode=0o440
                    ),
                ),
                core.v1.VolumeArgs(name=_CA, config_map=core.v1.ConfigMapVolumeSourceArgs(name=CA_CONFIG)),
            ],
        )


def _fetch(region: str, secret_arn: pulumi.Input[str]) -> core.v1.ContainerArgs:
    return core.v1.ContainerArgs(
        name="fetch",
        image=images.AWS_CLI.reference,
        command=["sh", "-c", FETCH],
        env=[
            core.v1.EnvVarArgs(name="AWS_REGION", value=region),
            core.v1.EnvVarArgs(name="SECRET_ARN", value=secret_arn),
            core.v1.EnvVarArgs(name="HOME", value="/tmp"),  # noqa: S108  # a mount of its own
        ],
        resources=resources(cpu_m=50, cpu_limit_m=1000, memory_mib=256),
        security_context=container_security(),
        volume_mounts=[
            core.v1.VolumeMountArgs(name=_MASTER, mount_path=MASTER_DIR),
            core.v1.VolumeMountArgs(name=_SCRATCH, mount_path="/tmp"),  # noqa: S108  # a mount of its own
        ],
    )


def _apply(writer_host: pulumi.Input[str]) -> core.v1.ContainerArgs:
    environment: dict[str, pulumi.Input[str]] = {
        "PGHOST": writer_host,
        "PGPORT": str(DATABASE_PORT),
        "PGDATABASE": DATABASE_NAME,
        "PGUSER": ADMINISTRATOR,
        "PGSSLMODE": "verify-full",
        "PGSSLROOTCERT": f"{CA_DIR}/{CA_FILE}",
        "PGCONNECT_TIMEOUT": "10",
        "PGAPPNAME": "naap-schema",
    }
    return core.v1.ContainerArgs(
        name="apply",
        image=images.POSTGRES_CLIENT.reference,
        command=["sh", "-c", APPLY],
        env=[core.v1.EnvVarArgs(name=name, value=value) for name, value in environment.items()],
        resources=resources(cpu_m=50, cpu_limit_m=500, memory_mib=64),
        security_context=container_security(),
        volume_mounts=[
            core.v1.VolumeMountArgs(name=name, mount_path=path, read_only=True)
            for name, path in ((_MASTER, MASTER_DIR), (_SCRIPT, SCRIPT_DIR), (_CA, CA_DIR))
        ],
    )
