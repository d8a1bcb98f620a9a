"""The whole plan of an environment: its regions, its database shards, and what all regions share."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from planning.cluster.teams import TeamPlan, plan_teams
from planning.data.buckets import BucketsPlan, plan_buckets
from planning.database.archive import restore_problems
from planning.database.plugin_database import plan_databases
from planning.database.shard import ShardPlan, plan_shards, shard_count
from planning.database.shard_size import cpu_problems, size_shards, still_there
from planning.edge.cdn import CdnPlan, plan_cdn
from planning.edge.shell_documents import ShellDocumentsPlan, plan_shell_documents
from planning.gateway.sign_in import sign_in_problems
from planning.inputs.configured_secrets import missing_secrets
from planning.inputs.deploy_order import DeployOrder
from planning.inputs.problem import Problem, Problems
from planning.inputs.registry.registry_entry import Registry
from planning.inputs.settings import Settings
from planning.inputs.tiers import Tier, tier_for
from planning.network.vpc import PeeringPlan, plan_peerings
from planning.plugin.plugin import PluginPlan
from planning.prior_state import NOTHING, PriorState, prior_state_of, prior_state_problems
from planning.region import RegionPlan, plan_region
from planning.shared.naming import MAX_STACK_NAME
from planning.shared.tags import Tags


@dataclass(frozen=True, kw_only=True)
class PlatformPlan:
    """Every decision about one environment; building adds none."""

    stack: str
    settings: Settings
    tier: Tier
    tags: Tags
    registry: Registry
    shards: tuple[ShardPlan, ...]
    storage: BucketsPlan
    frontend: ShellDocumentsPlan
    cdn: CdnPlan
    regions: tuple[RegionPlan, ...]
    peerings: tuple[PeeringPlan, ...]
    teams: tuple[TeamPlan, ...]

    @property
    def home(self) -> RegionPlan:
        """The region that holds the writers."""
        return self.regions[0]

    @property
    def held(self) -> PriorState:
        """What a run of this plan leaves for the next one to keep."""
        schemas = {plugin.name: plugin.database.shard for plugin in self.plugins if plugin.database}
        return prior_state_of(self.shards, [region.region for region in self.regions], schemas)

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
    held: PriorState = NOTHING,
    order: DeployOrder | None = None,
) -> PlatformPlan:
    """Decides everything about an environment.

    secret_names: for each plugin, the names that have a value in the secret configuration. held: by the stack now;
    nothing of it moves or goes. order: what is brought up is one plugin: in the regions that are there, and with the
    other entries of the shell's list as they are.
    Raises InvalidInputError with all problems of settings and registry together.
    """
    tier = tier_for(settings.users)
    problems = Problems()
    problems.add(*_stack_problems(stack, settings, tier), *missing_secrets(registry, secret_names, stack))
    problems.add(*restore_problems(registry), *sign_in_problems(settings, registry, stack))
    regions = settings.regions[: tier.regions]
    if order:
        regions = tuple(region for region in regions if region in held.regions)
    count = shard_count(settings, tier)
    sizes = size_shards(
        registry=registry.whole,
        tier=tier,
        users=settings.users,
        count=count,
        assumptions=settings.assumptions,
        there=still_there(registry.whole, count, held.schemas, settings.moved),
    )
    shards = plan_shards(stack=stack, settings=settings, tier=tier, sizes=sizes)
    problems.add(*cpu_problems(registry.file, settings.users, sizes))
    problems.add(*prior_state_problems(held, stack=stack, settings=settings, shards=shards, regions=regions))
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
            lambda region=region: plan_region(
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
    cdn = problems.attempt(
        lambda: plan_cdn(stack=stack, settings=settings, tier=tier, regions=regions, registry=registry)
    )
    teams = problems.attempt(lambda: plan_teams(stack=stack, settings=settings, registry=registry))
    if cdn is None or problems.any:
        raise problems.error()
    return PlatformPlan(
        stack=stack,
        settings=settings,
        tier=tier,
        tags=Tags(environment=stack, owner=settings.owner, cost_center=settings.cost_center),
        registry=registry,
        shards=shards,
        storage=plan_buckets(stack=stack, settings=settings, tier=tier),
        frontend=plan_shell_documents(registry=registry, settings=settings, order=order),
        cdn=cdn,
        regions=tuple(cell for cell in cells if cell),
        peerings=plan_peerings(stack=stack, regions=regions),
        teams=teams or (),
    )


def _stack_problems(stack: str, settings: Settings, tier: Tier) -> list[Problem]:
    found: list[Problem] = []
    if not re.fullmatch(r"[a-z0-9-]+", stack) or len(stack) > MAX_STACK_NAME:
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
