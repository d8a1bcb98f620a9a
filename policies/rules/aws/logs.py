"""Rules on records: who did what, and who is told when something breaks."""

from collections.abc import Iterable

from policies.properties import get, stated
from policies.rule import Environment, Resource, Stack, rule, stack_rule

VPC = "aws:ec2/vpc:Vpc"
REDACTED = {"authorization", "cookie", "referer"}
Findings = Iterable[tuple[Resource | None, str]]


@rule("aws-logs-kept", frozenset({"aws:cloudwatch/logGroup:LogGroup"}))
def _kept(resource: Resource, _: Environment) -> Iterable[str]:
    if get(resource.props, "retentionInDays", 0) == 0:
        yield "kept forever: retentionInDays is not stated"
    if not stated(resource.props, "kmsKeyId"):
        yield "not encrypted by a key of ours: no kmsKeyId"


@rule("aws-alarms-heard", frozenset({"aws:cloudwatch/metricAlarm:MetricAlarm"}))
def _heard(resource: Resource, _: Environment) -> Iterable[str]:
    if not stated(resource.props, "alarmActions"):
        yield "rings where nobody hears it: no alarmActions"
    if get(resource.props, "actionsEnabled", True) is not True:
        yield "is switched off: actionsEnabled"


@rule("aws-waf-redacted", frozenset({"aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration"}))
def _redacted(resource: Resource, _: Environment) -> Iterable[str]:
    fields = get(resource.props, "redactedFields", [])
    missing = REDACTED - {get(field, "singleHeader.name") for field in fields}
    if missing:
        yield f"credentials would stand in the log: redactedFields lacks {', '.join(sorted(missing))}"
    kept = get(resource.props, "loggingFilter.filters", [])
    dropping = get(resource.props, "loggingFilter.defaultBehavior", "KEEP") == "DROP"
    if dropping and not any(get(item, "behavior", "") == "KEEP" for item in kept):
        yield "no request is recorded: loggingFilter keeps nothing"


@rule("aws-flow-log-all", frozenset({"aws:ec2/flowLog:FlowLog"}))
def _flow_all(resource: Resource, _: Environment) -> Iterable[str]:
    if get(resource.props, "trafficType", "") != "ALL":
        yield "some traffic leaves no record: trafficType is not ALL"


@stack_rule("aws-flow-logs")
def _flow_logs(stack: Stack, _: Environment) -> Findings:
    yield from _each_has(stack, VPC, "aws:ec2/flowLog:FlowLog", "no flow log records its traffic (FlowLog)")


@stack_rule("aws-default-group-taken")
def _default_groups(stack: Stack, _: Environment) -> Findings:
    kind = "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup"
    yield from _each_has(stack, VPC, kind, "its default security group isn't closed (DefaultSecurityGroup)")


@stack_rule("aws-cdn-logged")
def _cdn_logged(stack: Stack, _: Environment) -> Findings:
    kind = "aws:cloudfront/distribution:Distribution"
    yield from _each_has(
        stack, kind, "aws:cloudwatch/logDelivery:LogDelivery", "requests leave no record (LogDelivery)"
    )


@stack_rule("aws-waf-logged")
def _waf_logged(stack: Stack, _: Environment) -> Findings:
    kind = "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration"
    yield from _each_has(stack, "aws:wafv2/webAcl:WebAcl", kind, "attacks leave no record (WebAclLoggingConfiguration)")


@stack_rule("aws-topics-guarded")
def _topics(stack: Stack, _: Environment) -> Findings:
    yield from _each_has(
        stack,
        "aws:sns/topic:Topic",
        "aws:sns/topicPolicy:TopicPolicy",
        "who may publish is AWS's default (TopicPolicy)",
    )


def _each_has(stack: Stack, kind: str, needed: str, lacking: str) -> Findings:
    """One companion for each resource: which belongs to which is told by ids, so they are counted."""
    found, companions = stack.of(kind), stack.of(needed)
    for resource in found[len(companions) :]:
        yield resource, lacking
