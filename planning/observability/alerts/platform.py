"""Alerts on what all plugins stand on: gateway, limiter, poolers, pods, autoscalers, Jobs, secrets, monitoring."""

from collections.abc import Sequence

from planning.observability.alerts.alert import Alert, RuleGroup, Severity
from planning.observability.metrics.queue_depth import GATEWAY_JOB
from planning.observability.metrics.series import JOBS, POOLER_JOB, STATE_JOB

OURS = 'namespace=~"plugin-.+|naap-.+"'
"""Namespaces that this program makes."""

BUDGET_PART = 0.8
CERTIFICATE_DAYS = 30
SECRET_DAYS = 180
SECRETS_MARK = "secrets-"
"""Start of the names of the marks that a plugin's secrets leave (planning/observability/plugin_monitoring.py)."""

_SERVER_STATES = ("active", "idle", "used", "testing", "login")
_DAY_SECONDS = 86_400


def platform_rules(*, connections: int) -> tuple[RuleGroup, ...]:
    """Of one region. connections: to one shard's primary that this region's poolers may open."""
    return (
        RuleGroup(name="gateway", rules=_gateway()),
        RuleGroup(name="poolers", rules=_poolers(connections)),
        RuleGroup(name="workloads", rules=_workloads()),
        RuleGroup(name="watch", rules=_monitoring(JOBS)),
    )


def open_connections(selector: str = "") -> str:
    """PromQL: connections to primaries, in every state, by shard. Aliases of readers go to replicas."""
    stated = ",".join([f'job="{POOLER_JOB}"', 'database!~".+_ro"', *([selector] if selector else [])])
    return " + ".join(
        f"sum by (shard) (pgbouncer_pools_server_{state}_connections{{{stated}}})" for state in _SERVER_STATES
    )


def _gateway() -> tuple[Alert, ...]:
    job = f'job="{GATEWAY_JOB}"'
    failed = f'sum(rate(envoy_http_downstream_rq_xx{{{job},envoy_response_code_class="5"}}[5m]))'
    all_ = f"sum(rate(envoy_http_downstream_rq_xx{{{job}}}[5m]))"
    return (
        Alert(
            name="GatewayFails",
            expression=f"{failed} / {all_} > 0.05",
            minutes=5,
            severity=Severity.PAGE,
            runbook="gateway-errors",
            summary="More than one request in twenty of all plugins together is answered 5xx.",
        ),
        Alert(
            name="LimiterFailsOpen",
            expression=f"sum(rate(envoy_cluster_ratelimit_failure_mode_allowed{{{job}}}[5m])) > 0",
            minutes=2,
            severity=Severity.PAGE,
            runbook="limiter-fails-open",
            summary="Requests pass uncounted: the limit service or its cache doesn't answer in time.",
        ),
        Alert(
            name="GatewayCertificateEnds",
            expression=f"min(envoy_server_days_until_first_cert_expiring{{{job}}}) < {CERTIFICATE_DAYS}",
            minutes=60,
            severity=Severity.TICKET,
            runbook="gateway-certificate",
            summary="A certificate that the gateway's proxies hold ends in {{ $value }} days.",
        ),
    )


def _poolers(connections: int) -> tuple[Alert, ...]:
    job = f'job="{POOLER_JOB}"'
    return (
        Alert(
            name="PoolerClientsWait",
            expression=f"sum by (shard, database) (pgbouncer_pools_client_waiting_connections{{{job}}}) > 0"
            f" and max by (shard, database) (pgbouncer_pools_client_maxwait_seconds{{{job}}}) > 1",
            minutes=2,
            severity=Severity.PAGE,
            runbook="pooler-clients-wait",
            summary="Clients of {{ $labels.database }} wait for a connection to shard {{ $labels.shard }}: "
            "the pool is full, or the database is gone.",
        ),
        Alert(
            name="PoolerSilent",
            expression=f"pgbouncer_up{{{job}}} == 0",
            minutes=2,
            severity=Severity.PAGE,
            runbook="pooler-silent",
            summary="A pooler of shard {{ $labels.shard }} doesn't answer its own console.",
        ),
        Alert(
            name="ConnectionBudgetNearlySpent",
            expression=f"({open_connections()}) > {round(BUDGET_PART * connections)}",
            minutes=10,
            severity=Severity.TICKET,
            runbook="connection-budget",
            summary="Poolers hold {{ $value }} connections to shard {{ $labels.shard }}: above 80 % of the "
            f"{connections} that they may.",
        ),
    )


def _workloads() -> tuple[Alert, ...]:
    job = f'job="{STATE_JOB}",{OURS}'
    own, deployment = "{{ $labels.namespace }}", "{{ $labels.deployment }}"
    autoscaler = "{{ $labels.horizontalpodautoscaler }}"
    scaled = "kube_horizontalpodautoscaler"

    return (
        Alert(
            name="NoPodReady",
            expression=f"kube_deployment_status_replicas_available{{{job}}} == 0"
            f" and kube_deployment_spec_replicas{{{job}}} > 0",
            minutes=2,
            severity=Severity.PAGE,
            runbook="no-pod-ready",
            summary=f"{deployment} in {own} has no pod that is ready.",
        ),
        _ticket(
            "PodsNotReady",
            "pods-not-ready",
            15,
            f"kube_deployment_status_replicas_unavailable{{{job}}} > 0",
            f"{deployment} in {own} lacks {{{{ $value }}}} ready pods.",
        ),
        _ticket(
            "AutoscalerAtMaximum",
            "autoscaler-at-maximum",
            15,
            # A singleton is at its one pod for good.
            f"{scaled}_status_current_replicas{{{job}}} >= {scaled}_spec_max_replicas{{{job}}} > 1",
            f"{autoscaler} in {own} can't add pods: it is at its maximum.",
        ),
        _ticket(
            "AutoscalerBlind",
            "autoscaler-blind",
            10,
            f'{scaled}_status_condition{{{job},condition="ScalingActive",status="false"}} == 1',
            f"{autoscaler} in {own} can't read a metric, and so doesn't scale.",
        ),
        _ticket(
            "JobFailed",
            "job-failed",
            1,
            f'kube_job_failed{{{job},condition="true"}} == 1',
            f"Job {{{{ $labels.job_name }}}} in {own} failed for good.",
        ),
        _ticket(
            "SecretsOld",
            "secrets-old",
            60,
            f'time() - min by (namespace) (kube_configmap_created{{{job},configmap=~"{SECRETS_MARK}.+"}})'
            f" > {SECRET_DAYS * _DAY_SECONDS}",
            f"Passwords of {own} are older than {SECRET_DAYS} days.",
        ),
    )


def _ticket(name: str, runbook: str, minutes: int, expression: str, summary: str) -> Alert:
    return Alert(
        name=name, expression=expression, minutes=minutes, severity=Severity.TICKET, runbook=runbook, summary=summary
    )


def _monitoring(jobs: Sequence[str]) -> tuple[Alert, ...]:
    """Monitoring itself: what isn't scraped can't alert, and silence looks like health."""
    return (
        *(
            Alert(
                name="SeriesMissing",
                expression=f'absent(up{{job="{job}"}} == 1)',
                minutes=10,
                severity=Severity.PAGE if job == GATEWAY_JOB else Severity.TICKET,
                runbook="series-missing",
                summary=f"Nothing of {job} is scraped: its alerts and dashboards are blind.",
                labels={"job": job},
            )
            for job in jobs
        ),
        Alert(
            name="TargetDown",
            expression="sum by (job) (up == bool 0) / count by (job) (up) > 0.2",
            minutes=15,
            severity=Severity.TICKET,
            runbook="target-down",
            summary="More than a fifth of what {{ $labels.job }} scrapes doesn't answer.",
        ),
    )
