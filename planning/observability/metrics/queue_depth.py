"""How many requests of a plugin are in flight or waiting: the one series that autoscaling, dashboards and alerts share.

No service of the platform exposes metrics of its own; the gateway counts for all of them.
"""

from collections.abc import Mapping
from enum import StrEnum

from planning.shared.naming import namespace

METRIC = "queue-depth"
"""Name of the External metric in a HorizontalPodAutoscaler."""

METRIC_SELECTOR: Mapping[str, str] = {"type": "prometheus"}
"""Selector of the External metric: tells the adapter which of its collectors answers."""

QUERY_ANNOTATION = f"metric-config.external.{METRIC}.prometheus/query"
"""Annotation of the HorizontalPodAutoscaler in which the adapter looks for the query."""

GATEWAY_JOB = "envoy"
"""Scrape job of the gateway's proxies."""


class Track(StrEnum):
    """Whose pods of a plugin answer."""

    STABLE = "stable"
    CANARY = "canary"


_UPSTREAMS = {None: "(/backend/[0-9]+)?", Track.STABLE: "(/backend/0)?", Track.CANARY: "/backend/1"}
"""Of a rule, one for each of its backends; where none has a filter, one for all of them."""


def upstream_clusters(plugin: str, rules: str = "[0-9]+", track: Track | None = None) -> str:
    """Regular expression over the names that Envoy gives to the upstreams of a plugin's route, one or two a rule.

    rules: expression over the numbers of the rules; all of them unless stated. track: whose; None: both.
    """
    return f"httproute/{namespace(plugin)}/{plugin}/rule/{rules}{_UPSTREAMS[track]}"


def queue_depth(plugin: str, track: Track = Track.STABLE) -> str:
    """PromQL: requests of the plugin that a pod works on, or that wait for one, over all proxies.

    Envoy makes the series of an upstream with its first request, so a plugin nobody called yet has none: that is 0
    as long as some proxy is scraped. With no proxy scraped there is no answer, and the autoscaler keeps what it has.
    """
    series = f'{{job="{GATEWAY_JOB}",envoy_cluster_name=~"{upstream_clusters(plugin, track=track)}"}}'
    active = f"sum(envoy_cluster_upstream_rq_active{series})"
    waiting = f"sum(envoy_cluster_upstream_rq_pending_active{series})"
    return f'({active} + {waiting}) or 0 * count(up{{job="{GATEWAY_JOB}"}} == 1)'
