"""The series that are kept of what is scraped: what rules, dashboards and autoscalers read, and nothing else.

Every series is paid for, and the gateway alone has some thousand a plugin.
"""

from collections.abc import Mapping

from planning.observability.metrics.queue_depth import GATEWAY_JOB

LIMITER_JOB = "ratelimit"
POOLER_JOB = "pgbouncer"
STATE_JOB = "kube-state-metrics"
CONTAINERS_JOB = "containers"

JOBS = (GATEWAY_JOB, LIMITER_JOB, POOLER_JOB, STATE_JOB, CONTAINERS_JOB)

KEPT: Mapping[str, tuple[str, ...]] = {
    GATEWAY_JOB: (
        "envoy_cluster_circuit_breakers_rq_open",
        "envoy_cluster_ratelimit_error",
        "envoy_cluster_ratelimit_failure_mode_allowed",
        "envoy_cluster_ratelimit_ok",
        "envoy_cluster_ratelimit_over_limit",
        "envoy_cluster_upstream_cx_active",
        "envoy_cluster_upstream_cx_connect_fail",
        "envoy_cluster_upstream_rq_active",
        "envoy_cluster_upstream_rq_pending_active",
        "envoy_cluster_upstream_rq_time_bucket",
        "envoy_cluster_upstream_rq_time_count",
        "envoy_cluster_upstream_rq_time_sum",  # asked for by nobody, but a histogram is taken whole or not at all
        "envoy_cluster_upstream_rq_timeout",
        "envoy_cluster_upstream_rq_xx",
        "envoy_http_downstream_cx_active",
        "envoy_http_downstream_rq_xx",
        "envoy_server_days_until_first_cert_expiring",
        "envoy_server_memory_allocated",
    ),
    LIMITER_JOB: (
        "ratelimit_service_rate_limit_over_limit",
        "ratelimit_service_rate_limit_total_hits",
    ),
    POOLER_JOB: (
        "pgbouncer_pools_client_active_connections",
        "pgbouncer_pools_client_maxwait_seconds",
        "pgbouncer_pools_client_waiting_connections",
        "pgbouncer_pools_server_active_connections",
        "pgbouncer_pools_server_idle_connections",
        "pgbouncer_pools_server_login_connections",
        "pgbouncer_pools_server_testing_connections",
        "pgbouncer_pools_server_used_connections",
        "pgbouncer_stats_totals_client_wait_seconds_total",
        "pgbouncer_stats_totals_queries_pooled_total",
        "pgbouncer_up",
    ),
    STATE_JOB: (
        "kube_configmap_created",
        "kube_deployment_spec_replicas",
        "kube_deployment_status_replicas_available",
        "kube_deployment_status_replicas_unavailable",
        "kube_horizontalpodautoscaler_spec_max_replicas",
        "kube_horizontalpodautoscaler_spec_min_replicas",
        "kube_horizontalpodautoscaler_status_condition",
        "kube_horizontalpodautoscaler_status_current_replicas",
        "kube_job_failed",
        "kube_node_info",
        "kube_node_status_allocatable",
        "kube_node_status_condition",
        "kube_pod_container_resource_limits",
        "kube_pod_container_resource_requests",
        "kube_pod_container_status_restarts_total",
        "kube_pod_status_phase",
    ),
    CONTAINERS_JOB: (
        "container_cpu_cfs_throttled_periods_total",
        "container_cpu_cfs_periods_total",
        "container_cpu_usage_seconds_total",
        "container_memory_working_set_bytes",
    ),
}
"""By scrape job."""
