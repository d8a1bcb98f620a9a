"""What RDS says of finished backups: counted by a rule for each instance, kept in a log group for all."""

import json
from collections.abc import Sequence

import pulumi
from pulumi_aws import cloudwatch

from components.shared.component import Component
from components.shared.iam import account_id
from planning.observability.observability import ObservabilityPlan
from planning.observability.roles import event_log_policy
from planning.shared.tags import Tags

_BACKUP_FINISHED = "RDS-EVENT-0002"


def backup_rules(
    parent: Component,
    name: str,
    *,
    plan: ObservabilityPlan,
    identifiers: Sequence[str],
    key_arn: pulumi.Input[str],
    tags: Tags,
) -> dict[str, pulumi.Output[str]]:
    """Names of the rules whose count (AWS/Events MatchedEvents) an alarm reads, by identifier of an RDS instance.

    Rules are there before the instance, so that they count its first backup. That AWS counts what a rule matches that
    has no target is written nowhere: so each has one, and what was told can be read as well.
    """
    if not identifiers:
        return {}
    stated = tags.of("observability")
    group = cloudwatch.LogGroup(
        f"{name}-backups",
        name=plan.logs.backups,
        retention_in_days=plan.logs.days,
        kms_key_id=key_arn,
        tags=stated,
        opts=parent.child(),
    )
    allowed = cloudwatch.LogResourcePolicy(
        f"{name}-backups-policy",
        policy_name=f"{plan.prefix}-backups",
        policy_document=pulumi.Output.all(group.arn, account_id(parent)).apply(lambda found: event_log_policy(*found)),
        opts=parent.child(),
    )
    rules: dict[str, pulumi.Output[str]] = {}
    for identifier in identifiers:
        short = identifier.removeprefix(f"{plan.prefix}-")
        rule = _rule(parent, f"{name}-{short}-backups", identifier, tags)
        cloudwatch.EventTarget(
            f"{name}-{short}-backups-target",
            rule=rule.name,
            target_id="log",
            arn=group.arn,
            opts=parent.child(allowed),
        )
        rules[identifier] = rule.name
    return rules


def _rule(parent: Component, name: str, identifier: str, tags: Tags) -> cloudwatch.EventRule:
    pattern = {
        "source": ["aws.rds"],
        "detail-type": ["RDS DB Instance Event"],
        "detail": {"SourceIdentifier": [identifier], "EventID": [_BACKUP_FINISHED]},
    }
    return cloudwatch.EventRule(
        name,
        name=f"{identifier}-backups",
        description="Counts the backups that RDS has finished",
        event_pattern=json.dumps(pattern),
        tags=tags.of("observability"),
        opts=parent.child(),
    )
