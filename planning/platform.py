"""The whole plan of an environment: its regions, its database shards, and what all regions share."""

from collections.abc import Mapping
from dataclasses import dataclass

from planning.archive import ArchivePlan, plan_archives, restore_problems
from planning.caches import CachesPlan, plan_caches
from planning.cdn import CdnPlan, plan_cdn
from planning.cluster import ClusterPlan, plan_cluster
from planning.database import DatabasePlan, plan_shards
from planning.databases import PluginDatabasePlan, plan_databases
from planning.frontend import FrontendPlan, plan_frontend
from planning.gateway import GatewayPlan, plan_gateway
from planning.held import NOTHING, Held, held_by, held_problems
from planning.load_balancer import LoadBalancerPlan, plan_load_balancer
from planning.naming import MAX_STACK_NAME
from planning.network import NetworkPlan, PeeringPlan, plan_network, plan_peerings
from planning.observability import ObservabilityPlan, plan_observability
from planning.plugin import PluginPlan, plan_plugin
from planning.pooler import PoolerPlan, plan_poolers
from planning.problem import Problem, Problems
from planning.routes import plan_routes
from planning.secret_names import missing_secrets
from planning.settings import Settings
from planning.spec import Registry
from planning.stopped import StoppedPlan, plan_stopped
from planning.storage import StoragePlan, plan_storage
from planning.tags import Tags
from planning.tiers import Tier, tier_for


@dataclass(frozen=True, kw_only=True)
class RegionPlan:
    """A cell: all that runs in one region. The home region holds the database writers."""

    region: str
    home: bool
    network: NetworkPlan
    cluster: ClusterPlan
    caches: CachesPlan
    poolers: tuple[PoolerPlan, ...]
    load_balancer: LoadBalancerPlan
    gateway: GatewayPlan
    stopped: tuple[StoppedPlan, ...]
    observability: ObservabilityPlan
    plugins: tuple[PluginPlan, ...]


@dataclass(frozen=True, kw_only=True)
class PlatformPlan:
    """Every decision about one environment; building adds none."""

    stack: str
    settings: Settings
    tier: Tier
    tags: Tags
    registry: Registry
    shards: tuple[DatabasePlan, ...]
    storage: StoragePlan
    frontend: FrontendPlan
    cdn: CdnPlan
    regions: tuple[RegionPlan, ...]
    peerings: tuple[PeeringPlan, ...]

    @property
    def home(self) -> RegionPlan:
        """The region that holds the writers."""
        return self.regions[0]

    @property
    def held(self) -> Held:
        """What a run of this plan leaves for the next one to keep."""
        schemas = {plugin.name: plugin.database.shard for plugin in self.plugins if plugin.database}
        return held_by(self.shards, [region.region for region in self.regions], schemas)

    @property
    def plugins(self) -> tuple[PluginPlan, ...]:
        """Plugins as they run at home, in the order of the registry."""
        return self.home.plugins


def plan_platform(
    *,
    stack: str,
    settings: Settings,
    registry: Registry,
    secret_names: Mapping[str, frozenset[str]],
    held: Held = NOTHING,
) -> PlatformPlan:
    """Decides everything about an environment.

    secret_names: for each plugin, the names that have a value in the secret configuration. held: by the stack now;
    nothing of it moves or goes.
    Raises InvalidInputError with all problems of settings and registry together.
    """
    tier = tier_for(settings.users)
    problems = Problems()
    problems.add(*_stack_problems(stack, settings, tier), *missing_secrets(registry, secret_names, stack))
    problems.add(*restore_problems(registry))
    regions = settings.regions[: tier.regions]
    shards = plan_shards(stack=stack, settings=settings, tier=tier, users=settings.users)
    problems.add(*held_problems(held, stack=stack, settings=settings, shards=shards, regions=regions))
    databases = problems.attempt(
        lambda: plan_databases(
            registry=registry,
            tier=tier,
            users=settings.users,
            shards=shards,
            regions=regions,
            present=held.schemas,
            moved=settings.moved,
        )
    )
    cells = [
        problems.attempt(
            lambda region=region: _plan_region(
                stack=stack,
                region=region,
                settings=settings,
                tier=tier,
                registry=registry,
                shards=shards,
                databases=databases or {},
            )
        )
        for region in regions
    ]
    problems.raise_if_any()
    return PlatformPlan(
        stack=stack,
        settings=settings,
        tier=tier,
        tags=Tags(environment=stack, owner=settings.owner, cost_center=settings.cost_center),
        registry=registry,
        shards=shards,
        storage=plan_storage(stack=stack, settings=settings, tier=tier),
        frontend=plan_frontend(registry=registry, settings=settings),
        cdn=plan_cdn(stack=stack, settings=settings, tier=tier, regions=regions),
        regions=tuple(cell for cell in cells if cell),
        peerings=plan_peerings(stack=stack, regions=regions),
    )


def _plan_region(
    *,
    stack: str,
    region: str,
    settings: Settings,
    tier: Tier,
    registry: Registry,
    shards: tuple[DatabasePlan, ...],
    databases: Mapping[str, PluginDatabasePlan],
) -> RegionPlan:
    home = region == settings.regions[0]
    return RegionPlan(
        region=region,
        home=home,
        network=plan_network(stack=stack, region=region, tier=tier, peers=settings.regions[: tier.regions]),
        cluster=plan_cluster(stack=stack, region=region, settings=settings, tier=tier, users=settings.users),
        caches=plan_caches(stack=stack, region=region, settings=settings, tier=tier, registry=registry),
        poolers=plan_poolers(region=region, image=settings.pooler_image, tier=tier, shards=shards, databases=databases),
        load_balancer=plan_load_balancer(stack=stack, region=region, settings=settings),
        gateway=plan_gateway(
            stack=stack, region=region, settings=settings, tier=tier, users=settings.users, registry=registry
        ),
        stopped=plan_stopped(registry=registry, settings=settings),
        observability=plan_observability(stack=stack, region=region, settings=settings, tier=tier),
        plugins=_plan_plugins(
            stack=stack,
            region=region,
            home=home,
            settings=settings,
            tier=tier,
            registry=registry,
            databases=databases,
            archives=plan_archives(registry=registry, shards=len(shards)),
        ),
    )


def _plan_plugins(
    *,
    stack: str,
    region: str,
    home: bool,
    settings: Settings,
    tier: Tier,
    registry: Registry,
    databases: Mapping[str, PluginDatabasePlan],
    archives: Mapping[str, ArchivePlan],
) -> tuple[PluginPlan, ...]:
    """Each by itself: what is wrong with one entry hides nothing of the others."""
    problems = Problems()
    plans = [
        problems.attempt(
            lambda spec=spec: plan_plugin(
                spec=spec,
                stack=stack,
                region=region,
                home=home,
                settings=settings,
                tier=tier,
                users=settings.users,
                database=databases.get(spec.name),
                archive=archives.get(spec.name),
                routes=plan_routes(spec=spec, settings=settings, tier=tier),
                registry=registry,
            )
        )
        for spec in registry.plugins
    ]
    problems.raise_if_any()
    return tuple(plan for plan in plans if plan)


def _stack_problems(stack: str, settings: Settings, tier: Tier) -> list[Problem]:
    found: list[Problem] = []
    if len(stack) > MAX_STACK_NAME or not stack.replace("-", "").isalnum() or stack != stack.lower():
        found.append(
            Problem(
                file="Pulumi.yaml",
                entry="stack",
                field="name",
                value=stack,
                rule=f"lower-case letters, digits, hyphens; at most {MAX_STACK_NAME}: part of names that AWS limits",
                fix="pulumi stack init with a shorter name, such as dev or prod",
            )
        )
    if len(settings.regions) < tier.regions:
        found.append(
            Problem(
                file=f"Pulumi.{stack}.yaml",
                entry="config",
                field="naap:regions",
                value=", ".join(settings.regions),
                rule=f"{settings.users:,} users are tier {tier.name.value}, which runs in {tier.regions} regions",
                fix="add a region: pulumi config set --path 'naap:regions[1]' us-west-2",
            )
        )
    return found
