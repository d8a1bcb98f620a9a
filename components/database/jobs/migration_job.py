"""The Job that migrates a plugin's schema, as the owner of its tables, in the plugin's image or the one that it names.

    MigrationJob(f"{plugin}-migration", plan=database_plan, migrate=database_plan.migrate, namespace=plan.namespace,
                 environment=environment, root_secret=root_secret,
                 after=[namespace, guards, ConfigMap, plugin_database], opts=ResourceOptions(parent=plugin))

Made at home only, and only where plan.migrate is stated.

It lies in the plugin's namespace, under the network policy of its pods; the plugin's ConfigMap holds the authority.
Its name holds a hash of image and command. The Deployment waits for it: where it fails, the old version
goes on serving. The command finds the way to the database as Prisma reads it, in URLs, and as libpq does, in PGHOST
and so on.
"""

from collections.abc import Mapping, Sequence

import pulumi
from pulumi_kubernetes import batch, core, meta

from components.shared.component import Component
from components.shared.pods import (
    UNDISRUPTED,
    architecture,
    container_security,
    evictions_are_no_failures,
    pod_security,
    resources,
)
from components.shared.root_secret import RootSecret
from planning.database.jobs.migration_job import (
    BACKOFF_LIMIT,
    COMPONENT,
    DEADLINE_SECONDS,
    HOPELESS,
    migration_environment,
    migration_stamp,
)
from planning.database.plugin_database import MIGRATION_POOL, MigrationPlan, PluginDatabasePlan
from planning.plugin.process_environment import (
    CA_FILE,
    DATABASE_URL,
    DATABASE_URL_UNPOOLED,
    PGPASSWORD,
    TEMPORARY,
    DatabaseAccess,
    heap,
)
from planning.plugin.resource_quota import MIGRATION
from planning.plugin.workload import EPHEMERAL_MIB, TEMPORARY_MIB, USER
from planning.shared.derived_secrets import Purpose
from planning.shared.labels import labels as labels_of
from planning.shared.quantities import memory

_TIMEOUTS = pulumi.CustomTimeouts(create="35m", delete="5m")
_CA_KEY = "ca.pem"


class MigrationJob(Component, token="naap:platform:MigrationJob"):
    """A Secret with the owner's URL, and the Job."""

    def __init__(
        self,
        name: str,
        *,
        plan: PluginDatabasePlan,
        migrate: MigrationPlan,
        namespace: str,
        environment: Mapping[str, str],
        root_secret: RootSecret,
        after: Sequence[pulumi.Resource],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        self._plan, self._migrate, self._namespace = plan, migrate, namespace
        self._labels = labels_of(COMPONENT, plan.plugin, plugin=plan.plugin)
        self._secret_name = f"{plan.plugin}-migration"
        access = DatabaseAccess(
            user=plan.owner_role,
            host=plan.pooler_host,
            database=plan.aliases.migration,
            schema=plan.schema,
            generation=plan.generation,
            pool_size=MIGRATION_POOL.size,
        )
        password = root_secret.derive(owner=plan.plugin, purpose=Purpose.OWNER_LOGIN, generation=plan.generation)
        url = password.apply(access.url)
        held = core.v1.Secret(
            f"{name}-secret",
            metadata=self._metadata(self._secret_name),
            type="Opaque",
            string_data={DATABASE_URL: url, DATABASE_URL_UNPOOLED: url, PGPASSWORD: password},
            opts=self.child(*after),
        )
        batch.v1.Job(
            f"{name}-job",
            metadata=self._metadata(f"migrate-{plan.plugin}-{migration_stamp(plan, migrate)}"),
            spec=batch.v1.JobSpecArgs(
                backoff_limit=BACKOFF_LIMIT,
                pod_failure_policy=evictions_are_no_failures(hopeless=HOPELESS),
                active_deadline_seconds=DEADLINE_SECONDS,
                template=core.v1.PodTemplateSpecArgs(
                    metadata=meta.v1.ObjectMetaArgs(labels=self._labels, annotations=UNDISRUPTED),
                    spec=self._pod(
                        {**migration_environment(environment), **heap(MIGRATION.memory_mib), **access.libpq()}
                    ),
                ),
            ),
            opts=pulumi.ResourceOptions(parent=self, depends_on=[held], custom_timeouts=_TIMEOUTS),
        )

    def _metadata(self, name: str) -> meta.v1.ObjectMetaArgs:
        return meta.v1.ObjectMetaArgs(name=name, namespace=self._namespace, labels=self._labels)

    def _pod(self, environment: Mapping[str, str]) -> core.v1.PodSpecArgs:
        plan = self._plan
        return core.v1.PodSpecArgs(
            restart_policy="Never",
            service_account_name=plan.plugin,
            node_selector=architecture(self._migrate.arch),
            automount_service_account_token=False,
            enable_service_links=False,
            security_context=pod_security(USER),
            containers=[self._container(environment)],
            volumes=[
                core.v1.VolumeArgs(
                    name="temporary",
                    empty_dir=core.v1.EmptyDirVolumeSourceArgs(size_limit=memory(TEMPORARY_MIB)),
                ),
                core.v1.VolumeArgs(
                    name="config",
                    config_map=core.v1.ConfigMapVolumeSourceArgs(
                        name=plan.plugin, items=[core.v1.KeyToPathArgs(key=_CA_KEY, path=_CA_KEY)]
                    ),
                ),
            ],
        )

    def _container(self, environment: Mapping[str, str]) -> core.v1.ContainerArgs:
        return core.v1.ContainerArgs(
            name="migrate",
            image=self._migrate.image,
            image_pull_policy="Always",
            command=list(self._migrate.command),
            # Its last lines are then in the pod's status, which outlives the log.
            termination_message_policy="FallbackToLogsOnError",
            env=[core.v1.EnvVarArgs(name=name, value=value) for name, value in sorted(environment.items())],
            env_from=[core.v1.EnvFromSourceArgs(secret_ref=core.v1.SecretEnvSourceArgs(name=self._secret_name))],
            resources=resources(MIGRATION, disk_mib=EPHEMERAL_MIB),
            security_context=container_security(),
            volume_mounts=[
                core.v1.VolumeMountArgs(name="temporary", mount_path=TEMPORARY),
                core.v1.VolumeMountArgs(name="config", mount_path=CA_FILE, sub_path=_CA_KEY, read_only=True),
            ],
        )
