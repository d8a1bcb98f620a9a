"""What the telemetry collector of a region does: takes what services and gateway send, scrapes the gateway, signs, and
hands all of it to AWS."""

from typing import Any

from planning.environment import OTLP_PORT
from planning.gateway import METRICS_PORT, METRICS_SERVICE
from planning.gateway import NAMESPACE as GATEWAY_NAMESPACE
from planning.observability import OTLP_GRPC_PORT, SCRAPE_SECONDS, ObservabilityPlan
from planning.queue_metric import GATEWAY_JOB

HEALTH_PORT = 13133
REMOTE_WRITE = "${env:REMOTE_WRITE_URL}"
"""Of the Prometheus workspace; known only once AWS has made it."""

_KEPT = "envoy_(cluster_(upstream_(cx|rq)|ratelimit|circuit|outlier)|http_(downstream|local)|server).*"
"""Of the gateway's some thousand series a plugin, those that someone looks at."""


def collector_config(plan: ObservabilityPlan) -> dict[str, Any]:
    """The collector's configuration. Memory is bounded first, and what it can't take is refused, not lost later."""
    receivers: dict[str, Any] = {
        "otlp": {
            "protocols": {
                "http": {"endpoint": f"0.0.0.0:{OTLP_PORT}"},
                "grpc": {"endpoint": f"0.0.0.0:{OTLP_GRPC_PORT}"},
            }
        }
    }
    exporters: dict[str, Any] = {"awsxray": {"region": plan.region, "index_all_attributes": False}}
    extensions: dict[str, Any] = {"health_check": {"endpoint": f"0.0.0.0:{HEALTH_PORT}"}}
    processing = ["memory_limiter", "batch"]
    pipelines: dict[str, Any] = {"traces": {"receivers": ["otlp"], "processors": processing, "exporters": ["awsxray"]}}
    if plan.metrics:
        receivers["prometheus"] = {"config": _scraping(plan)}
        extensions["sigv4auth"] = {"region": plan.region, "service": "aps"}
        exporters["prometheusremotewrite"] = {"endpoint": REMOTE_WRITE, "auth": {"authenticator": "sigv4auth"}}
        pipelines["metrics"] = {
            "receivers": ["otlp", "prometheus"],
            "processors": processing,
            "exporters": ["prometheusremotewrite"],
        }
    return {
        "extensions": extensions,
        "receivers": receivers,
        "processors": {
            "memory_limiter": {"check_interval": "1s", "limit_percentage": 75, "spike_limit_percentage": 20},
            "batch": {"timeout": "5s", "send_batch_size": 1000},
        },
        "exporters": exporters,
        "service": {"extensions": sorted(extensions), "pipelines": pipelines},
    }


def _scraping(plan: ObservabilityPlan) -> dict[str, Any]:
    """The proxies by the addresses behind their headless Service, which needs no right to the Kubernetes API.

    Every collector scrapes every proxy; the workspace keeps one of them by the label that names the replica.
    """
    return {
        "global": {
            "scrape_interval": f"{SCRAPE_SECONDS}s",
            "external_labels": {"cluster": plan.cluster, "__replica__": "${env:POD_NAME}"},
        },
        "scrape_configs": [
            {
                "job_name": GATEWAY_JOB,
                "metrics_path": "/stats/prometheus",
                "dns_sd_configs": [
                    {
                        "names": [f"{METRICS_SERVICE}.{GATEWAY_NAMESPACE}.svc.cluster.local"],
                        "type": "A",
                        "port": METRICS_PORT,
                        "refresh_interval": "15s",
                    }
                ],
                "metric_relabel_configs": [{"source_labels": ["__name__"], "regex": _KEPT, "action": "keep"}],
            }
        ],
    }
