"""Alarms of a region, on what its plan watches."""

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi
from pulumi_aws import cloudwatch, rds

from components.observability.alarm_topic import AlarmTopic
from components.observability.backup_events import backup_rules
from components.shared.component import Component
from planning.observability.alarms.alarm import COUNTED, WHOLE, AlarmPlan
from planning.observability.alarms.logs import LogAlarmPlan
from planning.observability.alerts.alert import Severity
from planning.observability.observability import ObservabilityPlan
from planning.shared.tags import Tags

_EVENTS = ["availability", "deletion", "failover", "failure", "low storage", "maintenance", "recovery"]
"""What RDS says of instances that no metric tells. Not `backup`: each that succeeds would be mailed."""


class Alarms(Component, token="naap:platform:Alarms"):
    """CloudWatch alarms and the databases' own events, to one topic.

    databases, replicas: by identifier of an RDS instance, the same as AWS says it: silence is an alarm, so that none is
    made before what it watches. caches: names of ElastiCache nodes. certificates: ARNs by what they are for.
    balancer: dimensions that name the load balancer and its targets. proxies: what those come with.
    """

    def __init__(
        self,
        name: str,
        *,
        plan: ObservabilityPlan,
        topic: AlarmTopic,
        databases: Mapping[str, pulumi.Input[str]],
        replicas: Mapping[str, pulumi.Input[str]],
        caches: Sequence[str],
        balancer: Mapping[str, pulumi.Input[str]],
        proxies: Sequence[pulumi.Resource],
        certificates: Mapping[str, pulumi.Input[str]],
        tags: Tags,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        make = AlarmMaker(self, name, plan.prefix, topic, tags)
        for watched, instances in ((plan.database_alarms, databases), (plan.replica_alarms, replicas)):
            for identifier, made in instances.items():
                make.alarms(identifier, {"DBInstanceIdentifier": made}, watched)
        rules = backup_rules(self, name, plan=plan, identifiers=list(databases), key_arn=topic.key_arn, tags=tags)
        for identifier, made in databases.items():
            counted = pulumi.Output.all(rules[identifier], made).apply(lambda found: found[0])
            make.alarms(identifier, {"RuleName": counted}, (plan.backup_alarm,))
        for node in caches:
            make.alarms(node, {"CacheClusterId": node}, plan.cache_alarms)
        make.alarms("gateway", balancer, plan.load_balancer_alarms, after=proxies)
        make.alarms("cluster", {"ClusterName": plan.cluster}, plan.cluster_alarms)
        for purpose, arn in certificates.items():
            make.alarms(f"certificate-{purpose}", {"CertificateArn": arn}, (plan.certificate_alarm,))
        rds.EventSubscription(
            f"{name}-databases",
            name=f"{plan.prefix}-databases",
            sns_topic=topic.arn,
            source_type="db-instance",
            # Without them it would tell of every instance in the region, those of other environments too.
            source_ids=[*databases.values(), *replicas.values()],
            event_categories=_EVENTS,
            tags=tags.of("observability"),
            opts=self.child(),
        )


class AlarmMaker:
    """Makes alarms as children of one component. prefix: of their names, which a person reads in a mail."""

    def __init__(
        self,
        parent: Component,
        name: str,
        prefix: str,
        topic: AlarmTopic,
        tags: Tags,
        *,
        after: Sequence[pulumi.Resource] = (),
    ) -> None:
        self._name, self._prefix, self._topic = name, prefix, topic
        self._tags = tags.of("observability")
        self._opts = parent.child(*after)

    def alarms(
        self,
        thing: str,
        values: Mapping[str, pulumi.Input[str]],
        plans: Sequence[AlarmPlan],
        after: Sequence[pulumi.Resource] = (),
    ) -> None:
        """Alarms on one thing. values: of the dimensions that name it. after: what they are not made before."""
        for plan in plans:
            short = thing.removeprefix(f"{self._prefix}-")
            topic = self._topic.of(plan.severity)
            cloudwatch.MetricAlarm(
                f"{self._name}-{short}-{plan.key}",
                name=f"{self._prefix}-{short}-{plan.key}",
                alarm_description=plan.description,
                threshold=plan.threshold,
                comparison_operator="GreaterThanThreshold" if plan.above else "LessThanThreshold",
                evaluation_periods=plan.periods,
                treat_missing_data=plan.missing,
                alarm_actions=[topic],
                # A ticket is closed by who works on it; that a page is over spares somebody the way.
                ok_actions=[topic] if plan.severity is Severity.PAGE else None,
                tags=self._tags,
                opts=pulumi.ResourceOptions.merge(self._opts, pulumi.ResourceOptions(depends_on=list(after))),
                **_watched(plan, {name: values[name] for name in plan.dimensions} | dict(plan.more)),
            )


def _watched(plan: AlarmPlan, dimensions: Mapping[str, pulumi.Input[str]]) -> dict[str, Any]:
    """The metric that an alarm is on, or the share that it is of another."""
    if plan.share is None:
        percentile = plan.statistic if plan.statistic.startswith("p") else None
        return {
            "namespace": plan.namespace,
            "metric_name": plan.metric,
            "statistic": None if percentile else plan.statistic,
            "extended_statistic": percentile,
            "dimensions": dimensions or None,
            "period": plan.period_seconds,
        }
    counters = [
        cloudwatch.MetricAlarmMetricQueryArgs(
            id=identity,
            metric=cloudwatch.MetricAlarmMetricQueryMetricArgs(
                namespace=plan.namespace,
                metric_name=metric,
                stat=plan.statistic,
                dimensions=dimensions,
                period=plan.period_seconds,
            ),
        )
        for identity, metric in ((COUNTED, plan.metric), (WHOLE, plan.share.of))
    ]
    share = cloudwatch.MetricAlarmMetricQueryArgs(
        id="share", label=f"{plan.metric}, %", expression=plan.share.expression, return_data=True
    )
    return {"metric_queries": [share, *counters]}


class LogAlarms(Component, token="naap:platform:LogAlarms"):
    """Of a region. Its groups must be there: depends_on."""

    def __init__(
        self,
        name: str,
        *,
        plans: Sequence[LogAlarmPlan],
        prefix: str,
        topic: AlarmTopic,
        tags: Tags,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        make = AlarmMaker(self, name, prefix, topic, tags)
        for plan in plans:
            alarm = plan.alarm
            cloudwatch.LogMetricFilter(
                f"{name}-{alarm.key}-lines",
                name=alarm.metric,
                log_group_name=plan.group,
                pattern=plan.pattern,
                metric_transformation=cloudwatch.LogMetricFilterMetricTransformationArgs(
                    namespace=alarm.namespace, name=alarm.metric, value="1"
                ),
                opts=self.child(),
            )
            make.alarms("logs", {}, (alarm,))
