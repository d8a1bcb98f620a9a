"""The dashboard that each plugin gets by itself."""

from planning.databases import PluginDatabasePlan
from planning.naming import namespace
from planning.queue_metric import GATEWAY_JOB, queue_depth, upstream_clusters
from planning.watch.burn import ANSWERS, FAILED, REQUESTS, SLOW_ANSWERS
from planning.watch.dashboard import AwsQuery, Dashboard, Panel, Query
from planning.watch.objective import ObjectivePlan
from planning.watch.series import CONTAINERS_JOB, POOLER_JOB, STATE_JOB


def plugin_dashboard(
    *,
    plugin: str,
    title: str,
    objective: ObjectivePlan,
    region: str,
    queue_per_pod: int,
    database: PluginDatabasePlan | None,
    cached: bool,
) -> Dashboard:
    """Traffic, errors, latency, saturation, pods, limits; its pool and its cache where it has them."""
    return Dashboard(
        name=f"plugin-{plugin}",
        title=f"Plugin {title}",
        tags=("plugin", plugin),
        panels=(
            *_service(plugin, objective),
            *_pods(plugin, queue_per_pod),
            *_limits(plugin),
            *(_pool(database) if database else ()),
            *(_cache(region) if cached else ()),
        ),
    )


def _service(plugin: str, objective: ObjectivePlan) -> tuple[Panel, ...]:
    own = f'{{plugin="{plugin}"}}'
    upstream = f'job="{GATEWAY_JOB}",envoy_cluster_name=~"{upstream_clusters(plugin)}"'
    buckets = f"sum by (le) (rate(envoy_cluster_upstream_rq_time_bucket{{{upstream}}}[5m]))"
    month = f"avg_over_time({FAILED}{own}[30d]) / avg_over_time({REQUESTS}{own}[30d])"
    return (
        Panel(
            title="Traffic, by class of answer",
            unit="reqps",
            queries=(
                Query(
                    expression=f"sum by (envoy_response_code_class)"
                    f" (rate(envoy_cluster_upstream_rq_xx{{{upstream}}}[5m]))",
                    legend="{{envoy_response_code_class}}xx",
                ),
            ),
        ),
        Panel(
            title="Errors, part of the requests",
            unit="percentunit",
            limit=objective.failures_allowed,
            queries=(
                Query(expression=f"{FAILED}{own} / {REQUESTS}{own}", legend="answered 5xx"),
                Query(expression=f"{SLOW_ANSWERS}{own} / {ANSWERS}{own}", legend=f"over {objective.latency_ms} ms"),
            ),
        ),
        Panel(
            title="Latency",
            unit="ms",
            limit=objective.latency_ms,
            queries=tuple(
                Query(expression=f"histogram_quantile({part}, {buckets})", legend=f"p{part * 100:g}")
                for part in (0.5, 0.95, 0.99)
            ),
        ),
        Panel(
            title="Budget of failures left, of thirty days",
            unit="percentunit",
            queries=(Query(expression=f"1 - ({month}) / {objective.failures_allowed}", legend="left"),),
        ),
    )


def _pods(plugin: str, queue_per_pod: int) -> tuple[Panel, ...]:
    here = f'namespace="{namespace(plugin)}"'
    state = f'job="{STATE_JOB}",{here}'
    containers = f'job="{CONTAINERS_JOB}",{here},container!=""'
    limit = f'kube_pod_container_resource_limits{{{state},resource="%s"}}'
    throttled = f"rate(container_cpu_cfs_throttled_periods_total{{{containers}}}[5m])"
    return (
        Panel(
            title="Pods",
            unit="short",
            queries=(
                Query(expression=f"kube_deployment_status_replicas_available{{{state}}}", legend="{{deployment}}"),
                Query(expression=f"kube_horizontalpodautoscaler_spec_min_replicas{{{state}}}", legend="at least"),
                Query(expression=f"kube_horizontalpodautoscaler_spec_max_replicas{{{state}}}", legend="at most"),
            ),
        ),
        Panel(
            title="Restarts in an hour",
            unit="short",
            queries=(
                Query(
                    expression=f"sum by (pod) (increase(kube_pod_container_status_restarts_total{{{state}}}[1h]))",
                    legend="{{pod}}",
                ),
            ),
        ),
        Panel(
            title=f"Queue: requests in flight or waiting (pods are added above {queue_per_pod} a pod)",
            unit="short",
            queries=(Query(expression=queue_depth(plugin), legend="requests"),),
        ),
        Panel(
            title="Saturation, of the limits",
            unit="percentunit",
            queries=(
                Query(
                    expression=f"sum(rate(container_cpu_usage_seconds_total{{{containers}}}[5m]))"
                    f" / sum({limit % 'cpu'})",
                    legend="CPU",
                ),
                Query(
                    expression=f"max(container_memory_working_set_bytes{{{containers}}}) / max({limit % 'memory'})",
                    legend="memory, fullest pod",
                ),
                Query(
                    expression=f"sum({throttled}) / sum(rate(container_cpu_cfs_periods_total{{{containers}}}[5m]))",
                    legend="CPU throttled",
                ),
            ),
        ),
    )


def _limits(plugin: str) -> tuple[Panel, ...]:
    upstream = f'job="{GATEWAY_JOB}",envoy_cluster_name=~"{upstream_clusters(plugin)}"'
    return (
        Panel(
            title="Limits",
            unit="reqps",
            queries=(
                Query(expression=f"sum(rate(envoy_cluster_ratelimit_ok{{{upstream}}}[5m]))", legend="within"),
                Query(expression=f"sum(rate(envoy_cluster_ratelimit_over_limit{{{upstream}}}[5m]))", legend="refused"),
                Query(
                    expression=f"sum(rate(envoy_cluster_ratelimit_failure_mode_allowed{{{upstream}}}[5m]))",
                    legend="passed uncounted",
                ),
            ),
        ),
        Panel(
            title="Connections, and circuit breakers that are open",
            unit="short",
            queries=(
                Query(expression=f"sum(envoy_cluster_upstream_cx_active{{{upstream}}})", legend="connections"),
                Query(
                    expression=f"sum(envoy_cluster_circuit_breakers_default_rq_open{{{upstream}}})",
                    legend="breakers open",
                ),
                Query(
                    expression=f"sum(rate(envoy_cluster_upstream_cx_connect_fail{{{upstream}}}[5m]))",
                    legend="refused a second",
                ),
                Query(
                    expression=f"sum(rate(envoy_cluster_upstream_rq_timeout{{{upstream}}}[5m]))",
                    legend="timeouts a second",
                ),
            ),
        ),
    )


def _pool(database: PluginDatabasePlan) -> tuple[Panel, ...]:
    aliases = "|".join((database.aliases.writer, database.aliases.reader))
    pool = f'job="{POOLER_JOB}",shard="{database.shard}",database=~"{aliases}"'
    by = "sum by (database)"
    return (
        Panel(
            title="Pool: clients and servers",
            unit="short",
            queries=(
                Query(
                    expression=f"{by} (pgbouncer_pools_client_active_connections{{{pool}}})",
                    legend="{{database}} clients",
                ),
                Query(
                    expression=f"{by} (pgbouncer_pools_client_waiting_connections{{{pool}}})",
                    legend="{{database}} waiting",
                ),
                Query(
                    expression=f"{by} (pgbouncer_pools_server_active_connections{{{pool}}})",
                    legend="{{database}} servers",
                ),
            ),
        ),
        Panel(
            title="Pool: queries, and seconds of waiting a second",
            unit="short",
            queries=(
                Query(
                    expression=f"{by} (rate(pgbouncer_stats_totals_queries_pooled_total{{{pool}}}[5m]))",
                    legend="{{database}} queries a second",
                ),
                Query(
                    expression=f"{by} (rate(pgbouncer_stats_totals_client_wait_seconds_total{{{pool}}}[5m]))",
                    legend="{{database}} waiting",
                ),
            ),
        ),
    )


def _cache(region: str) -> tuple[Panel, ...]:
    """Of the whole cache: ElastiCache counts by node, not by user."""

    def of(metric: str, statistic: str) -> AwsQuery:
        return AwsQuery(
            namespace="AWS/ElastiCache", metric=metric, statistic=statistic, by="CacheClusterId", region=region
        )

    return (
        Panel(
            title="Cache (shared): memory used",
            unit="percent",
            limit=80,
            queries=(of("DatabaseMemoryUsagePercentage", "Average"),),
        ),
        Panel(title="Cache (shared): evictions", unit="short", queries=(of("Evictions", "Sum"),)),
    )
