"""The dashboards of what all plugins share: gateway, databases and poolers, caches, cluster, cost."""

from collections.abc import Sequence

from planning.observability.alerts.platform import open_connections
from planning.observability.dashboards.dashboard import Dashboard, Named, Panel, aws_graph, graph
from planning.observability.metrics.queue_depth import GATEWAY_JOB
from planning.observability.metrics.series import CONTAINERS_JOB, LIMITER_JOB, POOLER_JOB, STATE_JOB
from planning.shared.regions import CDN_REGION


def platform_dashboards(*, region: str, connections: int, named: Named) -> tuple[Dashboard, ...]:
    """Of one region. connections: to one shard's primary that this region's poolers may open. named: what is shown."""
    found = {
        "gateway": ("Gateway", _gateway()),
        "databases": ("Databases and poolers", _databases(region, connections, named.databases)),
        "caches": ("Caches", _caches(region, named.caches)),
        "cluster": ("Cluster", _cluster()),
        "cost": ("Cost", _cost(region, named.log_groups)),
    }
    return tuple(
        Dashboard(name=f"platform-{name}", title=f"Platform: {title}", tags=("platform",), panels=panels)
        for name, (title, panels) in found.items()
    )


def _gateway() -> tuple[Panel, ...]:
    job = f'job="{GATEWAY_JOB}"'
    over = f'sum by (job) (rate(ratelimit_service_rate_limit_over_limit{{job="{LIMITER_JOB}"}}[5m]))'
    hits = f'sum by (job) (rate(ratelimit_service_rate_limit_total_hits{{job="{LIMITER_JOB}"}}[5m]))'
    return (
        graph(
            "Requests, by class of answer",
            "reqps",
            (
                f"sum by (envoy_response_code_class) (rate(envoy_http_downstream_rq_xx{{{job}}}[5m]))",
                "{{envoy_response_code_class}}xx",
            ),
        ),
        graph(
            "Most called upstreams",
            "reqps",
            (
                f"topk(10, sum by (envoy_cluster_name) (rate(envoy_cluster_upstream_rq_xx{{{job}}}[5m])))",
                "{{envoy_cluster_name}}",
            ),
        ),
        graph(
            "Connections, and proxies",
            "short",
            (f"sum(envoy_http_downstream_cx_active{{{job}}})", "connections"),
            (f"count(up{{{job}}} == 1)", "proxies"),
        ),
        graph(
            "Memory of a proxy",
            "bytes",
            (f"max(envoy_server_memory_allocated{{{job}}})", "fullest"),
        ),
        graph(
            "Limiter as the proxies see it",
            "reqps",
            (f"sum(rate(envoy_cluster_ratelimit_ok{{{job}}}[5m]))", "within"),
            (f"sum(rate(envoy_cluster_ratelimit_over_limit{{{job}}}[5m]))", "refused"),
            (f"sum(rate(envoy_cluster_ratelimit_error{{{job}}}[5m]))", "no answer"),
            (f"sum(rate(envoy_cluster_ratelimit_failure_mode_allowed{{{job}}}[5m]))", "passed uncounted"),
        ),
        graph("Limiter by itself", "reqps", (hits, "counted"), (over, "over the limit")),
        graph(
            "Days until a certificate ends",
            "d",
            (f"min(envoy_server_days_until_first_cert_expiring{{{job}}})", "days"),
        ),
    )


def _databases(region: str, connections: int, names: Sequence[str]) -> tuple[Panel, ...]:
    job = f'job="{POOLER_JOB}"'
    by = "sum by (shard)"

    def rds(title: str, metric: str, unit: str, statistic: str = "Average") -> Panel:
        return aws_graph(title, unit, f"AWS/RDS {metric}", statistic, region, names=names)

    return (
        graph(
            "Connections to primaries, and the budget",
            "short",
            (open_connections(), "shard {{shard}}"),
            limit=connections,
        ),
        graph(
            "Clients",
            "short",
            (f"{by} (pgbouncer_pools_client_active_connections{{{job}}})", "shard {{shard}} served"),
            (f"{by} (pgbouncer_pools_client_waiting_connections{{{job}}})", "shard {{shard}} waiting"),
        ),
        graph(
            "Longest wait for a server",
            "s",
            (f"max by (shard, database) (pgbouncer_pools_client_maxwait_seconds{{{job}}})", "{{database}}"),
        ),
        graph(
            "Queries",
            "short",
            (f"{by} (rate(pgbouncer_stats_totals_queries_pooled_total{{{job}}}[5m]))", "shard {{shard}}"),
        ),
        rds("CPU", "CPUUtilization", "percent"),
        rds("Free storage", "FreeStorageSpace", "bytes", "Minimum"),
        rds("Connections as the servers count them", "DatabaseConnections", "short", "Maximum"),
        rds("Replicas behind", "ReplicaLag", "s", "Maximum"),
    )


def _caches(region: str, names: Sequence[str]) -> tuple[Panel, ...]:
    def cache(title: str, metric: str, unit: str, statistic: str = "Average") -> Panel:
        return aws_graph(title, unit, f"AWS/ElastiCache {metric}", statistic, region, names=names)

    return (
        cache("CPU of the engine", "EngineCPUUtilization", "percent"),
        cache("Memory used", "DatabaseMemoryUsagePercentage", "percent"),
        cache("Evictions", "Evictions", "short", "Sum"),
        cache("Connections", "CurrConnections", "short"),
        cache("Found", "CacheHits", "short", "Sum"),
        cache("Not found", "CacheMisses", "short", "Sum"),
        cache("Replicas behind", "ReplicationLag", "s", "Maximum"),
        cache("Refused sign-ins", "AuthenticationFailures", "short", "Sum"),
    )


def _cluster() -> tuple[Panel, ...]:
    job = f'job="{STATE_JOB}"'
    used = f'sum(rate(container_cpu_usage_seconds_total{{job="{CONTAINERS_JOB}",container!=""}}[5m]))'
    memory = f'sum(container_memory_working_set_bytes{{job="{CONTAINERS_JOB}",container!=""}})'

    def part(of: str, resource: str) -> str:
        return f'{of} / sum(kube_node_status_allocatable{{{job},resource="{resource}"}})'

    def requested(resource: str) -> str:
        return part(f'sum(kube_pod_container_resource_requests{{{job},resource="{resource}"}})', resource)

    return (
        graph(
            "Nodes",
            "short",
            (f"count(kube_node_info{{{job}}})", "all"),
            (f'sum(kube_node_status_condition{{{job},condition="Ready",status="true"}})', "ready"),
        ),
        graph("Pods by phase", "short", (f"sum by (phase) (kube_pod_status_phase{{{job}}})", "{{phase}}")),
        graph("CPU, of what nodes have", "percentunit", (requested("cpu"), "requested"), (part(used, "cpu"), "used")),
        graph(
            "Memory, of what nodes have",
            "percentunit",
            (requested("memory"), "requested"),
            (part(memory, "memory"), "used"),
        ),
        graph(
            "Pods that are missing",
            "short",
            (
                f"sum by (namespace) (kube_deployment_status_replicas_unavailable{{{job}}}) > 0",
                "{{namespace}}",
            ),
        ),
        graph(
            "Restarts in an hour",
            "short",
            (
                f"sum by (namespace) (increase(kube_pod_container_status_restarts_total{{{job}}}[1h])) > 0",
                "{{namespace}}",
            ),
        ),
    )


def _cost(region: str, log_groups: Sequence[str]) -> tuple[Panel, ...]:
    """What the bill says (of the whole account, by service, once the account lets CloudWatch have it), and what
    drives it."""
    job = f'job="{STATE_JOB}"'
    namespaces = f'sum by (namespace) (kube_pod_container_resource_requests{{{job},resource="%s"}})'
    return (
        aws_graph(
            "Bill of the month so far, by service",
            "currencyUSD",
            "AWS/Billing EstimatedCharges",
            "Maximum",
            CDN_REGION,
            ("Currency", "USD"),
        ),
        graph("Nodes", "short", (f"count(kube_node_info{{{job}}})", "nodes")),
        graph("CPU requested, by namespace", "short", (f"topk(15, {namespaces % 'cpu'})", "{{namespace}}")),
        graph("Memory requested, by namespace", "bytes", (f"topk(15, {namespaces % 'memory'})", "{{namespace}}")),
        aws_graph("Logs taken in", "bytes", "AWS/Logs IncomingBytes", "Sum", region, names=log_groups),
        aws_graph("Through NAT", "bytes", "AWS/NATGateway BytesOutToDestination", "Sum", region),
        aws_graph(
            "Out of the CDN",
            "bytes",
            "AWS/CloudFront BytesDownloaded",
            "Sum",
            CDN_REGION,
            ("Region", "Global"),
        ),
        graph("Series scraped", "short", ("sum by (job) (scrape_samples_post_metric_relabeling)", "{{job}}")),
    )
