"""The firewall before CloudFront: rate limits and AWS's managed rules. Everything in us-east-1."""

from collections.abc import Mapping, Sequence

import pulumi
from pulumi_aws import cloudwatch, wafv2

from components.shared.component import Component
from components.shared.kms_key import KmsKey
from planning.edge.firewall import (
    BODY_INSPECTION,
    RETRY_SECONDS,
    SECRET_HEADERS,
    STOPPED_STATUS,
    WINDOW_SECONDS,
    ExceptionPlan,
    FirewallPlan,
    ManagedRulesPlan,
    RateLimitPlan,
)
from planning.shared.kms_key import KmsKeyPlan
from planning.shared.regions import CDN_REGION
from planning.shared.tags import Tags

_QUERY = wafv2.WebAclLoggingConfigurationRedactedFieldQueryStringArgs()
"""In which clients put what should not be logged."""
_STATEMENT = wafv2.WebAclRuleStatementArgs
_SCOPE = wafv2.WebAclRuleStatementRateBasedStatementScopeDownStatementArgs


class Firewall(Component, token="naap:platform:Firewall"):
    """Handles: arn. Made with the us-east-1 provider."""

    arn: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        *,
        plan: FirewallPlan,
        protect: bool,
        tags: Tags,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        named = tags.of("cdn", name=plan.name)
        acl = wafv2.WebAcl(
            f"{name}-acl",
            name=plan.name,
            description="Requests to the site",
            scope="CLOUDFRONT",
            default_action=wafv2.WebAclDefaultActionArgs(allow=wafv2.WebAclDefaultActionAllowArgs()),
            rules=_rules(plan),
            association_config=wafv2.WebAclAssociationConfigArgs(
                request_bodies=[
                    wafv2.WebAclAssociationConfigRequestBodyArgs(
                        cloudfront=wafv2.WebAclAssociationConfigRequestBodyCloudfrontArgs(
                            default_size_inspection_limit=BODY_INSPECTION
                        )
                    )
                ]
            ),
            visibility_config=wafv2.WebAclVisibilityConfigArgs(
                cloudwatch_metrics_enabled=True, metric_name=plan.name, sampled_requests_enabled=False
            ),
            tags=named,
            opts=self.child(),
        )
        self.arn = acl.arn
        self._logs(name, plan, protect, named)
        self.register_outputs({"arn": self.arn})

    def _logs(self, name: str, plan: FirewallPlan, protect: bool, tags: Mapping[str, str]) -> None:
        key = KmsKey(
            f"{name}-key",
            plan=KmsKeyPlan(alias=f"{plan.name}-firewall", description="Firewall logs", protect=protect, logs=True),
            region=CDN_REGION,
            tags=tags,
            opts=self.child(),
        )
        group = cloudwatch.LogGroup(
            f"{name}-logs",
            # AWS takes only names that start like this.
            name=f"aws-waf-logs-{plan.name}",
            retention_in_days=plan.log_days,
            kms_key_id=key.arn,
            tags=tags,
            opts=self.child(),
        )
        wafv2.WebAclLoggingConfiguration(
            f"{name}-logging",
            resource_arn=self.arn,
            log_destination_configs=[group.arn],
            logging_filter=_only_what_was_stopped(),
            redacted_fields=[
                wafv2.WebAclLoggingConfigurationRedactedFieldArgs(query_string=_QUERY),
                *(
                    wafv2.WebAclLoggingConfigurationRedactedFieldArgs(
                        single_header=wafv2.WebAclLoggingConfigurationRedactedFieldSingleHeaderArgs(name=header)
                    )
                    for header in SECRET_HEADERS
                ),
            ],
            opts=self.child(),
        )


def _only_what_was_stopped() -> wafv2.WebAclLoggingConfigurationLoggingFilterArgs:
    """Requests that pass are in CloudFront's own logs already."""
    return wafv2.WebAclLoggingConfigurationLoggingFilterArgs(
        default_behavior="DROP",
        filters=[
            wafv2.WebAclLoggingConfigurationLoggingFilterFilterArgs(
                behavior="KEEP",
                requirement="MEETS_ANY",
                conditions=[
                    wafv2.WebAclLoggingConfigurationLoggingFilterFilterConditionArgs(
                        action_condition=(
                            wafv2.WebAclLoggingConfigurationLoggingFilterFilterConditionActionConditionArgs(
                                action=action
                            )
                        )
                    )
                    for action in ("BLOCK", "COUNT")
                ],
            )
        ],
    )


def _rules(plan: FirewallPlan) -> list[wafv2.WebAclRuleArgs]:
    limits = [_limit(index, limit) for index, limit in enumerate(plan.limits)]
    managed = [_managed(index, rules) for index, rules in enumerate(plan.managed, start=len(limits))]
    first = len(limits) + len(managed)
    return [*limits, *managed, *(_except_for(index, one) for index, one in enumerate(plan.exceptions, start=first))]


def _except_for(priority: int, plan: ExceptionPlan) -> wafv2.WebAclRuleArgs:
    """AWS's rule only counts; what it has labelled is blocked here, unless its path is excepted."""
    paths = [
        _STATEMENT(
            regex_match_statement=wafv2.WebAclRuleStatementRegexMatchStatementArgs(
                regex_string=path,
                field_to_match=wafv2.WebAclRuleStatementRegexMatchStatementFieldToMatchArgs(
                    uri_path=wafv2.WebAclRuleStatementRegexMatchStatementFieldToMatchUriPathArgs()
                ),
                # As it came: a pattern matches plain paths only, which nothing would change.
                text_transformations=[
                    wafv2.WebAclRuleStatementRegexMatchStatementTextTransformationArgs(priority=0, type="NONE")
                ],
            )
        )
        for path in plan.paths
    ]
    # An OR of one is none to AWS.
    excepted = (
        paths[0]
        if len(paths) == 1
        else _STATEMENT(or_statement=wafv2.WebAclRuleStatementOrStatementArgs(statements=paths))
    )
    labelled = _STATEMENT(
        label_match_statement=wafv2.WebAclRuleStatementLabelMatchStatementArgs(scope="LABEL", key=plan.label)
    )
    elsewhere = _STATEMENT(not_statement=wafv2.WebAclRuleStatementNotStatementArgs(statement=excepted))
    return wafv2.WebAclRuleArgs(
        name=plan.rule,
        priority=priority,
        action=wafv2.WebAclRuleActionArgs(block=wafv2.WebAclRuleActionBlockArgs()),
        statement=_STATEMENT(and_statement=wafv2.WebAclRuleStatementAndStatementArgs(statements=[labelled, elsewhere])),
        visibility_config=_visible(plan.rule),
    )


def _limit(priority: int, limit: RateLimitPlan) -> wafv2.WebAclRuleArgs:
    return wafv2.WebAclRuleArgs(
        name=limit.name,
        priority=priority,
        action=wafv2.WebAclRuleActionArgs(
            block=wafv2.WebAclRuleActionBlockArgs(
                custom_response=wafv2.WebAclRuleActionBlockCustomResponseArgs(
                    response_code=STOPPED_STATUS,
                    response_headers=[
                        wafv2.WebAclRuleActionBlockCustomResponseResponseHeaderArgs(
                            name="Retry-After", value=str(RETRY_SECONDS)
                        )
                    ],
                )
            )
        ),
        statement=_STATEMENT(
            rate_based_statement=wafv2.WebAclRuleStatementRateBasedStatementArgs(
                aggregate_key_type="IP",
                limit=limit.requests,
                evaluation_window_sec=WINDOW_SECONDS,
                scope_down_statement=_scope(limit),
            )
        ),
        visibility_config=_visible(limit.name),
    )


def _scope(limit: RateLimitPlan) -> _SCOPE | None:
    """None: it counts every request."""
    if limit.paths == ("/",):
        return None
    below = _below_any(limit.paths)
    if not limit.outside:
        return below
    return _SCOPE(
        not_statement=wafv2.WebAclRuleStatementRateBasedStatementScopeDownStatementNotStatementArgs(statement=below)
    )


def _below_any(paths: Sequence[str]) -> _SCOPE:
    """AWS takes an `or` of two or more."""
    scopes = [_below(path) for path in paths]
    if len(scopes) == 1:
        return scopes[0]
    return _SCOPE(
        or_statement=wafv2.WebAclRuleStatementRateBasedStatementScopeDownStatementOrStatementArgs(statements=scopes)
    )


def _below(path: str) -> _SCOPE:
    """Of paths as the gateway will read them: /_next/static/..%2f..%2fapi/v1/x counts as /api/v1/x."""
    match = wafv2.WebAclRuleStatementRateBasedStatementScopeDownStatementByteMatchStatementArgs(
        search_string=path,
        positional_constraint="STARTS_WITH",
        field_to_match=(
            wafv2.WebAclRuleStatementRateBasedStatementScopeDownStatementByteMatchStatementFieldToMatchArgs(
                uri_path=wafv2.WebAclRuleStatementRateBasedStatementScopeDownStatementByteMatchStatementFieldToMatchUriPathArgs()
            )
        ),
        text_transformations=[
            wafv2.WebAclRuleStatementRateBasedStatementScopeDownStatementByteMatchStatementTextTransformationArgs(
                priority=order, type=kind
            )
            for order, kind in enumerate(("URL_DECODE", "NORMALIZE_PATH"))
        ],
    )
    return _SCOPE(byte_match_statement=match)


def _managed(priority: int, rules: ManagedRulesPlan) -> wafv2.WebAclRuleArgs:
    return wafv2.WebAclRuleArgs(
        name=rules.name,
        priority=priority,
        override_action=wafv2.WebAclRuleOverrideActionArgs(count=wafv2.WebAclRuleOverrideActionCountArgs())
        if rules.counts
        else wafv2.WebAclRuleOverrideActionArgs(none=wafv2.WebAclRuleOverrideActionNoneArgs()),
        statement=_STATEMENT(
            managed_rule_group_statement=wafv2.WebAclRuleStatementManagedRuleGroupStatementArgs(
                name=rules.name, vendor_name="AWS", rule_action_overrides=[_count(rule) for rule in rules.counted]
            )
        ),
        visibility_config=_visible(rules.name),
    )


def _count(rule: str) -> wafv2.WebAclRuleStatementManagedRuleGroupStatementRuleActionOverrideArgs:
    action = wafv2.WebAclRuleStatementManagedRuleGroupStatementRuleActionOverrideActionToUseArgs(
        count=wafv2.WebAclRuleStatementManagedRuleGroupStatementRuleActionOverrideActionToUseCountArgs()
    )
    return wafv2.WebAclRuleStatementManagedRuleGroupStatementRuleActionOverrideArgs(name=rule, action_to_use=action)


def _visible(name: str) -> wafv2.WebAclRuleVisibilityConfigArgs:
    """Counted, not sampled: of samples nothing is redacted, and what was stopped is in the log."""
    return wafv2.WebAclRuleVisibilityConfigArgs(
        cloudwatch_metrics_enabled=True, metric_name=name, sampled_requests_enabled=False
    )
