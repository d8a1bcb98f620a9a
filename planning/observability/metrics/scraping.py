"""From where series are scraped, and which are kept."""

from collections.abc import Sequence
from typing import Any

from planning.database.pooler import METRICS_PORT as POOLER_METRICS_PORT
from planning.database.pooler import metrics_service
from planning.gateway.gateway import LIMITER_METRICS_SERVICE, METRICS_PORT, METRICS_SERVICE
from planning.gateway.gateway import NAMESPACE as GATEWAY_NAMESPACE
from planning.observability.metrics.queue_depth import GATEWAY_JOB
from planning.observability.metrics.series import CONTAINERS_JOB, KEPT, LIMITER_JOB, POOLER_JOB, STATE_JOB
from planning.shared.naming import SYSTEM_NAMESPACES
from planning.shared.pods import TOKEN_FOLDER

SECONDS = 15
"""As often as the autoscaler looks."""

STATE_METRICS_SERVICE = "kube-state-metrics"
STATE_METRICS_PORT = 8080
KUBELET_PORT = 10250


def scraping(cluster: str, shards: int) -> dict[str, Any]:
    """Prometheus' scrape configuration. Pods are found by the addresses behind headless Services, which takes no right
    to the Kubernetes API; only nodes are asked for there, as no name stands for them.

    Every collector scrapes everything; the workspace keeps one of them by the label that names the replica.
    """
    here = SYSTEM_NAMESPACES["observability"]
    poolers = [_host(metrics_service(shard), SYSTEM_NAMESPACES["pooler"]) for shard in range(shards)]
    return {
        "global": {
            "scrape_interval": f"{SECONDS}s",
            "external_labels": {"cluster": cluster, "__replica__": "${env:POD_NAME}"},
        },
        "scrape_configs": [
            _named(GATEWAY_JOB, [_host(METRICS_SERVICE, GATEWAY_NAMESPACE)], METRICS_PORT, path="/stats/prometheus"),
            _named(LIMITER_JOB, [_host(LIMITER_METRICS_SERVICE, GATEWAY_NAMESPACE)], METRICS_PORT),
            {
                **_named(POOLER_JOB, poolers, POOLER_METRICS_PORT),
                "relabel_configs": [
                    {
                        "source_labels": ["__meta_dns_name"],
                        "regex": r"pooler-(\d+)-.*",
                        "target_label": "shard",
                        "replacement": "$$1",
                    }
                ],
            },
            _named(STATE_JOB, [_host(STATE_METRICS_SERVICE, here)], STATE_METRICS_PORT),
            _containers(),
        ],
    }


def _host(service: str, namespace: str) -> str:
    return f"{service}.{namespace}.svc.cluster.local"


def _named(job: str, names: Sequence[str], port: int, *, path: str = "/metrics") -> dict[str, Any]:
    return {
        "job_name": job,
        "metrics_path": path,
        "dns_sd_configs": [{"names": list(names), "type": "A", "port": port, "refresh_interval": "15s"}],
        "metric_relabel_configs": [_keep(job)],
    }


def _containers() -> dict[str, Any]:
    """What every kubelet counts of its containers, asked for directly: the way through the API server would take the
    right to use every kubelet's other functions as well."""
    return {
        "job_name": CONTAINERS_JOB,
        "scheme": "https",
        "metrics_path": "/metrics/cadvisor",
        "authorization": {"credentials_file": f"{TOKEN_FOLDER}/token"},
        "tls_config": {"ca_file": f"{TOKEN_FOLDER}/ca.crt"},
        "kubernetes_sd_configs": [{"role": "node"}],
        "metric_relabel_configs": [_keep(CONTAINERS_JOB)],
    }


def _keep(job: str) -> dict[str, Any]:
    return {"source_labels": ["__name__"], "regex": "|".join(KEPT[job]), "action": "keep"}
