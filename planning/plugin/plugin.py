"""Everything about one plugin in one region."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from planning.database.archive import ArchivePlan
from planning.database.plugin_database import PluginDatabasePlan, migration_order
from planning.gateway.routes import RoutesPlan
from planning.inputs.registry.data_sections import Database
from planning.inputs.registry.lifecycle import Lifecycle
from planning.inputs.registry.registry_entry import BackendSpec, PluginSpec, Registry
from planning.inputs.settings import Settings
from planning.inputs.tiers import PodRange, Tier, pod_range
from planning.observability.metrics.queue_depth import Track
from planning.observability.plugin_monitoring import PluginMonitoringPlan, plan_plugin_monitoring
from planning.plugin.autoscaling import AutoscalingPlan, plan_autoscaling
from planning.plugin.network_policies import IsolationPlan, plan_isolation
from planning.plugin.process_environment import DatabaseAccess, ProcessEnvironmentPlan, plan_environment
from planning.plugin.resource_quota import ResourceQuotaPlan, plan_quota
from planning.plugin.team_rights import TeamRightsPlan, plan_team_rights
from planning.plugin.workload import WorkloadPlan, plan_workloads
from planning.shared.labels import labels
from planning.shared.naming import namespace


@dataclass(frozen=True, kw_only=True)
class BackendPlan:
    """What a plugin with a backend gets. workloads: the stable one first; none once it is stopped.

    canary_autoscaling: None without a canary.
    """

    spec: BackendSpec
    pods: PodRange
    workloads: tuple[WorkloadPlan, ...]
    environment: ProcessEnvironmentPlan
    autoscaling: AutoscalingPlan
    canary_autoscaling: AutoscalingPlan | None
    isolation: IsolationPlan
    quota: ResourceQuotaPlan
    manifest: str
    uploads_prefix: str


@dataclass(frozen=True, kw_only=True)
class PluginPlan:
    """One plugin in one region. backend: None for a plugin that is a bundle only.

    protect: the engine refuses to delete its namespace, and with it an entry that left the registry before its time.
    """

    name: str
    namespace: str
    region: str
    home: bool
    spec: PluginSpec
    labels: Mapping[str, str]
    backend: BackendPlan | None
    database: PluginDatabasePlan | None
    archive: ArchivePlan | None
    routes: RoutesPlan | None
    protect: bool
    monitoring: PluginMonitoringPlan | None
    team: TeamRightsPlan | None

    @property
    def serves(self) -> bool:
        """Whether it has pods and routes: data stays where it is when it has none."""
        return self.backend is not None and self.spec.lifecycle.serves

    @property
    def pods(self) -> PodRange | None:
        """Pods of the stable Deployment; None where there is none."""
        return self.backend.pods if self.backend and self.serves else None


def plan_plugin(
    *,
    spec: PluginSpec,
    stack: str,
    region: str,
    home: bool,
    settings: Settings,
    tier: Tier,
    users: int,
    database: PluginDatabasePlan | None,
    archive: ArchivePlan | None,
    caches: Sequence[str],
    routes: RoutesPlan | None,
    registry: Registry,
) -> PluginPlan:
    """The plan of one plugin; takes the same time however many others there are. caches: nodes of the one it uses."""
    shards = () if database is None else database.shards
    return PluginPlan(
        name=spec.name,
        namespace=namespace(spec.name),
        region=region,
        home=home,
        spec=spec,
        # Without the version, which only pods carry: a release then changes the Deployment and little else.
        labels=labels("plugin", spec.name, plugin=spec.name),
        backend=_plan_backend(
            spec=spec,
            backend=spec.backend,
            pods=_pods(spec, spec.backend, tier, users, home=home),
            home=home,
            tier=tier,
            environment=plan_environment(
                spec=spec,
                backend=spec.backend,
                stack=stack,
                settings=settings,
                tier=tier,
                database=_access(database, spec.database),
                registry=registry,
            ),
            isolation=plan_isolation(
                spec=spec, backend=spec.backend, region=region, tier=tier, shards=shards, registry=registry
            ),
        )
        if spec.backend
        else None,
        database=database,
        archive=archive,
        routes=routes,
        # At home, where its data is; a region more or less is no matter of one plugin.
        protect=settings.production and home and spec.lifecycle is not Lifecycle.ARCHIVED,
        monitoring=plan_plugin_monitoring(
            spec=spec, region=region, tier=tier, database=database, caches=caches, routes=routes
        ),
        team=plan_team_rights(spec=spec, settings=settings, database=database),
    )


def _plan_backend(
    *,
    spec: PluginSpec,
    backend: BackendSpec,
    pods: PodRange,
    home: bool,
    tier: Tier,
    environment: ProcessEnvironmentPlan,
    isolation: IsolationPlan,
) -> BackendPlan:
    serving = spec.lifecycle.serves
    workloads = plan_workloads(spec=spec, backend=backend, pods=pods, home=home, traced=tier.apm) if serving else ()
    return BackendPlan(
        spec=backend,
        pods=pods,
        workloads=workloads,
        environment=environment,
        autoscaling=plan_autoscaling(name=spec.name, backend=backend, pods=pods, tier=tier),
        canary_autoscaling=plan_autoscaling(
            name=spec.name, backend=backend, pods=backend.canary.pods(pods), tier=tier, track=Track.CANARY
        )
        if backend.canary
        else None,
        isolation=isolation,
        quota=plan_quota(backend.resources, workloads),
        manifest=json.dumps(spec.manifest, sort_keys=True, ensure_ascii=False),
        uploads_prefix=f"{spec.name}/",
    )


def owners_first(plugins: Sequence[PluginPlan]) -> Sequence[PluginPlan]:
    """In the order in which schemas are made and migrated: owners of tables before those that are granted them."""
    order = migration_order(plugin.database for plugin in plugins if plugin.database)
    place = {name: number for number, name in enumerate(order)}
    return sorted(plugins, key=lambda plugin: place.get(plugin.name, len(place)))


def _access(plan: PluginDatabasePlan | None, spec: Database | None) -> DatabaseAccess | None:
    if plan is None or spec is None:
        return None
    return DatabaseAccess(
        user=plan.app_logins[0],
        host=plan.pooler_host,
        database=plan.aliases.writer,
        schema=plan.schema,
        generation=plan.generation,
        pool_size=spec.pool_size,
    )


def _pods(spec: PluginSpec, backend: BackendSpec, tier: Tier, users: int, *, home: bool) -> PodRange:
    """The second region waits at the floor and grows to the whole load when it takes over."""
    pods = pod_range(tier, users, spec.share, singleton=backend.scaling.singleton)
    if home or backend.scaling.singleton:
        return pods
    return PodRange(min=min(tier.floor, pods.max), max=pods.max)
