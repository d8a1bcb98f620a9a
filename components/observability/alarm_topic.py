"""Where alarms go: two encrypted topics, of what wakes somebody and of what doesn't, and who reads them."""

from collections.abc import Mapping

import pulumi
from pulumi_aws import sns

from components.shared.component import Component
from components.shared.iam import account_id
from components.shared.kms_key import KmsKey
from planning.observability.alerts.alert import Severity
from planning.observability.observability import AlarmTopicPlan
from planning.observability.roles import alarm_topic_policy


class AlarmTopic(Component, token="naap:platform:AlarmTopic"):
    """Handles: arn (tickets), pages_arn, key_arn. Wait for `ready` before publishing."""

    arn: pulumi.Output[str]
    pages_arn: pulumi.Output[str]
    key_arn: pulumi.Output[str]
    ready: list[pulumi.Resource]

    def __init__(
        self,
        name: str,
        *,
        plan: AlarmTopicPlan,
        tags: Mapping[str, str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        key = KmsKey(f"{name}-key", plan=plan.key, region=plan.region, tags=tags, opts=self.child())
        self.key_arn, self.ready = key.arn, []
        self._tags = tags
        self.arn = self._topic(name, "", plan.name, plan.email)
        self.pages_arn = self._topic(name, "pages-", plan.pages_name, plan.pages_email)
        self.register_outputs({"arn": self.arn, "pagesArn": self.pages_arn})

    def of(self, severity: Severity) -> pulumi.Output[str]:
        """The topic of what is as urgent as this."""
        return self.pages_arn if severity is Severity.PAGE else self.arn

    def _topic(self, name: str, kind: str, physical_name: str, email: str | None) -> pulumi.Output[str]:
        topic = sns.Topic(
            f"{name}-{kind}topic",
            name=physical_name,
            kms_master_key_id=self.key_arn,
            tags=self._tags,
            opts=self.child(),
        )
        policy = pulumi.Output.all(topic.arn, account_id(self)).apply(lambda found: alarm_topic_policy(*found))
        self.ready.append(sns.TopicPolicy(f"{name}-{kind}policy", arn=topic.arn, policy=policy, opts=self.child()))
        if email:
            sns.TopicSubscription(
                f"{name}-{kind}email", topic=topic.arn, protocol="email", endpoint=email, opts=self.child()
            )
        return topic.arn
