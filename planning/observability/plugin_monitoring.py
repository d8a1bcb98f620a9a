"""Monitoring of one plugin: its objective, alert rules and dashboard, which come and go with it."""

from collections.abc import Sequence
from dataclasses import dataclass

from planning.database.plugin_database import PluginDatabasePlan
from planning.gateway.routes import RoutesPlan
from planning.inputs.registry.registry_entry import PluginSpec
from planning.inputs.tiers import Tier
from planning.observability.alerts.alert import RuleGroup
from planning.observability.alerts.burn_rate import objective_rules
from planning.observability.alerts.objective import ObjectivePlan, plan_objective
from planning.observability.alerts.platform import SECRETS_MARK
from planning.observability.dashboards.dashboard import Dashboard
from planning.observability.dashboards.plugin import plugin_dashboard
from planning.shared.naming import namespace, stamp


@dataclass(frozen=True, kw_only=True)
class PluginMonitoringPlan:
    """rules_name: of its namespace of rules. secret_age: see the function of that name."""

    plugin: str
    namespace: str
    objective: ObjectivePlan
    rules_name: str
    rules: RuleGroup
    dashboard: Dashboard
    secret_age: str | None


def plan_plugin_monitoring(
    *,
    spec: PluginSpec,
    region: str,
    tier: Tier,
    database: PluginDatabasePlan | None,
    caches: Sequence[str],
    routes: RoutesPlan | None,
) -> PluginMonitoringPlan | None:
    """None in tiers without series, and for a plugin that serves nothing. caches: nodes of the one that it uses."""
    if not tier.metrics or spec.backend is None or routes is None or not spec.lifecycle.serves:
        return None
    objective = plan_objective(spec.objective, tier)
    return PluginMonitoringPlan(
        plugin=spec.name,
        namespace=namespace(spec.name),
        objective=objective,
        rules_name=f"plugin-{spec.name}",
        rules=objective_rules(spec.name, objective, timed_rules(routes)),
        dashboard=plugin_dashboard(
            plugin=spec.name,
            title=spec.display_name,
            objective=objective,
            region=region,
            queue_per_pod=spec.backend.scaling.queue_depth,
            database=database,
            caches=caches,
            canary=timed_rules(routes) if spec.backend.canary else None,
        ),
        secret_age=secret_age(spec),
    )


def timed_rules(routes: RoutesPlan) -> tuple[int, ...]:
    """Numbers of the route's rules that answer and end, by which the gateway names a plugin's upstreams."""
    return tuple(number for number, rule in enumerate(routes.rules) if not rule.access.streams)


def secret_age(spec: PluginSpec) -> str | None:
    """Name of an empty ConfigMap that is made anew when a generation is raised: its age is theirs. None: no password.

    What counts Kubernetes' objects (kube-state-metrics) could tell a Secret's age only by a right to read all of them.
    """
    generations = [
        *([f"database={spec.database.password_generation}"] if spec.database else []),
        *([f"cache={spec.cache.password_generation}"] if spec.cache else []),
    ]
    if not generations:
        return None
    return SECRETS_MARK + stamp(",".join(generations), digits=8)
