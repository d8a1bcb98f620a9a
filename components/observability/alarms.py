"""Alarms of a region, on what its plan watches."""

import json
from collections.abc import Mapping, Sequence

import pulumi
from pulumi_aws import cloudwatch, rds

from components.observability.alarm_topic import AlarmTopic
from components.shared.component import Component
from planning.observability.alarms.alarm import AlarmPlan
from planning.observability.alarms.logs import LogAlarmPlan
from planning.observability.observability import ObservabilityPlan
from planning.shared.tags import Tags

_EVENTS = ["availability", "backup", "deletion", "failover", "failure", "low storage", "maintenance", "recovery"]
"""What RDS says of instances that no metric tells: a backup that failed above all."""

_BACKUP_FINISHED = "RDS-EVENT-0002"


class Alarms(Component, token="naap:platform:Alarms"):
    """CloudWatch alarms and the databases' own events, to one topic.

    databases, replicas: identifiers of RDS instances. caches: names of ElastiCache nodes. certificates: ARNs by what
    they are for.
    """

    def __init__(
        self,
        name: str,
        *,
        plan: ObservabilityPlan,
        topic: AlarmTopic,
        databases: Sequence[str],
        replicas: Sequence[str],
        caches: Sequence[str],
        load_balancer_arn: pulumi.Input[str],
        certificates: Mapping[str, pulumi.Input[str]],
        tags: Tags,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        make = AlarmMaker(self, name, plan.prefix, topic, tags)
        for watched, identifiers in ((plan.database_alarms, databases), (plan.replica_alarms, replicas)):
            for identifier in identifiers:
                make.alarms(identifier, identifier, watched)
        for identifier in databases:
            self._watch_backups(name, identifier, plan, make, tags)
        for node in caches:
            make.alarms(node, node, plan.cache_alarms)
        suffix = pulumi.Output.from_input(load_balancer_arn).apply(lambda arn: arn.partition("loadbalancer/")[2])
        make.alarms("gateway", suffix, plan.load_balancer_alarms)
        make.alarms("cluster", plan.cluster, plan.cluster_alarms)
        for purpose, arn in certificates.items():
            make.alarms(f"certificate-{purpose}", arn, (plan.certificate_alarm,))
        rds.EventSubscription(
            f"{name}-databases",
            name=f"{plan.prefix}-databases",
            sns_topic=topic.arn,
            source_type="db-instance",
            event_categories=_EVENTS,
            tags=tags.of("observability"),
            opts=self.child(),
        )

    def _watch_backups(
        self, name: str, identifier: str, plan: ObservabilityPlan, make: "AlarmMaker", tags: Tags
    ) -> None:
        """A rule that only counts: it has no target, and its count is what the alarm reads."""
        short = identifier.removeprefix(f"{plan.prefix}-")
        pattern = {
            "source": ["aws.rds"],
            "detail-type": ["RDS DB Instance Event"],
            "detail": {"SourceIdentifier": [identifier], "EventID": [_BACKUP_FINISHED]},
        }
        rule = cloudwatch.EventRule(
            f"{name}-{short}-backups",
            name=f"{identifier}-backups",
            description="Counts the backups that RDS has finished",
            event_pattern=json.dumps(pattern),
            tags=tags.of("observability"),
            opts=self.child(),
        )
        make.alarms(identifier, rule.name, (plan.backup_alarm,))


class AlarmMaker:
    """Makes alarms as children of one component. prefix: of their names, which a person reads in a mail."""

    def __init__(self, parent: Component, name: str, prefix: str, topic: AlarmTopic, tags: Tags) -> None:
        self._name, self._prefix, self._topic = name, prefix, topic
        self._tags = tags.of("observability")
        self._opts = parent.child()

    def alarms(self, thing: str, value: pulumi.Input[str] | None, plans: Sequence[AlarmPlan]) -> None:
        """Alarms on one thing. value: of the dimension that names it, where there is one."""
        for plan in plans:
            short = thing.removeprefix(f"{self._prefix}-")
            percentile = plan.statistic if plan.statistic.startswith("p") else None
            cloudwatch.MetricAlarm(
                f"{self._name}-{short}-{plan.key}",
                name=f"{self._prefix}-{short}-{plan.key}",
                alarm_description=plan.description,
                namespace=plan.namespace,
                metric_name=plan.metric,
                statistic=None if percentile else plan.statistic,
                extended_statistic=percentile,
                dimensions={plan.dimension: value, **plan.more} if plan.dimension and value else None,
                threshold=plan.threshold,
                comparison_operator="GreaterThanThreshold" if plan.above else "LessThanThreshold",
                period=plan.period_seconds,
                evaluation_periods=plan.periods,
                treat_missing_data=plan.missing,
                alarm_actions=[self._topic.of(plan.severity)],
                ok_actions=[self._topic.of(plan.severity)],
                tags=self._tags,
                opts=self._opts,
            )


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
            make.alarms("logs", None, (alarm,))
