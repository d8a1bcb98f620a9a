"""The web application firewall (AWS WAF) before the CDN: rate limits by address, and the groups that AWS keeps."""

from dataclasses import dataclass

from planning.inputs.tiers import Tier
from planning.shared.naming import stack_prefix


@dataclass(frozen=True, kw_only=True)
class ManagedRulesPlan:
    """A group of firewall rules that AWS keeps up to date. counted: rules that only count, with the reason in code."""

    name: str
    counted: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class FirewallPlan:
    """rate_limit: requests of one address in five minutes; api_rate_limit: of these, the ones to the gateway."""

    name: str
    rate_limit: int
    api_rate_limit: int
    managed: tuple[ManagedRulesPlan, ...]
    log_days: int


def plan_firewall(stack: str, tier: Tier) -> FirewallPlan:
    """Limits from the tier; rules that would stop uploads only count."""
    return FirewallPlan(
        name=stack_prefix(stack),
        rate_limit=tier.waf_rate_per_5_minutes,
        api_rate_limit=tier.waf_rate_per_5_minutes // 2,
        managed=(
            ManagedRulesPlan(name="AWSManagedRulesAmazonIpReputationList"),
            # Uploads and plugin APIs send bodies above 8 KB; the gateway limits them by plugin.
            ManagedRulesPlan(name="AWSManagedRulesCommonRuleSet", counted=("SizeRestrictions_BODY",)),
            ManagedRulesPlan(name="AWSManagedRulesKnownBadInputsRuleSet"),
            ManagedRulesPlan(name="AWSManagedRulesSQLiRuleSet"),
        ),
        log_days=tier.log_days,
    )
