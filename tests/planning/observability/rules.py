"""The rules of a region with one plugin, and series of an hour in which all is well."""

from collections.abc import Mapping

from planning.observability.alerts.alert import RuleGroup
from planning.observability.alerts.burn_rate import objective_rules
from planning.observability.alerts.objective import ObjectivePlan
from planning.observability.alerts.platform import platform_rules

PLUGIN = "my-wallet"
OBJECTIVE = ObjectivePlan(availability_percent=99.9, latency_ms=500, latency_percent=99.0)
CONNECTIONS = 1_000
TIMED, STREAMS = "httproute/plugin-my-wallet/my-wallet/rule/0", "httproute/plugin-my-wallet/my-wallet/rule/1"

ENVOY, POOLER, STATE = 'job="envoy"', 'job="pgbouncer"', 'job="kube-state-metrics"'
OWN = f'{STATE},namespace="plugin-my-wallet"'
POOL = f'{POOLER},shard="0",user="my_wallet_app",database="my_wallet"'


def groups() -> tuple[RuleGroup, ...]:
    """All of them."""
    return (*platform_rules(connections=CONNECTIONS), objective_rules(PLUGIN, OBJECTIVE, (0,)))


def answered(code: int, each_minute: str, cluster: str = TIMED) -> dict[str, str]:
    """Requests with answers of a class, at the plugin and at the gateway."""
    kind = f'envoy_response_code_class="{code}"'
    return {
        f'envoy_cluster_upstream_rq_xx{{{ENVOY},{kind},envoy_cluster_name="{cluster}"}}': each_minute,
        f"envoy_http_downstream_rq_xx{{{ENVOY},{kind}}}": each_minute,
    }


def timed(within: str, all_: str, cluster: str = TIMED) -> dict[str, str]:
    """How many were answered within the promised time."""
    name = f'{ENVOY},envoy_cluster_name="{cluster}"'
    return {
        f'envoy_cluster_upstream_rq_time_bucket{{{name},le="500"}}': within,
        f'envoy_cluster_upstream_rq_time_bucket{{{name},le="+Inf"}}': all_,
        f"envoy_cluster_upstream_rq_time_count{{{name}}}": all_,
    }


def pods(available: str, unavailable: str) -> dict[str, str]:
    """Of the plugin's Deployment."""
    name = f'{OWN},deployment="my-wallet"'
    return {
        f"kube_deployment_status_replicas_available{{{name}}}": available,
        f"kube_deployment_status_replicas_unavailable{{{name}}}": unavailable,
    }


def waiting(clients: str, longest: str) -> dict[str, str]:
    """Clients of the plugin's pool."""
    return {
        f"pgbouncer_pools_client_waiting_connections{{{POOL}}}": clients,
        f"pgbouncer_pools_client_maxwait_seconds{{{POOL}}}": longest,
    }


def well(minutes: int = 60) -> dict[str, str]:
    """Every series that a rule asks for, as it is when nothing is wrong."""
    steady, much = f"x{minutes}", f"0+6000x{minutes}"
    autoscaler = f'{OWN},horizontalpodautoscaler="my-wallet"'
    return {
        **_scraped(minutes),
        **answered(2, much),
        **timed(much, much),
        # A stream lives for minutes, and is no slow answer.
        **answered(1, f"0+1{steady}", STREAMS),
        **timed(f"0{steady}", f"0+60{steady}", STREAMS),
        **pods(f"5{steady}", f"0{steady}"),
        **waiting(f"0{steady}", f"0{steady}"),
        f'kube_deployment_spec_replicas{{{OWN},deployment="my-wallet"}}': f"5{steady}",
        f"kube_horizontalpodautoscaler_status_current_replicas{{{autoscaler}}}": f"5{steady}",
        f"kube_horizontalpodautoscaler_spec_max_replicas{{{autoscaler}}}": f"10{steady}",
        f"kube_horizontalpodautoscaler_status_condition{{{_condition('false')}}}": f"0{steady}",
        f"kube_horizontalpodautoscaler_status_condition{{{_condition('true')}}}": f"1{steady}",
        f'kube_job_failed{{{OWN},job_name="migrate",condition="true"}}': f"0{steady}",
        f'kube_configmap_created{{{OWN},configmap="secrets-0a1b2c3d"}}': f"0{steady}",
        f"envoy_server_days_until_first_cert_expiring{{{ENVOY}}}": f"4000{steady}",
        f'envoy_cluster_ratelimit_failure_mode_allowed{{{ENVOY},envoy_cluster_name="{TIMED}"}}': f"0{steady}",
        f'pgbouncer_up{{{POOLER},shard="0"}}': f"1{steady}",
        **{
            f"pgbouncer_pools_server_{state}_connections{{{POOL}}}": f"100{steady}"
            for state in ("active", "idle", "used", "testing", "login")
        },
        # Readers' connections are to replicas, and not of this budget.
        f'pgbouncer_pools_server_active_connections{{{POOLER},shard="0",database="my_wallet_ro"}}': f"900{steady}",
    }


def _scraped(minutes: int) -> Mapping[str, str]:
    jobs = ("envoy", "ratelimit", "pgbouncer", "kube-state-metrics", "containers")
    return {f'up{{job="{job}",instance="{number}"}}': f"1x{minutes}" for job in jobs for number in range(3)}


def _condition(status: str) -> str:
    return f'{OWN},horizontalpodautoscaler="my-wallet",condition="ScalingActive",status="{status}"'
