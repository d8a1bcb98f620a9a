"""A plugin in one region: everything that belongs to it, and nothing that belongs to another."""

from collections.abc import Mapping, Sequence

import pulumi
from pulumi_kubernetes import core, meta

from components.database.jobs.archive_job import ArchiveJob, RestoreJob
from components.database.jobs.migration_job import MigrationJob
from components.database.plugin_database import PluginDatabase
from components.database.pooler_entry import renewal
from components.gateway.routes import PluginRoutes
from components.observability.plugin_monitoring import PluginMonitoring
from components.plugin.autoscaling import autoscaler
from components.plugin.configuration import PluginConfiguration, plugin_configuration, pull_secret
from components.plugin.context import PluginContext
from components.plugin.resource_quota import limits
from components.plugin.team import PluginTeam
from components.plugin.workload import deployment
from components.shared.component import Component
from components.shared.namespace import restricted_namespace
from components.shared.network_policy import network_policy
from components.shared.pods import disruption_budget
from components.shared.service_account import aws_account
from planning.database.jobs.migration_job import migration_stamp
from planning.plugin.autoscaling import AutoscalingPlan
from planning.plugin.plugin import BackendPlan, PluginPlan
from planning.plugin.uploads_policy import uploads_policy
from planning.plugin.workload import WorkloadKind, WorkloadPlan, roll_out_seconds

_CANARY = "-canary"
"""Ends the engine's names of what is a canary's. It stands last: before that, a plugin's own name could end like it."""
_DEPLOYMENTS = {
    WorkloadKind.STABLE: "deployment",
    WorkloadKind.CANARY: f"deployment{_CANARY}",
    WorkloadKind.CRON: "cron-deployment",
}


class Plugin(Component, token="naap:platform:Plugin"):
    """One entry of the registry in one region. namespace: None for a plugin that is a bundle only.

    tables: what makes tables of others that its schema has grants on.

    deployments: what is done once every pod runs what was asked for. migrated: once its schema is that of its version;
    None where nothing migrates it.

    Once stopped it keeps its namespace, closed and with room for no pod, and its data, which lies elsewhere.
    """

    def __init__(
        self,
        name: str,
        *,
        plan: PluginPlan,
        context: PluginContext,
        tables: Sequence[pulumi.Resource] = (),
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        self.plan = plan
        self.name = name
        self.namespace: core.v1.Namespace | None = None
        self.deployments: list[pulumi.Resource] = []
        self.migrated: pulumi.Resource | None = None
        self._renewed: pulumi.Resource | None = None
        self._context, self._tables = context, tables
        if plan.backend:
            self.namespace = restricted_namespace(
                f"{name}-namespace",
                name=plan.namespace,
                labels=plan.labels,
                opts=pulumi.ResourceOptions(parent=self, protect=plan.protect),
            )
            self._build(plan.backend, self.namespace)

    def _build(self, backend: BackendPlan, namespace: core.v1.Namespace) -> None:
        name, plan, inside = self.name, self.plan, self.child(namespace)
        guards = [
            *limits(name, plan=backend.quota, namespace=plan.namespace, labels=plan.labels, opts=inside),
            *(
                network_policy(f"{name}-{policy.name}", plan=policy, labels=plan.labels, opts=inside)
                for policy in backend.isolation.own
            ),
        ]
        database = self._database()
        served = self._serve(backend, namespace, [*guards, *database]) if plan.serves else []
        if plan.monitoring and self._context.monitoring:
            PluginMonitoring(
                f"{name}-watch",
                plan=plan.monitoring,
                context=self._context.monitoring,
                labels=plan.labels,
                after=[namespace],
                tags=self._context.tags,
                opts=self.child(),
            )
        if plan.routes:
            PluginRoutes(
                f"{name}-routes",
                plan=plan.routes,
                labels=plan.labels,
                after=[namespace, *self._context.before_routes, *served],
                opts=self.child(),
            )
        if plan.team:
            PluginTeam(
                f"{name}-team",
                plugin=plan.name,
                plan=plan.team,
                labels=plan.labels,
                after=[namespace],
                renewed=self._renewed,
                opts=self.child(),
            )

    def _database(self) -> list[pulumi.Resource]:
        """Its part of a shard stays when the plugin is stopped: that is where its data is, until it is archived."""
        plan, context, labels = self.plan.database, self._context.databases, self.plan.labels
        if self.plan.archive and self.plan.home:
            ArchiveJob(
                f"{self.name}-archive",
                plan=self.plan.archive,
                context=context,
                labels=labels,
                opts=self.child(),
            )
        if plan is None:
            return []
        made: list[pulumi.Resource] = [
            PluginDatabase(
                f"{self.name}-database",
                plan=plan,
                context=context,
                labels=labels,
                tables=self._tables,
                opts=self.child(),
            )
        ]
        if plan.restore and self.plan.home:
            restore = RestoreJob(
                f"{self.name}-restore",
                plan=plan,
                archive=plan.restore,
                context=context,
                labels=labels,
                after=[*(context.schema or ()), *made],
                opts=self.child(),
            )
            made.append(restore)
        return made

    def _migrate(self, environment: Mapping[str, str], needed: Sequence[pulumi.Resource]) -> list[pulumi.Resource]:
        """At home, where the writer is; pods of a new version, in any region, start once their schema is theirs, and
        once the poolers hold no statement of before."""
        plan = self.plan.database
        if plan is None or plan.migrate is None:
            return []
        if self.plan.home:
            self.migrated = MigrationJob(
                f"{self.name}-migration",
                plan=plan,
                migrate=plan.migrate,
                namespace=self.plan.namespace,
                environment=environment,
                root_secret=self._context.root_secret,
                after=needed,
                opts=self.child(),
            )
        else:
            self.migrated = self._context.migrated.get(self.plan.name)
        renewed = self._renewed = renewal(
            f"{self.name}-renewal",
            plan=plan,
            stamp=migration_stamp(plan, plan.migrate),
            labels=self.plan.labels,
            after=[self._context.databases.pooler_namespace, *(one for one in (self.migrated,) if one)],
            opts=self.child(),
        )
        return [*(one for one in (self.migrated,) if one), renewed]

    def _serve(
        self, backend: BackendPlan, namespace: core.v1.Namespace, guards: Sequence[pulumi.Resource]
    ) -> list[pulumi.Resource]:
        """Gives back what must be there before a request may come: the Service, and pods behind it."""
        context, inside = self._context, self.child(namespace)
        configuration = plugin_configuration(self.name, plan=self.plan, backend=backend, context=context, opts=inside)
        user = context.cache_users.get(self.plan.name)
        pooler = context.poolers.get(self.plan.database.shard) if self.plan.database else None
        needed = [
            *guards,
            self._identity(backend, inside),
            *configuration.resources,
            *context.before_pods,
            *(resource for resource in (user, pooler) if resource),
        ]
        stable, *others = backend.workloads
        # Beside the Deployment, not after it: where the tier shrinks, pods that the autoscaler still asks for fill the
        # quota, and neither a migration nor a roll-out gets a pod of its own before they are gone.
        self._scale(backend.autoscaling, stable, needed, inside)
        needed += self._migrate(backend.environment.plain, needed)
        served: list[pulumi.Resource] = [
            self._service("", stable.selector, inside),
            self._run(backend, stable, configuration, needed),
        ]
        for workload in others:
            pods = self._run(backend, workload, configuration, needed)
            if backend.canary_autoscaling and workload.kind is WorkloadKind.CANARY:
                self._scale(backend.canary_autoscaling, workload, needed, inside)
                served.append(self._service(_CANARY, workload.selector, inside))
                # Of one that is over requests go at once, whatever becomes of its pods.
                served += [pods] if backend.spec.tries else []
        return served

    def _run(
        self,
        backend: BackendPlan,
        workload: WorkloadPlan,
        configuration: PluginConfiguration,
        needed: Sequence[pulumi.Resource],
    ) -> pulumi.Resource:
        uploads = {"UPLOADS_BUCKET": self._context.uploads_bucket, "UPLOADS_PREFIX": backend.uploads_prefix}
        timeouts = pulumi.CustomTimeouts(
            create=f"{roll_out_seconds(workload.probes)}s",
            update=f"{roll_out_seconds(workload.probes, workload.pods)}s",
            delete="10m",
        )
        made = deployment(
            f"{self.name}-{_DEPLOYMENTS[workload.kind]}",
            plan=workload,
            namespace=self.plan.namespace,
            environment=backend.environment.plain,
            uploads=uploads,
            has_secrets=configuration.has_secrets,
            has_ca=backend.environment.database is not None,
            checksum=configuration.checksum,
            opts=pulumi.ResourceOptions(parent=self, depends_on=list(needed), custom_timeouts=timeouts),
        )
        self.deployments.append(made)
        return made

    def _scale(
        self,
        autoscaling: AutoscalingPlan,
        workload: WorkloadPlan,
        needed: Sequence[pulumi.Resource],
        inside: pulumi.ResourceOptions,
    ) -> None:
        plan, suffix = self.plan, _CANARY if workload.kind is WorkloadKind.CANARY else ""
        autoscaler(
            f"{self.name}-autoscaler{suffix}",
            plan=autoscaling,
            name=workload.name,
            namespace=plan.namespace,
            labels=plan.labels,
            opts=self.child(*needed),
        )
        disruption_budget(
            f"{self.name}-disruption{suffix}",
            name=workload.name,
            namespace=plan.namespace,
            labels=plan.labels,
            selector=workload.selector,
            opts=inside,
        )

    def _service(self, suffix: str, selector: Mapping[str, str], opts: pulumi.ResourceOptions) -> core.v1.Service:
        return core.v1.Service(
            f"{self.name}-service{suffix}",
            metadata=meta.v1.ObjectMetaArgs(
                name=f"{self.plan.name}{suffix}",
                namespace=self.plan.namespace,
                labels=self.plan.labels,
                # Nothing waits for endpoints: whatever needs the pods waits for the Deployment.
                annotations={"pulumi.com/skipAwait": "true"},
            ),
            spec=core.v1.ServiceSpecArgs(
                type="ClusterIP",
                selector=selector,
                ports=[core.v1.ServicePortArgs(name="http", port=80, target_port="http")],
            ),
            opts=opts,
        )

    def _identity(self, backend: BackendPlan, inside: pulumi.ResourceOptions) -> pulumi.Resource:
        """Gives back what pods wait for: by it, for the account too."""
        plan, context = self.plan, self._context
        return aws_account(
            self.name,
            account=plan.name,
            namespace=plan.namespace,
            labels=plan.labels,
            cluster=context.cluster,
            policy=pulumi.Output.all(bucket_arn=context.uploads_arn, key_arn=context.uploads_key_arn).apply(
                lambda arns: uploads_policy(**arns, prefix=backend.uploads_prefix)
            ),
            tags=context.tags.of("plugin", plugin=plan.name),
            inside=inside,
            parent=self,
            # Of all pods that run as this account: the plugin's own, and the Job that migrates its schema.
            pull_secret=pull_secret(plan) if plan.spec.pull_secret else None,
        )
