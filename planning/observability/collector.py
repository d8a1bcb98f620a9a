"""What the telemetry collector of a region does: takes what services and gateway send, scrapes what has series, signs,
and hands all of it to AWS."""

from typing import Any

from planning.gateway.gateway import TRACE_TAGS
from planning.observability.metrics.scraping import scraping
from planning.observability.observability import ObservabilityPlan
from planning.shared.ports import OTLP_GRPC_PORT, OTLP_PORT

HEALTH_PORT = 13133
REMOTE_WRITE = "${env:REMOTE_WRITE_URL}"
"""Of the Prometheus workspace; known only once AWS has made it."""

MAY_HOLD_SECRETS = ("url.query", "url.full", "http.url", "http.target", "db.connection_string")
"""What spans say of an address beyond its path: clients put tokens there."""


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
    exporters: dict[str, Any] = {
        # Sampled where traces begin; by what is indexed, a trace is found.
        "awsxray": {"region": plan.region, "index_all_attributes": False, "indexed_attributes": list(TRACE_TAGS)}
    }
    extensions: dict[str, Any] = {"health_check": {"endpoint": f"0.0.0.0:{HEALTH_PORT}"}}
    processing = ["memory_limiter", "attributes/quiet", "batch"]
    pipelines: dict[str, Any] = {"traces": {"receivers": ["otlp"], "processors": processing, "exporters": ["awsxray"]}}
    if plan.metrics:
        receivers["prometheus"] = {"config": scraping(plan.cluster, plan.shards)}
        extensions["sigv4auth"] = {"region": plan.region, "service": "aps"}
        # Apart, up to the requests that they are sent in: the workspace judges a whole request by its first series, and
        # drops it where that is of a replica that it doesn't listen to. What is pushed comes to one replica only.
        for way, receiver in (("pushed", "otlp"), ("scraped", "prometheus")):
            exporters[f"prometheusremotewrite/{way}"] = {
                "endpoint": REMOTE_WRITE,
                "auth": {"authenticator": "sigv4auth"},
                # Else counters that don't end in _total, which is all of Envoy's, would get another name on their way.
                "add_metric_suffixes": False,
                "target_info": {"enabled": False},
            }
            pipelines[f"metrics/{way}"] = {
                "receivers": [receiver],
                "processors": ["memory_limiter", "batch"],
                "exporters": [f"prometheusremotewrite/{way}"],
            }
    return {
        "extensions": extensions,
        "receivers": receivers,
        "processors": {
            "memory_limiter": {"check_interval": "1s", "limit_percentage": 75, "spike_limit_percentage": 20},
            "attributes/quiet": {"actions": [{"key": key, "action": "delete"} for key in MAY_HOLD_SECRETS]},
            "batch": {"timeout": "5s", "send_batch_size": 1000},
        },
        "exporters": exporters,
        "service": {"extensions": sorted(extensions), "pipelines": pipelines},
    }
