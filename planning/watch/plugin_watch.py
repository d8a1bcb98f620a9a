"""All that is watched of one plugin; it comes and goes with it."""

from dataclasses import dataclass

from planning.databases import PluginDatabasePlan
from planning.naming import namespace
from planning.routes import RoutesPlan
from planning.spec import PluginSpec
from planning.tiers import Tier
from planning.watch.alert import RuleGroup
from planning.watch.burn import objective_rules
from planning.watch.dashboard import Dashboard
from planning.watch.objective import ObjectivePlan, plan_objective
from planning.watch.plugin_dashboard import plugin_dashboard
from planning.watch.secrets_mark import secrets_mark


@dataclass(frozen=True, kw_only=True)
class PluginWatchPlan:
    """rules_name: of its namespace of rules. secrets_mark: planning/watch/secrets_mark.py."""

    plugin: str
    namespace: str
    objective: ObjectivePlan
    rules_name: str
    rules: RuleGroup
    dashboard: Dashboard
    secrets_mark: str | None


def plan_plugin_watch(
    *, spec: PluginSpec, region: str, tier: Tier, database: PluginDatabasePlan | None, routes: RoutesPlan | None
) -> PluginWatchPlan | None:
    """None in tiers without series, and for a plugin that serves nothing."""
    if not tier.metrics or spec.backend is None or routes is None or not spec.lifecycle.serves:
        return None
    objective = plan_objective(spec.objective, tier)
    # The gateway names a plugin's upstreams by the numbers of its route's rules.
    timed = tuple(number for number, rule in enumerate(routes.rules) if not rule.access.streams)
    return PluginWatchPlan(
        plugin=spec.name,
        namespace=namespace(spec.name),
        objective=objective,
        rules_name=f"plugin-{spec.name}",
        rules=objective_rules(spec.name, objective, timed),
        dashboard=plugin_dashboard(
            plugin=spec.name,
            title=spec.display_name,
            objective=objective,
            region=region,
            queue_per_pod=spec.backend.scaling.queue_depth,
            database=database,
            cached=spec.cache is not None,
        ),
        secrets_mark=secrets_mark(spec),
    )
