"""Alarms on what CloudFront measures, and the budget: once an environment, in the region where that is kept."""

from collections.abc import Mapping

import pulumi
from pulumi_aws import budgets

from components.observability.alarm_topic import AlarmTopic
from components.observability.alarms import AlarmMaker
from components.shared.component import Component
from planning.observability.observability import BudgetPlan, EdgePlan
from planning.shared.naming import region_code
from planning.shared.tags import Tags


class EdgeAlarms(Component, token="naap:platform:EdgeAlarms"):
    """Its AWS provider (us-east-1) reaches it through its options.

    web_acl: name of the firewall's web ACL. certificate_arn: of the site's certificate. health_checks: ids, by region.
    """

    def __init__(
        self,
        name: str,
        *,
        plan: EdgePlan,
        web_acl: pulumi.Input[str],
        distribution_id: pulumi.Input[str],
        health_checks: Mapping[str, pulumi.Input[str]],
        certificate_arn: pulumi.Input[str],
        tags: Tags,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        topic = AlarmTopic(f"{name}-topic", plan=plan.topic, tags=tags.of("observability"), opts=self.child())
        make = AlarmMaker(self, name, plan.prefix, topic, tags, after=topic.ready)
        make.alarms("firewall", {"WebACL": web_acl}, plan.firewall_alarms)
        make.alarms("certificate-site", {"CertificateArn": certificate_arn}, (plan.certificate_alarm,))
        make.alarms("site", {"DistributionId": distribution_id}, (plan.errors_alarm,))
        for region, check in health_checks.items():
            make.alarms(region_code(region), {"HealthCheckId": check}, (plan.health_alarm,))
        self._budget(name, plan.budget, topic, tags)
        self.topic_arn = topic.arn
        self.register_outputs({"topicArn": self.topic_arn})

    def _budget(self, name: str, plan: BudgetPlan, topic: AlarmTopic, tags: Tags) -> None:
        budgets.Budget(
            f"{name}-budget",
            name=plan.name,
            budget_type="COST",
            time_unit="MONTHLY",
            limit_amount=str(plan.usd_month),
            limit_unit="USD",
            cost_filters=[
                budgets.BudgetCostFilterArgs(name="TagKeyValue", values=[f"user:Environment${plan.environment}"])
            ],
            notifications=[
                budgets.BudgetNotificationArgs(
                    comparison_operator="GREATER_THAN",
                    notification_type=kind,
                    threshold=percent,
                    threshold_type="PERCENTAGE",
                    subscriber_sns_topic_arns=[topic.arn],
                )
                for kind, percent in (("ACTUAL", plan.spent_percent), ("FORECASTED", plan.forecast_percent))
            ],
            tags=tags.of("observability"),
            opts=self.child(*topic.ready),
        )
