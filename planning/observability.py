"""What is seen of a region, by tier: logs and alarms; then traces of services; then metrics; then whole paths."""

from dataclasses import dataclass

from planning.addresses import region_addresses
from planning.alarms import (
    AlarmPlan,
    cache_alarms,
    certificate_alarm,
    database_alarms,
    firewall_alarm,
    load_balancer_alarms,
)
from planning.environment import OTLP_PORT
from planning.gateway import METRICS_PORT, TRACED_PERCENT
from planning.gateway import NAMESPACE as GATEWAY_NAMESPACE
from planning.isolation import DNS_ADDRESS, INTERNET, POD_IDENTITY_AGENT
from planning.key import KeyPlan
from planning.naming import SYSTEM_NAMESPACES, fit, regional, stack_prefix
from planning.network_policy import AddressPeer, PodPeer, PolicyPlan, Port, Rule, default_deny
from planning.settings import Settings
from planning.tiers import Tier, growth

NAMESPACE = SYSTEM_NAMESPACES["observability"]
COLLECTOR = "otel-collector"
ADAPTER = "kube-metrics-adapter"

LOG_ADDON = "amazon-cloudwatch-observability"
LOG_ADDON_VERSION = "v4.5.0-eksbuild.1"
LOG_NAMESPACE = "amazon-cloudwatch"
LOG_ACCOUNT = "cloudwatch-agent"
"""Made by the add-on itself: its log reader needs the nodes' files, which our own namespaces would not admit."""

EDGE_REGION = "us-east-1"
"""Where CloudFront and its firewall are measured, wherever they are used from."""

ALARM_SERVICES = ("cloudwatch.amazonaws.com", "events.rds.amazonaws.com", "budgets.amazonaws.com")
"""Who publishes alarms."""

OTLP_GRPC_PORT = 4317
ADAPTER_PORT = 6443
QUERY_PORT = 8005
SCRAPE_SECONDS = 15
"""As often as the autoscaler looks."""

COLLECTOR_CPU_M = 100
COLLECTOR_MEMORY_MIB = 512
BUDGET_MARGIN = 1.25
"""A tier's figure is right to a quarter."""


@dataclass(frozen=True, kw_only=True)
class LogsPlan:
    """Groups into which the nodes' log readers write, and how long they keep."""

    groups: tuple[str, ...]
    days: int


@dataclass(frozen=True, kw_only=True)
class AlarmTopicPlan:
    """Where alarms of a region are published. email: who gets them; None: nobody yet."""

    name: str
    key: KeyPlan
    region: str
    email: str | None


@dataclass(frozen=True, kw_only=True)
class BudgetPlan:
    """USD a month of all that carries the environment's tags: what the stack's configuration says, else the tier.

    Mails at 80 % spent, and when a forecast passes it.
    """

    name: str
    usd_month: int
    environment: str


@dataclass(frozen=True, kw_only=True)
class EdgePlan:
    """What is watched where CloudFront keeps its measurements, and the budget: once an environment."""

    topic: AlarmTopicPlan
    certificate_alarm: AlarmPlan
    firewall_alarm: AlarmPlan
    budget: BudgetPlan


@dataclass(frozen=True, kw_only=True)
class ObservabilityPlan:
    """One region's. edge: at home only, as there is one CDN.

    apm: traces of services are collected. metrics: the gateway is scraped into a Prometheus workspace, and autoscalers
    read it. tracing: the gateway takes part in traces. traced_percent: of requests.
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
    collectors: int
    adapters: int
    policies: tuple[PolicyPlan, ...]
    database_alarms: tuple[AlarmPlan, ...]
    replica_alarms: tuple[AlarmPlan, ...]
    cache_alarms: tuple[AlarmPlan, ...]
    load_balancer_alarms: tuple[AlarmPlan, ...]
    certificate_alarm: AlarmPlan
    edge: EdgePlan | None


def plan_observability(*, stack: str, region: str, settings: Settings, tier: Tier) -> ObservabilityPlan:
    """What is seen of a region."""
    prefix = regional(stack, region)
    copies = min(2, tier.floor)
    return ObservabilityPlan(
        prefix=prefix,
        region=region,
        cluster=prefix,
        topic=_topic(f"{prefix}-alarms", region, settings, logs=True),
        logs=LogsPlan(
            groups=tuple(f"/aws/containerinsights/{prefix}/{kind}" for kind in ("application", "dataplane", "host")),
            days=tier.log_days,
        ),
        apm=tier.apm,
        metrics=tier.metrics,
        tracing=tier.tracing,
        traced_percent=TRACED_PERCENT if tier.tracing else 1,
        collectors=copies if tier.apm else 0,
        adapters=copies if tier.metrics else 0,
        policies=_policies(region, tier) if tier.apm else (),
        database_alarms=database_alarms(tier, replica=False),
        replica_alarms=database_alarms(tier, replica=True),
        cache_alarms=cache_alarms(replicated=tier.app_cache.nodes_per_shard > 1),
        load_balancer_alarms=load_balancer_alarms(tier),
        certificate_alarm=certificate_alarm(),
        edge=_edge(stack, settings, tier) if region == settings.regions[0] else None,
    )


def _topic(name: str, region: str, settings: Settings, *, logs: bool) -> AlarmTopicPlan:
    key = KeyPlan(
        alias=name,
        description="Alarms on their way, and logs of pods" if logs else "Alarms on their way",
        protect=settings.production,
        logs=logs,
        services=ALARM_SERVICES,
    )
    return AlarmTopicPlan(name=name, key=key, region=region, email=settings.alarm_email)


def _edge(stack: str, settings: Settings, tier: Tier) -> EdgePlan:
    return EdgePlan(
        topic=_topic(f"{stack_prefix(stack)}-edge-alarms", EDGE_REGION, settings, logs=False),
        certificate_alarm=certificate_alarm(),
        firewall_alarm=firewall_alarm(tier),
        budget=_budget(stack, settings, tier),
    )


def _budget(stack: str, settings: Settings, tier: Tier) -> BudgetPlan:
    usd = settings.monthly_budget_usd or round(tier.approx_usd_month * growth(settings.users) * BUDGET_MARGIN)
    return BudgetPlan(name=fit(f"{stack_prefix(stack)}-monthly", 100), usd_month=usd, environment=stack)


def _policies(region: str, tier: Tier) -> tuple[PolicyPlan, ...]:
    vpc = AddressPeer(cidr=region_addresses(region).cidr)
    out = (
        Rule(
            peers=(AddressPeer(cidr=f"{DNS_ADDRESS}/32"), PodPeer(namespace="kube-system")),
            ports=(Port(number=53, protocol="UDP"), Port(number=53)),
        ),
        Rule(peers=(AddressPeer(cidr=f"{POD_IDENTITY_AGENT}/32"),), ports=(Port(number=80),)),
        # AWS's own endpoints, and the Kubernetes API.
        Rule(peers=(INTERNET, vpc, AddressPeer(cidr="172.20.0.1/32")), ports=(Port(number=443),)),
    )
    scraping = Rule(peers=(PodPeer(namespace=GATEWAY_NAMESPACE),), ports=(Port(number=METRICS_PORT),))
    collector = PolicyPlan(
        name=COLLECTOR,
        namespace=NAMESPACE,
        pods={"app.kubernetes.io/name": COLLECTOR},
        ingress=(Rule(peers=(vpc,), ports=(Port(number=OTLP_PORT), Port(number=OTLP_GRPC_PORT))),),
        egress=(*out, *([scraping] if tier.metrics else [])),
    )
    adapter = PolicyPlan(
        name=ADAPTER,
        namespace=NAMESPACE,
        pods={"app.kubernetes.io/name": ADAPTER},
        ingress=(Rule(peers=(vpc,), ports=(Port(number=ADAPTER_PORT),)),),
        egress=out,
    )
    return (default_deny(NAMESPACE), collector, *([adapter] if tier.metrics else []))
