"""The web application firewall (AWS WAF) before the CDN: rate limits by address, and the groups that AWS keeps."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from planning.edge.behaviours import BehavioursPlan, Caching
from planning.inputs.registry.registry_entry import Registry
from planning.inputs.registry.sections import ContentRule
from planning.inputs.settings import FirewallMode
from planning.inputs.tiers import Tier
from planning.shared.naming import stack_prefix

BODY_INSPECTION = "KB_16"
"""Of a body, what AWS's rules look at; the rest passes unseen. AWS's default: each 16 KB more is billed by request."""

RETRY_SECONDS = 60
"""Told to an address that is stopped; AWS looks at the last five minutes, so it may be stopped again."""

WINDOW_SECONDS = 300
"""In which requests of an address are counted."""

STOPPED_STATUS = 429
SECRET_HEADERS = ("authorization", "cookie", "x-csrf-token", "x-ssh-private-key", "x-ssh-passphrase", "referer")
"""Never logged, as the query is not. Referer is a page's address with its query, as /reset-password?token=. SSH keys
are service-gateway's: plugins/service-gateway/backend/src/routes/exec-script.ts:59 of the application."""

_API = "/api/"
_FLOOD = 10
_TOO_LARGE = "SizeRestrictions_BODY"
"""Bodies above 8 KB, which uploads and plugin APIs send: it counts in every mode; the gateway limits by plugin."""

_CORE, _SQL = "awswaf:managed:aws:core-rule-set", "awswaf:managed:aws:sql-database"
_CONTENT_RULES: Mapping[str, Mapping[ContentRule, str]] = {
    "AWSManagedRulesCommonRuleSet": {
        "CrossSiteScripting_BODY": f"{_CORE}:CrossSiteScripting_Body",
        "GenericLFI_BODY": f"{_CORE}:GenericLFI_Body",
        "GenericRFI_BODY": f"{_CORE}:GenericRFI_Body",
        "EC2MetaDataSSRF_BODY": f"{_CORE}:EC2MetaDataSSRF_Body",
        "NoUserAgent_HEADER": f"{_CORE}:NoUserAgent_Header",
        "SizeRestrictions_QUERYSTRING": f"{_CORE}:SizeRestrictions_QueryString",
    },
    "AWSManagedRulesSQLiRuleSet": {
        "SQLi_BODY": f"{_SQL}:SQLi_Body",
        "SQLiExtendedPatterns_BODY": f"{_SQL}:SQLiExtendedPatterns_Body",
    },
}
"""With the label that each puts on a request, spelled otherwise than its own name (WAF developer guide, AWS Managed
Rules rule groups list). What honest requests match: posts and prompts that quote code, HTML or addresses, webhooks
without an agent, long queries. Only paths of the gateway take bodies: CloudFront refuses them on all others."""


@dataclass(frozen=True, kw_only=True)
class ManagedRulesPlan:
    """A group of firewall rules that AWS keeps up to date. counted: rules of it that only count; counts: all do."""

    name: str
    counted: tuple[str, ...] = ()
    counts: bool = False


@dataclass(frozen=True, kw_only=True)
class ExceptionPlan:
    """One of AWS's rules that blocks all requests but those that these patterns of paths match. label: AWS's, of it."""

    rule: str
    label: str
    paths: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class RateLimitPlan:
    """What one address may send within WINDOW_SECONDS: requests below these paths; outside: all but those."""

    name: str
    requests: int
    paths: tuple[str, ...] = ("/",)
    outside: bool = False


@dataclass(frozen=True, kw_only=True)
class FirewallPlan:
    """Requests of one address in WINDOW_SECONDS. flood_limit: all of them; rate_limit: all but files that never change,
    which a page loads by the dozen and the edges answer; api_rate_limit: of these, the ones to APIs.

    unlimited: what the paths of those files start with.
    """

    name: str
    flood_limit: int
    rate_limit: int
    api_rate_limit: int
    unlimited: tuple[str, ...]
    managed: tuple[ManagedRulesPlan, ...]
    exceptions: tuple[ExceptionPlan, ...]
    log_days: int

    @property
    def limits(self) -> tuple[RateLimitPlan, ...]:
        """In order of their evaluation, before any managed rule: an address that floods costs none of these."""
        return (
            RateLimitPlan(name="every-address", requests=self.flood_limit),
            RateLimitPlan(name="every-address-api", requests=self.api_rate_limit, paths=(_API,)),
            RateLimitPlan(
                name="every-address-but-bundles", requests=self.rate_limit, paths=self.unlimited, outside=True
            ),
        )


def plan_firewall(
    stack: str, tier: Tier, mode: FirewallMode, registry: Registry, behaviours: BehavioursPlan
) -> FirewallPlan:
    """Limits from the tier. mode: what rules do with a match (naap:firewallMode). Entries' exceptions matter where all
    rules block; else what may be excepted blocks nobody.
    """
    exceptions = _exceptions(registry) if mode == "block" else ()
    excepted = frozenset(found.rule for found in exceptions)
    return FirewallPlan(
        name=stack_prefix(stack),
        flood_limit=tier.waf_rate_per_5_minutes * _FLOOD,
        rate_limit=tier.waf_rate_per_5_minutes,
        api_rate_limit=tier.waf_rate_per_5_minutes // 2,
        unlimited=tuple(
            found.path.removesuffix("*") for found in behaviours.listed if found.caching is Caching.IMMUTABLE
        ),
        managed=tuple(_managed(name, mode, excepted) for name in _GROUPS),
        exceptions=exceptions,
        log_days=tier.log_days,
    )


_GROUPS = (
    "AWSManagedRulesAmazonIpReputationList",
    "AWSManagedRulesCommonRuleSet",
    "AWSManagedRulesKnownBadInputsRuleSet",
    "AWSManagedRulesSQLiRuleSet",
)


def _managed(name: str, mode: FirewallMode, excepted: frozenset[str]) -> ManagedRulesPlan:
    if mode == "count":
        return ManagedRulesPlan(name=name, counts=True)
    too_large = (_TOO_LARGE,) if name == "AWSManagedRulesCommonRuleSet" else ()
    content = (rule for rule in _CONTENT_RULES.get(name, {}) if mode == "count-bodies" or rule in excepted)
    return ManagedRulesPlan(name=name, counted=(*too_large, *content))


def _exceptions(registry: Registry) -> tuple[ExceptionPlan, ...]:
    found = [
        ExceptionPlan(
            rule=rule,
            label=label,
            paths=tuple(
                path_pattern(prefix)
                for spec in registry.in_order
                if spec.backend and rule in spec.backend.firewall_exceptions and spec.lifecycle.serves
                for _, prefix in spec.backend.stated_prefixes()
            ),
        )
        for rules in _CONTENT_RULES.values()
        for rule, label in rules.items()
    ]
    return tuple(one for one in found if one.paths)


def path_pattern(prefix: str) -> str:
    """Of a path that is this prefix or below it, whoever reads it: plain letters only, nothing to decode, no segment
    that begins with a dot, none that is empty. Any other path, and the firewall and the gateway might take it for two.
    """
    return rf"^{re.escape(prefix)}(/[A-Za-z0-9_~-][A-Za-z0-9_.~-]*)*/?$"
