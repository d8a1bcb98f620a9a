"""The dashboard that each plugin gets by itself."""

from collections.abc import Sequence

from planning.database.plugin_database import PluginDatabasePlan
from planning.observability.alerts.burn_rate import ANSWERS, FAILED, REQUESTS, SLOW_ANSWERS, counted
from planning.observability.alerts.objective import ObjectivePlan
from planning.observability.dashboards.dashboard import Dashboard, Panel, aws_graph, graph
from planning.observability.metrics.queue_depth import GATEWAY_JOB, Track, queue_depth, upstream_clusters
from planning.observability.metrics.series import CONTAINERS_JOB, POOLER_JOB, STATE_JOB
from planning.shared.naming import namespace


def plugin_dashboard(
    *,
    plugin: str,
    title: str,
    objective: ObjectivePlan,
    region: str,
    queue_per_pod: int,
    database: PluginDatabasePlan | None,
    caches: Sequence[str],
    canary: tuple[int, ...] | None,
) -> Dashboard:
    """Traffic, errors, latency, saturation, pods, limits; its canary, its pool and its cache where it has them.

    caches: nodes of the cache that it uses; none: it uses none. canary: where it has one, numbers of its route's rules
    that answer and end.
    """
    return Dashboard(
        name=f"plugin-{plugin}",
        title=f"Plugin {title}",
        tags=("plugin", plugin),
        panels=(
            *_service(plugin, objective),
            *(_canary(plugin, objective, canary) if canary is not None else ()),
            *_pods(plugin, queue_per_pod),
            *_limits(plugin),
            *(_pool(database) if database else ()),
            *(_cache(region, caches) if caches else ()),
        ),
    )


def _upstream(plugin: str) -> str:
    return f'job="{GATEWAY_JOB}",envoy_cluster_name=~"{upstream_clusters(plugin)}"'


def _service(plugin: str, objective: ObjectivePlan) -> tuple[Panel, ...]:
    own, upstream = f'{{plugin="{plugin}"}}', _upstream(plugin)
    by_class = f"sum by (envoy_response_code_class) (rate(envoy_cluster_upstream_rq_xx{{{upstream}}}[5m]))"
    buckets = f"sum by (le) (rate(envoy_cluster_upstream_rq_time_bucket{{{upstream}}}[5m]))"
    month = f"avg_over_time({FAILED}{own}[30d]) / avg_over_time({REQUESTS}{own}[30d])"
    return (
        graph("Traffic, by class of answer", "reqps", (by_class, "{{envoy_response_code_class}}xx")),
        graph(
            "Errors, part of the requests",
            "percentunit",
            (f"{FAILED}{own} / {REQUESTS}{own}", "answered 5xx"),
            (f"{SLOW_ANSWERS}{own} / {ANSWERS}{own}", f"over {objective.latency_ms} ms"),
            limit=objective.failures_allowed,
        ),
        graph(
            "Latency",
            "ms",
            *((f"histogram_quantile({part}, {buckets})", f"p{part * 100:g}") for part in (0.5, 0.95, 0.99)),
            limit=objective.latency_ms,
        ),
        graph(
            "Budget of failures left, of thirty days",
            "percentunit",
            (f"1 - ({month}) / {objective.failures_allowed}", "left"),
        ),
    )


def _canary(plugin: str, objective: ObjectivePlan, timed_rules: tuple[int, ...]) -> tuple[Panel, ...]:
    """Beside the stable version, by what the gate asks."""
    found = {track: counted(plugin, objective, timed_rules, track=track) for track in (Track.CANARY, Track.STABLE)}
    return (
        graph("Canary: requests", "reqps", *((of.requests, track) for track, of in found.items())),
        graph(
            "Canary: answered 5xx, part of the requests",
            "percentunit",
            *((f"({of.failed}) / {of.requests}", track) for track, of in found.items()),
            limit=objective.failures_allowed,
        ),
        graph(
            f"Canary: over {objective.latency_ms} ms, part of the answers",
            "percentunit",
            *((f"({of.slow}) / {of.answers}", track) for track, of in found.items()),
            limit=objective.slowness_allowed,
        ),
    )


def _pods(plugin: str, queue_per_pod: int) -> tuple[Panel, ...]:
    here = f'namespace="{namespace(plugin)}"'
    state = f'job="{STATE_JOB}",{here}'
    containers = f'job="{CONTAINERS_JOB}",{here},container!=""'
    limit = f'kube_pod_container_resource_limits{{{state},resource="%s"}}'
    cpu = f"sum(rate(container_cpu_usage_seconds_total{{{containers}}}[5m]))"
    throttled = f"sum(rate(container_cpu_cfs_throttled_periods_total{{{containers}}}[5m]))"
    restarts = f"sum by (pod) (increase(kube_pod_container_status_restarts_total{{{state}}}[1h]))"
    return (
        graph(
            "Pods",
            "short",
            (f"kube_deployment_status_replicas_available{{{state}}}", "{{deployment}}"),
            (f"kube_horizontalpodautoscaler_spec_min_replicas{{{state}}}", "at least"),
            (f"kube_horizontalpodautoscaler_spec_max_replicas{{{state}}}", "at most"),
        ),
        graph("Restarts in an hour", "short", (restarts, "{{pod}}")),
        graph(
            f"Queue: requests in flight or waiting (pods are added above {queue_per_pod} a pod)",
            "short",
            (queue_depth(plugin), "requests"),
        ),
        graph(
            "Saturation, of the limits",
            "percentunit",
            (f"{cpu} / sum({limit % 'cpu'})", "CPU"),
            (
                f"max(container_memory_working_set_bytes{{{containers}}}) / max({limit % 'memory'})",
                "memory, fullest pod",
            ),
            (f"{throttled} / sum(rate(container_cpu_cfs_periods_total{{{containers}}}[5m]))", "CPU throttled"),
        ),
    )


def _limits(plugin: str) -> tuple[Panel, ...]:
    upstream = _upstream(plugin)

    def rate(counter: str) -> str:
        return f"sum(rate(envoy_cluster_{counter}{{{upstream}}}[5m]))"

    return (
        graph(
            "Limits",
            "reqps",
            (rate("ratelimit_ok"), "within"),
            (rate("ratelimit_over_limit"), "refused"),
            (rate("ratelimit_failure_mode_allowed"), "passed uncounted"),
        ),
        graph(
            "Connections, and circuit breakers that are open",
            "short",
            (f"sum(envoy_cluster_upstream_cx_active{{{upstream}}})", "connections"),
            (f"sum(envoy_cluster_circuit_breakers_rq_open{{{upstream}}})", "breakers open"),
            (rate("upstream_cx_connect_fail"), "refused a second"),
            (rate("upstream_rq_timeout"), "timeouts a second"),
        ),
    )


def _pool(database: PluginDatabasePlan) -> tuple[Panel, ...]:
    aliases = "|".join((database.aliases.writer, database.aliases.reader))
    pool = f'job="{POOLER_JOB}",shard="{database.shard}",database=~"{aliases}"'

    def now(gauge: str) -> str:
        return f"sum by (database) (pgbouncer_pools_{gauge}_connections{{{pool}}})"

    def rate(counter: str) -> str:
        return f"sum by (database) (rate(pgbouncer_stats_totals_{counter}_total{{{pool}}}[5m]))"

    return (
        graph(
            "Pool: clients and servers",
            "short",
            (now("client_active"), "{{database}} clients"),
            (now("client_waiting"), "{{database}} waiting"),
            (now("server_active"), "{{database}} servers"),
        ),
        graph(
            "Pool: queries, and seconds of waiting a second",
            "short",
            (rate("queries_pooled"), "{{database}} queries a second"),
            (rate("client_wait_seconds"), "{{database}} waiting"),
        ),
    )


def _cache(region: str, nodes: Sequence[str]) -> tuple[Panel, ...]:
    """Of the whole cache: ElastiCache counts by node, not by user."""
    memory = "AWS/ElastiCache DatabaseMemoryUsagePercentage"
    return (
        aws_graph("Cache: memory used", "percent", memory, "Average", region, names=nodes, limit=80),
        aws_graph("Cache: evictions", "short", "AWS/ElastiCache Evictions", "Sum", region, names=nodes),
    )
