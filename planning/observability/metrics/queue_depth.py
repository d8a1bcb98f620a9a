"""How many requests of a plugin are in flight or waiting: the one series that autoscaling, dashboards and alerts share.

No service of the platform exposes metrics of its own; the gateway counts for all of them.
"""

from collections.abc import Mapping

from planning.shared.naming import namespace

METRIC = "queue-depth"
"""Name of the External metric in a HorizontalPodAutoscaler."""

METRIC_SELECTOR: Mapping[str, str] = {"type": "prometheus"}
"""Selector of the External metric: tells the adapter which of its collectors answers."""

QUERY_ANNOTATION = f"metric-config.external.{METRIC}.prometheus/query"
"""Annotation of the HorizontalPodAutoscaler in which the adapter looks for the query."""

GATEWAY_JOB = "envoy"
"""Scrape job of the gateway's proxies."""


def upstream_clusters(plugin: str, rules: str = "[0-9]+") -> str:
    """Regular expression over the names that Envoy gives to the upstreams of a plugin's route, one a rule.

    rules: expression over the numbers of the rules; all of them unless stated.
    """
    return f"httproute/{namespace(plugin)}/{plugin}/rule/{rules}"


def queue_depth(plugin: str) -> str:
    """PromQL: requests of the plugin that a pod works on, or that wait for one, over all proxies.

    Envoy makes the series of an upstream with its first request, so a plugin nobody called yet has none: that is 0
    as long as some proxy is scraped. With no proxy scraped there is no answer, and the autoscaler keeps what it has.
    """
    series = f'{{job="{GATEWAY_JOB}",envoy_cluster_name=~"{upstream_clusters(plugin)}"}}'
    active = f"sum(envoy_cluster_upstream_rq_active{series})"
    waiting = f"sum(envoy_cluster_upstream_rq_pending_active{series})"
    return f'({active} + {waiting}) or 0 * count(up{{job="{GATEWAY_JOB}"}} == 1)'
