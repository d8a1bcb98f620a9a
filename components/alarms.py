"""Alarms of a region, on what its plan watches."""

from collections.abc import Mapping, Sequence

import pulumi
from pulumi_aws import cloudwatch, rds

from planning.alarms import AlarmPlan
from planning.observability import ObservabilityPlan
from planning.tags import Tags

_EVENTS = ["availability", "backup", "deletion", "failover", "failure", "low storage", "maintenance", "recovery"]
"""What RDS says of instances that no metric tells: a backup that failed above all."""


class Alarms(pulumi.ComponentResource):
    """CloudWatch alarms and the databases' own events, to one topic.

    databases, replicas: identifiers of RDS instances. caches: names of ElastiCache nodes. certificates: ARNs by what
    they are for.
    """

    def __init__(
        self,
        name: str,
        *,
        plan: ObservabilityPlan,
        topic_arn: pulumi.Input[str],
        databases: Sequence[str],
        replicas: Sequence[str],
        caches: Sequence[str],
        load_balancer_arn: pulumi.Input[str],
        certificates: Mapping[str, pulumi.Input[str]],
        tags: Tags,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("naap:platform:Alarms", name, None, opts)
        make = AlarmMaker(self, name, plan.prefix, topic_arn, tags)
        for watched, identifiers in ((plan.database_alarms, databases), (plan.replica_alarms, replicas)):
            for identifier in identifiers:
                make.alarms(identifier, identifier, watched)
        for node in caches:
            make.alarms(node, node, plan.cache_alarms)
        suffix = pulumi.Output.from_input(load_balancer_arn).apply(lambda arn: arn.partition("loadbalancer/")[2])
        make.alarms("gateway", suffix, plan.load_balancer_alarms)
        for purpose, arn in certificates.items():
            make.alarms(f"certificate-{purpose}", arn, (plan.certificate_alarm,))
        rds.EventSubscription(
            f"{name}-databases",
            name=f"{plan.prefix}-databases",
            sns_topic=topic_arn,
            source_type="db-instance",
            event_categories=_EVENTS,
            tags=tags.of("observability"),
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.register_outputs({})


class AlarmMaker:
    """Makes alarms as children of one component. prefix: of their names, which a person reads in a mail."""

    def __init__(
        self, parent: pulumi.Resource, name: str, prefix: str, topic_arn: pulumi.Input[str], tags: Tags
    ) -> None:
        self._name, self._prefix, self._topic = name, prefix, topic_arn
        self._tags = tags.of("observability")
        self._opts = pulumi.ResourceOptions(parent=parent)

    def alarms(self, thing: str, value: pulumi.Input[str], plans: Sequence[AlarmPlan]) -> None:
        """Alarms on one thing. value: of the dimension that names it."""
        for plan in plans:
            short = thing.removeprefix(f"{self._prefix}-")
            cloudwatch.MetricAlarm(
                f"{self._name}-{short}-{plan.key}",
                name=f"{self._prefix}-{short}-{plan.key}",
                alarm_description=plan.action,
                namespace=plan.namespace,
                metric_name=plan.metric,
                statistic=plan.statistic,
                dimensions={plan.dimension: value, **plan.more},
                threshold=plan.threshold,
                comparison_operator="GreaterThanThreshold" if plan.above else "LessThanThreshold",
                period=plan.period_seconds,
                evaluation_periods=plan.periods,
                treat_missing_data=plan.missing,
                alarm_actions=[self._topic],
                ok_actions=[self._topic],
                tags=self._tags,
                opts=self._opts,
            )
