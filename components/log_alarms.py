"""Counts of lines in logs, and alarms on them."""

from collections.abc import Sequence

import pulumi
from pulumi_aws import cloudwatch

from components.alarm_topic import AlarmTopic
from components.alarms import AlarmMaker
from planning.log_alarms import LogAlarmPlan
from planning.tags import Tags


class LogAlarms(pulumi.ComponentResource):
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
        super().__init__("naap:platform:LogAlarms", name, None, opts)
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
                opts=pulumi.ResourceOptions(parent=self),
            )
            make.alarms("logs", None, (alarm,))
        self.register_outputs({})
