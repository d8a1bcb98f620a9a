"""The platform's own rules of a region, and where all alerts go."""

from collections.abc import Mapping

import pulumi
from pulumi_aws import amp

from components.observability.alarm_topic import AlarmTopic
from components.shared.component import Component
from planning.observability.alerts.alert import Severity, rule_file
from planning.observability.alerts.alertmanager import alert_manager_definition
from planning.observability.observability import ObservabilityPlan


class PlatformAlerts(Component, token="naap:platform:Rules"):
    """workspace_id: of the Prometheus workspace that evaluates them."""

    def __init__(
        self,
        name: str,
        *,
        plan: ObservabilityPlan,
        topic: AlarmTopic,
        workspace_id: pulumi.Input[str],
        tags: Mapping[str, str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        amp.RuleGroupNamespace(
            f"{name}-platform",
            name="platform",
            workspace_id=workspace_id,
            data=rule_file(plan.rules),
            tags=tags,
            opts=self.child(),
        )
        topics = [topic.of(severity) for severity in Severity]
        amp.AlertManagerDefinition(
            f"{name}-destinations",
            workspace_id=workspace_id,
            definition=pulumi.Output.all(*topics).apply(
                lambda arns: alert_manager_definition(region=plan.region, topics=dict(zip(Severity, arns, strict=True)))
            ),
            opts=self.child(*topic.ready),
        )
