"""Where alarms go: an encrypted topic, and who reads it."""

import json
from collections.abc import Mapping

import pulumi
from pulumi_aws import sns

from components.account import account_id
from components.key import Key
from planning.observability import ALARM_SERVICES, AlarmTopicPlan


class AlarmTopic(pulumi.ComponentResource):
    """Handles: arn (wait for the policy before publishing: it is `ready`), key_arn."""

    arn: pulumi.Output[str]
    key_arn: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        *,
        plan: AlarmTopicPlan,
        tags: Mapping[str, str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("naap:platform:AlarmTopic", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        key = Key(f"{name}-key", plan=plan.key, region=plan.region, tags=tags, opts=child)
        topic = sns.Topic(f"{name}-topic", name=plan.name, kms_master_key_id=key.arn, tags=tags, opts=child)
        policy = pulumi.Output.all(topic.arn, account_id(self)).apply(lambda found: _policy(*found))
        self.ready = sns.TopicPolicy(f"{name}-policy", arn=topic.arn, policy=policy, opts=child)
        if plan.email:
            sns.TopicSubscription(f"{name}-email", topic=topic.arn, protocol="email", endpoint=plan.email, opts=child)
        self.arn, self.key_arn = topic.arn, key.arn
        self.register_outputs({"arn": self.arn})


def _policy(topic: str, account: str) -> str:
    """AWS's own services publish, for this account only; reading it is a matter of IAM."""
    statement = {
        "Sid": "AlarmsOfThisAccount",
        "Effect": "Allow",
        "Principal": {"Service": list(ALARM_SERVICES)},
        "Action": "sns:Publish",
        "Resource": topic,
        "Condition": {"StringEquals": {"aws:SourceAccount": account}},
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
