"""Observability of a region, by tier: logs and alarms; then traces of services; then metrics; then whole paths."""

from collections.abc import Mapping
from dataclasses import dataclass

from planning.cluster.cluster import control_plane_logs
from planning.database.connection_budget import spendable_connections
from planning.database.shard import shard_count
from planning.inputs.settings import Settings
from planning.inputs.tiers import Tier, growth
from planning.network.network_policy import PolicyPlan
from planning.observability.alarms.alarm import AlarmPlan
from planning.observability.alarms.data import backup_alarm, cache_alarms, database_alarms
from planning.observability.alarms.edge import certificate_alarm, edge_errors_alarm, firewall_alarms, health_alarm
from planning.observability.alarms.logs import LogAlarmPlan, log_alarms
from planning.observability.alarms.region import cluster_alarms, load_balancer_alarms
from planning.observability.alerts.alert import RuleGroup
from planning.observability.alerts.platform import platform_rules
from planning.observability.dashboards.dashboard import Dashboard, Named
from planning.observability.dashboards.platform import platform_dashboards
from planning.observability.network_policies import log_policies, observability_policies
from planning.observability.pods import adapter_pods, collector_pods
from planning.observability.roles import ALARM_SERVICES
from planning.shared.kms_key import KmsKeyPlan
from planning.shared.naming import fit, regional, stack_prefix
from planning.shared.regions import CDN_REGION

LOG_ADDON_VERSION = "v6.7.0-eksbuild.1"
"""Add-ons are offered for each Kubernetes version anew: this one is of 1.36."""
LOG_ACCOUNT = "cloudwatch-agent"
"""Made by the add-on itself."""

QUERIES = {
    "logs-of-a-plugin": "fields @timestamp, kubernetes.pod_name, log\n"
    '| filter kubernetes.namespace_name = "plugin-NAME"\n'
    "| sort @timestamp desc | limit 200",
    "one-request": "fields @timestamp, kubernetes.namespace_name, log\n"
    '| filter @message like "REQUEST-ID"\n'
    "| sort @timestamp asc | limit 200",
    "failed-requests-of-a-plugin": "fields @timestamp, log_processed.status, log_processed.details,"
    " log_processed.flags, log_processed.duration_ms, log_processed.request_id, log_processed.path\n"
    '| filter log_processed.plugin like "httproute/plugin-NAME/" and log_processed.status >= 500\n'
    "| sort @timestamp desc | limit 200",
}
"""Ways into the logs: by plugin, and by request. Capitals stand for what is sought."""

BUDGET_MARGIN = 1.25
"""A tier's figure is right to a quarter."""


@dataclass(frozen=True, kw_only=True)
class LogsPlan:
    """Groups into which the nodes' log readers write, and how long they keep. queries: saved ones, by name.

    policies: of the namespace of those readers. backups: the group of what RDS says of them.
    """

    groups: tuple[str, ...]
    backups: str
    days: int
    queries: Mapping[str, str]
    policies: tuple[PolicyPlan, ...]

    @property
    def application(self) -> str:
        """The group of what pods say."""
        return self.groups[0]


@dataclass(frozen=True, kw_only=True)
class AlarmTopicPlan:
    """Where alarms of a region are published. email, pages_email: who gets them; None: nobody yet."""

    name: str
    pages_name: str
    key: KmsKeyPlan
    region: str
    email: str | None
    pages_email: str | None


@dataclass(frozen=True, kw_only=True)
class BudgetPlan:
    """USD a month of all that carries the environment's tags: what the stack's configuration says, else the tier.

    spent_percent, forecast_percent: of it, at which what is spent and what is forecast for the month are mailed.
    """

    name: str
    usd_month: int
    environment: str
    spent_percent: int = 80
    forecast_percent: int = 100


@dataclass(frozen=True, kw_only=True)
class EdgePlan:
    """What is watched where CloudFront keeps its measurements, and the budget: once an environment.

    prefix: of alarms' names, another one than any region's. health_alarm: of each region.
    """

    prefix: str
    topic: AlarmTopicPlan
    certificate_alarm: AlarmPlan
    firewall_alarms: tuple[AlarmPlan, ...]
    errors_alarm: AlarmPlan
    health_alarm: AlarmPlan
    budget: BudgetPlan

    @property
    def alarms(self) -> tuple[AlarmPlan, ...]:
        """Each kind of alarm once."""
        return (self.certificate_alarm, *self.firewall_alarms, self.errors_alarm, self.health_alarm)


@dataclass(frozen=True, kw_only=True)
class ObservabilityPlan:
    """One region's. edge: at home only, as there is one CDN.

    apm: traces of services are collected. metrics: the gateway is scraped into a Prometheus workspace, and autoscalers
    read it, kept for metrics_days. tracing: the gateway takes part in traces. traced_percent: of requests.
    shards: whose poolers are scraped. rules, dashboards: of what all plugins share; each plugin brings its own.
    """

    prefix: str
    region: str
    cluster: str
    topic: AlarmTopicPlan
    logs: LogsPlan
    apm: bool
    metrics: bool
    tracing: bool
    traced_percent: int
    metrics_days: int
    shards: int
    collectors: int
    adapters: int
    policies: tuple[PolicyPlan, ...]
    rules: tuple[RuleGroup, ...]
    dashboards: tuple[Dashboard, ...]
    backup_alarm: AlarmPlan
    database_alarms: tuple[AlarmPlan, ...]
    replica_alarms: tuple[AlarmPlan, ...]
    cache_alarms: tuple[AlarmPlan, ...]
    load_balancer_alarms: tuple[AlarmPlan, ...]
    cluster_alarms: tuple[AlarmPlan, ...]
    log_alarms: tuple[LogAlarmPlan, ...]
    certificate_alarm: AlarmPlan
    edge: EdgePlan | None

    @property
    def alarms(self) -> tuple[AlarmPlan, ...]:
        """Each kind of alarm of the region once."""
        return (
            self.backup_alarm,
            *self.database_alarms,
            *self.replica_alarms,
            *self.cache_alarms,
            *self.load_balancer_alarms,
            *self.cluster_alarms,
            *(found.alarm for found in self.log_alarms),
            self.certificate_alarm,
        )


def plan_observability(
    *,
    stack: str,
    region: str,
    settings: Settings,
    tier: Tier,
    databases: tuple[str, ...] = (),
    caches: tuple[str, ...] = (),
) -> ObservabilityPlan:
    """What is seen of a region. databases, caches: RDS instances and ElastiCache nodes, by their names."""
    connections = spendable_connections(tier.database.memory_gib) // min(tier.regions, len(settings.regions))
    prefix = regional(stack, region)
    groups = tuple(f"/aws/containerinsights/{prefix}/{kind}" for kind in ("application", "dataplane", "host"))
    backups = f"/aws/events/{prefix}-backups"
    named = Named(databases=databases, caches=caches, log_groups=(*groups, control_plane_logs(prefix)))
    return ObservabilityPlan(
        prefix=prefix,
        region=region,
        cluster=prefix,
        topic=_topic(f"{prefix}-alarms", region, settings, logs=True),
        logs=LogsPlan(
            groups=groups,
            backups=backups,
            days=tier.log_days,
            queries={f"{prefix}/{name}": query for name, query in QUERIES.items()},
            policies=log_policies(region=region),
        ),
        apm=tier.apm,
        metrics=tier.metrics,
        tracing=tier.tracing,
        traced_percent=tier.traced_percent,
        metrics_days=tier.metrics_days,
        shards=shard_count(settings, tier),
        collectors=collector_pods(tier),
        adapters=adapter_pods(tier),
        policies=observability_policies(region=region, metrics=tier.metrics) if tier.apm else (),
        rules=platform_rules(connections=connections) if tier.metrics else (),
        dashboards=platform_dashboards(region=region, connections=connections, named=named) if tier.metrics else (),
        backup_alarm=backup_alarm(),
        database_alarms=database_alarms(tier, replica=False),
        replica_alarms=database_alarms(tier, replica=True, away=region != settings.regions[0]),
        cache_alarms=cache_alarms(replicated=tier.app_cache.nodes_per_shard > 1),
        load_balancer_alarms=load_balancer_alarms(tier),
        cluster_alarms=cluster_alarms(tier),
        log_alarms=log_alarms(tier, prefix=prefix, pods=groups[0], control_plane=control_plane_logs(prefix)),
        certificate_alarm=certificate_alarm(),
        edge=_edge(stack, settings, tier) if region == settings.regions[0] else None,
    )


def _topic(name: str, region: str, settings: Settings, *, logs: bool) -> AlarmTopicPlan:
    key = KmsKeyPlan(
        alias=name,
        description="Alarms on their way, and logs of pods" if logs else "Alarms on their way",
        protect=settings.production,
        logs=logs,
        services=ALARM_SERVICES,
    )
    return AlarmTopicPlan(
        name=name,
        pages_name=f"{name}-pages",
        key=key,
        region=region,
        email=settings.alarm_email,
        pages_email=settings.page_email or settings.alarm_email,
    )


def _edge(stack: str, settings: Settings, tier: Tier) -> EdgePlan:
    prefix = f"{stack_prefix(stack)}-edge"
    return EdgePlan(
        prefix=prefix,
        topic=_topic(f"{prefix}-alarms", CDN_REGION, settings, logs=False),
        certificate_alarm=certificate_alarm(),
        firewall_alarms=firewall_alarms(tier),
        errors_alarm=edge_errors_alarm(),
        health_alarm=health_alarm(),
        budget=_budget(stack, settings, tier),
    )


def _budget(stack: str, settings: Settings, tier: Tier) -> BudgetPlan:
    usd = settings.monthly_budget_usd or round(tier.approx_usd_month * growth(settings.users) * BUDGET_MARGIN)
    return BudgetPlan(name=fit(f"{stack_prefix(stack)}-monthly", 100), usd_month=usd, environment=stack)
