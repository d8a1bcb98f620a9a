"""Every failure of a stated list is told by an alarm, also when few are there; and a healthy day is told by none."""

from pathlib import Path

import pytest

from planning.observability.alerts.alert import Severity
from tests.build.cloudwatch import Metric, Points, State, evaluate, metrics_of, state
from tests.build.conftest import Built
from tests.build.failures import FAILURES, Failure, Signals, healthy, points
from tests.components.recording import Recorded, of_type

DOCUMENTED = Path(__file__).resolve().parents[1] / "planning" / "observability" / "exposed" / "cloudwatch.txt"
_GUIDES = "https://docs.aws.amazon.com"
PAGES = {
    "AWS/ApplicationELB": f"{_GUIDES}/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html",
    "AWS/CertificateManager": f"{_GUIDES}/acm/latest/userguide/cloudwatch-metrics.html",
    "AWS/CloudFront": f"{_GUIDES}/AmazonCloudFront/latest/DeveloperGuide/programming-cloudwatch-metrics.html",
    "AWS/EKS": f"{_GUIDES}/eks/latest/userguide/cloudwatch.html",
    "AWS/ElastiCache": f"{_GUIDES}/AmazonElastiCache/latest/dg/CacheMetrics.Redis.html",
    "AWS/Events": f"{_GUIDES}/eventbridge/latest/userguide/eb-monitoring.html",
    "AWS/RDS": f"{_GUIDES}/AmazonRDS/latest/UserGuide/rds-metrics.html",
    "AWS/Route53": f"{_GUIDES}/Route53/latest/DeveloperGuide/monitoring-cloudwatch.html",
    "AWS/WAFV2": f"{_GUIDES}/waf/latest/developerguide/waf-metrics.html",
}
"""By namespace: the page that its metrics and dimensions were read from."""

MOST_SECONDS = {"short": 86_400, "long": 7 * 86_400}
"""A day, or where a period is an hour or longer, a week: what periods together may be (PutMetricAlarm)."""


MISSING = ("missing", "ignore", "breaching", "notBreaching")


def alarms(built: Built) -> list[Recorded]:
    """All of an environment."""
    return of_type(built.update.records, "aws:cloudwatch/metricAlarm:MetricAlarm")


def paged(alarm: Recorded) -> bool:
    """Whether it wakes somebody."""
    return str(alarm.inputs["alarmActions"][0]).endswith("-pages")


def fires(alarm: Recorded, seen: Signals, before: Signals, minutes: int) -> bool:
    """Whether it is in alarm, so many minutes after a failure began."""

    def read(metric: Metric, count: int, period: int) -> Points:
        return points(metric, seen, before, minutes=minutes, count=count, period=period)

    return state(alarm.inputs, read) is State.ALARM


def test_every_metric_is_documented_with_exactly_these_dimensions(tier: Built) -> None:
    lines = [line.split() for line in DOCUMENTED.read_text().splitlines() if not line.startswith("#")]
    documented = {(line[0], line[1], frozenset(line[2:])) for line in lines}
    stated = {
        (metric.namespace, metric.name, frozenset(metric.dimensions))
        for alarm in alarms(tier)
        for metric in metrics_of(alarm.inputs)
        if metric.namespace != "naap"
    }

    assert stated - documented == set()
    assert {namespace for namespace, _, _ in stated} <= PAGES.keys()


def test_a_metric_of_cloudfront_and_of_route_53_is_watched_where_it_is_kept(tier: Built) -> None:
    """Both are kept in us-east-1, wherever they are used from."""
    found = [alarm for alarm in alarms(tier) for metric in metrics_of(alarm.inputs) if metric.namespace in EDGES]

    assert {alarm.region for alarm in found} == {"us-east-1"}
    assert {metric.namespace for alarm in found for metric in metrics_of(alarm.inputs)} == EDGES


EDGES = {"AWS/CloudFront", "AWS/Route53", "AWS/WAFV2"}


def test_no_alarm_looks_back_further_than_cloudwatch_allows(tier: Built) -> None:
    for alarm in alarms(tier):
        queries = alarm.inputs.get("metricQueries") or [{"metric": alarm.inputs}]
        period = max(int(query["metric"]["period"]) for query in queries if query.get("metric"))
        most = MOST_SECONDS["long" if period >= 3_600 else "short"]
        assert period * alarm.inputs["evaluationPeriods"] <= most, alarm.name


@pytest.mark.parametrize("share", [1.0, 0.1], ids=["at the peak", "with a tenth of the users"])
@pytest.mark.parametrize("failure", FAILURES, ids=lambda failure: failure.name)
def test_a_failure_is_told(tier: Built, failure: Failure, share: float) -> None:
    if tier.plan.tier.name.value not in failure.tiers:
        pytest.skip("rules over series tell it, or it can't happen here")
    lost = None if failure.lost is None else tier.plan.regions[failure.lost].region
    seen, before = failure.seen(tier.plan, share), healthy(tier.plan, share)
    fired = [alarm for alarm in alarms(tier) if alarm.region != lost and fires(alarm, seen, before, failure.minutes)]
    right = [alarm for alarm in fired if any(alarm.inputs["name"].endswith(f"-{key}") for key in failure.keys)]

    assert right, [alarm.inputs["name"] for alarm in fired]
    assert failure.told is Severity.TICKET or any(map(paged, right))


@pytest.mark.parametrize("share", [1.0, 0.1, 0.0], ids=["at the peak", "with a tenth of the users", "at night"])
def test_a_healthy_day_is_told_by_no_alarm(tier: Built, share: float) -> None:
    day = healthy(tier.plan, share)

    assert [alarm.inputs["name"] for alarm in alarms(tier) if fires(alarm, day, day, 0)] == []


def test_what_reads_silence_as_an_alarm_is_made_after_what_it_watches(tier: Built) -> None:
    """Else it wakes somebody at the first `up`, and at every `destroy`."""
    watched = {
        "DBInstanceIdentifier": "rds/instance:Instance",
        "HealthCheckId": "route53/healthCheck:HealthCheck",
        "TargetGroup": "kubernetes:gateway.networking.k8s.io/v1:Gateway",
        "RuleName": "rds/instance:Instance",
    }
    records = {record.urn: record for record in tier.update.records}
    silent = [alarm for alarm in alarms(tier) if alarm.inputs["treatMissingData"] == "breaching"]
    assert silent
    for alarm in silent:
        kinds = {watched[name] for metric in metrics_of(alarm.inputs) for name in metric.dimensions if name in watched}
        awaits = {records[urn].type for urn in _before(records, alarm)}
        assert kinds, alarm.name
        assert all(any(found.endswith(kind) for found in awaits) for kind in kinds), alarm.name


def _before(records: dict[str, Recorded], alarm: Recorded) -> set[str]:
    found: set[str] = set()
    waiting = [alarm.urn]
    while waiting:
        record = records[waiting.pop()]
        for urn in (*record.dependencies, record.parent):
            if urn in records and urn not in found:
                found.add(urn)
                waiting.append(urn)
    return found


@pytest.mark.parametrize(
    ("points", "missing", "expected"),
    [
        # The table of the user guide, "Configuring how CloudWatch alarms treat missing data": three periods of three,
        # five points fetched. X crosses the threshold, 0 doesn't, - is missing.
        *(("0-X-X", missing, "OK") for missing in MISSING),
        *(("0----", missing, "OK") for missing in MISSING),
        *(("0XX-X", missing, "ALARM") for missing in MISSING),
        ("-----", "missing", "INSUFFICIENT_DATA"),
        ("-----", "ignore", "OK"),
        ("-----", "breaching", "ALARM"),
        ("-----", "notBreaching", "OK"),
        ("--X--", "missing", "ALARM"),
        ("--X--", "ignore", "OK"),
        ("--X--", "breaching", "ALARM"),
        ("--X--", "notBreaching", "OK"),
    ],
)
def test_missing_points_are_read_as_the_user_guide_says(points: str, missing: str, expected: str) -> None:
    read = [{"0": False, "X": True, "-": None}[point] for point in points]
    assert evaluate(read, needed=3, breaching=3, missing=missing, before=State.OK) == expected
