"""What the roles of observability may do, and who publishes alarms. workspace: of Amazon Managed Prometheus."""

from collections.abc import Sequence

from planning.shared.iam import Statement, policy_document

ALARM_SERVICES = (
    "cloudwatch.amazonaws.com",
    "events.rds.amazonaws.com",
    "budgets.amazonaws.com",
    "aps.amazonaws.com",
)
"""Who publishes alarms."""


def alarm_topic_policy(topic: str, account: str) -> str:
    """AWS's own services publish, for this account only; reading it is a matter of IAM."""
    return policy_document(
        {
            "Sid": "AlarmsOfThisAccount",
            "Effect": "Allow",
            "Principal": {"Service": ALARM_SERVICES},
            "Action": ["sns:Publish", "sns:GetTopicAttributes"],
            "Resource": topic,
            "Condition": {"StringEquals": {"aws:SourceAccount": account}},
        }
    )


def log_writer_policy(groups: Sequence[str]) -> str:
    """Writing to these groups only; making groups is left out, so that none without an end comes to be."""
    return policy_document(
        {
            "Effect": "Allow",
            "Action": ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
            "Resource": [f"{group}:*" for group in groups],
        },
        {"Effect": "Allow", "Action": "logs:DescribeLogGroups", "Resource": "*"},
    )


def event_log_policy(group: str, account: str) -> str:
    """EventBridge's rules of this account write to this log group: by its own policy, as they take no role for it."""
    return policy_document(
        {
            "Sid": "EventsOfThisAccount",
            "Effect": "Allow",
            "Principal": {"Service": ["events.amazonaws.com", "delivery.logs.amazonaws.com"]},
            "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
            "Resource": f"{group}:*",
            "Condition": {"StringEquals": {"aws:SourceAccount": account}},
        }
    )


def collector_policy(workspace: str | None) -> str:
    """X-Ray knows no resources of which to name one. workspace: None in tiers without series."""
    traces = {
        "Effect": "Allow",
        "Action": ["xray:PutTraceSegments", "xray:PutTelemetryRecords"],
        "Resource": "*",
    }
    series = {"Effect": "Allow", "Action": "aps:RemoteWrite", "Resource": workspace}
    return policy_document(traces, *([series] if workspace else []))


def query_policy(workspace: str) -> str:
    """Asking for series."""
    return policy_document(_query(workspace))


def dashboards_policy(workspace: str) -> str:
    """Asking for series, and CloudWatch, which knows no resources of which to name one."""
    read = ["cloudwatch:GetMetricData", "cloudwatch:ListMetrics"]
    return policy_document(_query(workspace), {"Effect": "Allow", "Action": read, "Resource": "*"})


def _query(workspace: str) -> Statement:
    actions = ["aps:QueryMetrics", "aps:GetMetricMetadata", "aps:GetLabels", "aps:GetSeries"]
    return {"Effect": "Allow", "Action": actions, "Resource": workspace}
