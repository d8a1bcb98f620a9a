"""Dashboards in plain terms, and as Grafana reads them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

METRICS = {"type": "prometheus", "uid": "metrics"}
AWS = {"type": "cloudwatch", "uid": "aws"}
"""Grafana's two sources (planning/observability/dashboards/grafana.py)."""

SCHEMA_VERSION = 39
_WIDTH = 12
_HEIGHT = 8
_COLUMNS = 24


@dataclass(frozen=True, kw_only=True)
class Named:
    """Things of this stack, in one region, by the names under which CloudWatch measures them."""

    databases: tuple[str, ...] = ()
    caches: tuple[str, ...] = ()
    log_groups: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Query:
    """PromQL. legend: of its lines, with {{label}} filled in."""

    expression: str
    legend: str


@dataclass(frozen=True, kw_only=True)
class AwsQuery:
    """A metric of CloudWatch. Each of the names, values of `by`, is a line of its own; none: all of the account."""

    namespace: str
    metric: str
    statistic: str
    by: str
    names: tuple[str, ...]
    region: str
    where: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Panel:
    """A graph. unit: as Grafana names it. limit: where a line is drawn, None: nowhere."""

    title: str
    unit: str
    queries: tuple[Query | AwsQuery, ...]
    limit: float | None = None


@dataclass(frozen=True, kw_only=True)
class Dashboard:
    """name: of its file and of its address, at most 40 characters for the latter. panels: two in a row."""

    name: str
    title: str
    tags: tuple[str, ...]
    panels: tuple[Panel, ...]

    @property
    def file_name(self) -> str:
        """In the folder that Grafana reads."""
        return f"{self.name}.json"

    def text(self) -> str:
        """Grafana's JSON."""
        return json.dumps(
            {
                "uid": self.name,
                "title": self.title,
                "tags": list(self.tags),
                "editable": False,
                "graphTooltip": 1,
                "refresh": "1m",
                "schemaVersion": SCHEMA_VERSION,
                "time": {"from": "now-3h", "to": "now"},
                "timezone": "utc",
                "panels": [_panel(number, panel) for number, panel in enumerate(self.panels)],
            },
            sort_keys=True,
        )


def _panel(number: int, panel: Panel) -> dict[str, Any]:
    per_row = _COLUMNS // _WIDTH
    steps: list[dict[str, Any]] = [{"color": "green", "value": None}]
    if panel.limit is not None:
        steps.append({"color": "red", "value": panel.limit})
    return {
        "id": number + 1,
        "type": "timeseries",
        "title": panel.title,
        "datasource": METRICS if isinstance(panel.queries[0], Query) else AWS,
        "gridPos": {
            "x": number % per_row * _WIDTH,
            "y": number // per_row * _HEIGHT,
            "w": _WIDTH,
            "h": _HEIGHT,
        },
        "fieldConfig": {
            "defaults": {
                "unit": panel.unit,
                "min": 0,
                "custom": {"thresholdsStyle": {"mode": "off" if panel.limit is None else "line"}},
                "thresholds": {"mode": "absolute", "steps": steps},
            },
            "overrides": [],
        },
        "options": {
            "legend": {"displayMode": "list", "placement": "bottom", "showLegend": True},
            "tooltip": {"mode": "multi"},
        },
        "targets": [_target(chr(ord("A") + index), query) for index, query in enumerate(panel.queries)],
    }


def _target(letter: str, query: Query | AwsQuery) -> dict[str, Any]:
    if isinstance(query, Query):
        return {
            "refId": letter,
            "datasource": METRICS,
            "expr": query.expression,
            "legendFormat": query.legend,
            "range": True,
        }
    where = dict(query.where)
    return {
        "refId": letter,
        "datasource": AWS,
        "queryMode": "Metrics",
        "metricQueryType": 0,
        "metricEditorMode": 0,
        "namespace": query.namespace,
        "metricName": query.metric,
        "statistic": query.statistic,
        "region": query.region,
        "period": "auto",
        # Else metrics with more dimensions than these come too: each of them again, by node, by table, by zone.
        "matchExact": True,
        "dimensions": {query.by: list(query.names) or ["*"], **{name: [value] for name, value in where.items()}},
        "label": f"${{PROP('Dim.{query.by}')}}",
    }


NAMES_A_QUERY = 20
"""Grafana makes one search of them, and CloudWatch takes searches of 1,024 characters."""

_DIMENSIONS = {
    "AWS/Billing": "ServiceName",
    "AWS/CloudFront": "DistributionId",
    "AWS/ElastiCache": "CacheClusterId",
    "AWS/Logs": "LogGroupName",
    "AWS/NATGateway": "NatGatewayId",
    "AWS/RDS": "DBInstanceIdentifier",
}
"""By which each service's things are told apart."""


def graph(title: str, unit: str, *queries: tuple[str, str], limit: float | None = None) -> Panel:
    """Of series. queries: PromQL, and the legend of its lines."""
    return Panel(
        title=title,
        unit=unit,
        limit=limit,
        queries=tuple(Query(expression=expression, legend=legend) for expression, legend in queries),
    )


def aws_graph(
    title: str,
    unit: str,
    metric: str,
    statistic: str,
    region: str,
    *where: tuple[str, str],
    names: Sequence[str] = (),
    limit: float | None = None,
) -> Panel:
    """Of CloudWatch. metric: with its namespace, `AWS/RDS CPUUtilization`. names: of this stack's things; none: the
    plan doesn't know them, all of the account are shown, and the title says so.
    """
    namespace, _, name = metric.partition(" ")
    return Panel(
        title=title if names else f"{title} (account)",
        unit=unit,
        queries=tuple(
            AwsQuery(
                namespace=namespace,
                metric=name,
                statistic=statistic,
                by=_DIMENSIONS[namespace],
                names=tuple(some),
                region=region,
                where=where,
            )
            for some in batched(names, NAMES_A_QUERY)
        ),
        limit=limit,
    )


def batched(names: Sequence[str], size: int) -> list[Sequence[str]]:
    """So many at a time; an empty batch where there are none."""
    return [names[start : start + size] for start in range(0, max(1, len(names)), size)]
