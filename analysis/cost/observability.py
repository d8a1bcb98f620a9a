"""What is seen of a region: logs, alarms, traces, metrics."""

from collections.abc import Iterator, Sequence

from analysis.cost.bill import GLOBAL, Basis, Line
from analysis.cost.load import MILLION, RegionLoad
from analysis.cost.prices import line
from planning.database.shard import ShardPlan
from planning.inputs.assumptions import SECONDS, Assumptions
from planning.observability.alarms.alarm import AlarmPlan
from planning.observability.metrics.scraping import SECONDS as SCRAPE_SECONDS
from planning.platform import PlatformPlan
from planning.region import RegionPlan

GIB = 2**30
DAYS = 30
STORED_PART = 0.15
"""CloudWatch keeps logs compressed, and bills what it keeps so."""
OTLP_SECONDS = 60
SAMPLE_BYTES = 2
"""Of a sample that is kept, as AWS estimates it: one or two bytes."""
DEAR_SAMPLES = 2_000 * MILLION
"""A month and region, at the first price; the next 250 billion cost less."""
SCRAPED_PER_POD = 12
"""Of each pod, as Kubernetes and its kubelet count it: planning/observability/metrics/series.py has the names."""
BLOCKED_PART = 0.01
"""Of requests that the firewall logs in full: those that it blocks or counts."""
FIREWALL_RECORD_BYTES = 2_000
COMPONENT = "observability"


def seeing_lines(region: RegionPlan, load: RegionLoad, plan: PlatformPlan, assumptions: Assumptions) -> Iterator[Line]:
    """By tier: logs and alarms; traces of services; metrics."""
    where, seen = region.region, region.observability
    instances = instances_in(plan.shards, where)
    by_request = load.requests * (assumptions.log_bytes_per_request + assumptions.flow_log_bytes_per_request) / GIB
    by_size = (
        assumptions.log_gib_per_cluster
        + load.nodes * assumptions.log_gib_per_node
        + sum(instances) * assumptions.log_gib_per_database
    )

    def of(what: str, price: str, quantity: float, basis: Basis = Basis.SHARED) -> Line:
        return line(COMPONENT, where, what, price, quantity, basis=basis)

    kept = STORED_PART * seen.logs.days / DAYS
    yield of("logs of requests, taken in", "logs-gb", by_request, Basis.TRAFFIC)
    yield of("logs of requests, kept", "logs-kept-gb", by_request * kept, Basis.TRAFFIC)
    yield of("logs of the platform, taken in", "logs-gb", by_size)
    yield of("logs of the platform, kept", "logs-kept-gb", by_size * kept)
    yield of("alarms", "alarm", alarm_count(region, instances))
    if seen.apm:
        traces = load.requests * seen.traced_percent / 100
        yield of("traces", "xray-traces", traces / MILLION, Basis.TRAFFIC)
    if seen.metrics:
        samples = samples_a_month(region, load, assumptions)
        dear = min(samples, DEAR_SAMPLES)
        yield of("metrics, taken in", "amp-samples", dear / MILLION)
        yield of("metrics, taken in above two billion", "amp-samples-more", (samples - dear) / MILLION)
        yield of("metrics, kept", "amp-gb", samples * SAMPLE_BYTES / 1e9 * seen.metrics_days / DAYS)


def edge_seeing_lines(plan: PlatformPlan, assumptions: Assumptions) -> Iterator[Line]:
    """Alarms where CloudFront is measured, and what the firewall writes of requests that it stops."""
    users = plan.settings.users
    requests = users * (assumptions.requests_per_user + assumptions.asset_requests_per_user)
    logged = requests * BLOCKED_PART * FIREWALL_RECORD_BYTES / GIB
    edge = plan.home.observability.edge
    checks = len(plan.regions)
    alarms = _metrics((*edge.alarms, *[edge.health_alarm] * (checks - 1))) if edge else 0
    yield line(COMPONENT, GLOBAL, "alarms", "alarm", alarms)
    yield line(COMPONENT, GLOBAL, "logs of the firewall", "logs-gb", logged, basis=Basis.TRAFFIC)


def instances_in(shards: tuple[ShardPlan, ...], region: str) -> tuple[int, int]:
    """Writers and replicas in a region."""
    writers = sum(shard.region == region for shard in shards)
    return writers, sum(len(shard.replicas_in(region)) for shard in shards)


def alarm_count(region: RegionPlan, instances: tuple[int, int]) -> int:
    """Metrics that a region's alarms are on, each of which is billed: a share is of two."""
    seen = region.observability
    writers, replicas = instances
    nodes = len(region.caches.nodes)
    certificates = 1
    return (
        writers * _metrics((*seen.database_alarms, seen.backup_alarm))
        + replicas * _metrics(seen.replica_alarms)
        + nodes * _metrics(seen.cache_alarms)
        + _metrics(seen.load_balancer_alarms)
        + _metrics(seen.cluster_alarms)
        + len(seen.log_alarms)
        + certificates
    )


def _metrics(alarms: Sequence[AlarmPlan]) -> int:
    return sum(2 if alarm.share else 1 for alarm in alarms)


def samples_a_month(region: RegionPlan, load: RegionLoad, assumptions: Assumptions) -> float:
    """Of the gateway's proxies and the plugins' pods; what two collectors send twice is kept and billed once."""
    pods = sum(load.pods.values())
    scraped = region.gateway.pods.min * assumptions.series_per_proxy + pods * SCRAPED_PER_POD
    return (scraped / SCRAPE_SECONDS + pods * assumptions.series_per_pod / OTLP_SECONDS) * SECONDS
