"""Short ways to say a graph."""

from planning.watch.dashboard import AwsQuery, Panel, Query

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
    limit: float | None = None,
) -> Panel:
    """Of CloudWatch. metric: with its namespace, `AWS/RDS CPUUtilization`."""
    namespace, _, name = metric.partition(" ")
    query = AwsQuery(
        namespace=namespace, metric=name, statistic=statistic, by=_DIMENSIONS[namespace], region=region, where=where
    )
    return Panel(title=title, unit=unit, queries=(query,), limit=limit)
