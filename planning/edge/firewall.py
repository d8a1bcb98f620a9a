"""The web application firewall (AWS WAF) before the CDN: rate limits by address, and the groups that AWS keeps."""

from dataclasses import dataclass

from planning.edge.shell_documents import BUNDLES
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
SECRET_HEADERS = ("authorization", "cookie", "x-csrf-token")
"""Never logged, as the query is not."""

_API = "/api/"
_FLOOD = 10
_TOO_LARGE = "SizeRestrictions_BODY"
"""Bodies above 8 KB, which uploads and plugin APIs send: it counts in every mode; the gateway limits by plugin."""

_CONTENT_RULES = {
    "AWSManagedRulesCommonRuleSet": (
        "CrossSiteScripting_BODY",
        "GenericLFI_BODY",
        "GenericRFI_BODY",
        "EC2MetaDataSSRF_BODY",
        "NoUserAgent_HEADER",
        "SizeRestrictions_QUERYSTRING",
    ),
    "AWSManagedRulesSQLiRuleSet": ("SQLi_BODY", "SQLiExtendedPatterns_BODY"),
}
"""What honest requests match: posts and prompts that quote code, HTML or addresses, webhooks without an agent, long
queries. Only paths of the gateway take bodies: CloudFront refuses them on all others."""


@dataclass(frozen=True, kw_only=True)
class ManagedRulesPlan:
    """A group of firewall rules that AWS keeps up to date. counted: rules of it that only count; counts: all do."""

    name: str
    counted: tuple[str, ...] = ()
    counts: bool = False


@dataclass(frozen=True, kw_only=True)
class RateLimitPlan:
    """What one address may send within WINDOW_SECONDS: requests below a path; outside: all but those below it."""

    name: str
    requests: int
    path: str = "/"
    outside: bool = False


@dataclass(frozen=True, kw_only=True)
class FirewallPlan:
    """Requests of one address in WINDOW_SECONDS. flood_limit: all of them; rate_limit: all but bundles, which a page
    loads by the dozen and the edges answer; api_rate_limit: of these, the ones to APIs."""

    name: str
    flood_limit: int
    rate_limit: int
    api_rate_limit: int
    managed: tuple[ManagedRulesPlan, ...]
    log_days: int

    @property
    def limits(self) -> tuple[RateLimitPlan, ...]:
        """In order of their evaluation, before any managed rule: an address that floods costs none of these."""
        return (
            RateLimitPlan(name="every-address", requests=self.flood_limit),
            RateLimitPlan(name="every-address-api", requests=self.api_rate_limit, path=_API),
            RateLimitPlan(
                name="every-address-but-bundles", requests=self.rate_limit, path=f"/{BUNDLES}/", outside=True
            ),
        )


def plan_firewall(stack: str, tier: Tier, mode: FirewallMode) -> FirewallPlan:
    """Limits from the tier. mode: what rules do with a match (naap:firewallMode)."""
    return FirewallPlan(
        name=stack_prefix(stack),
        flood_limit=tier.waf_rate_per_5_minutes * _FLOOD,
        rate_limit=tier.waf_rate_per_5_minutes,
        api_rate_limit=tier.waf_rate_per_5_minutes // 2,
        managed=tuple(_managed(name, mode) for name in _GROUPS),
        log_days=tier.log_days,
    )


_GROUPS = (
    "AWSManagedRulesAmazonIpReputationList",
    "AWSManagedRulesCommonRuleSet",
    "AWSManagedRulesKnownBadInputsRuleSet",
    "AWSManagedRulesSQLiRuleSet",
)


def _managed(name: str, mode: FirewallMode) -> ManagedRulesPlan:
    if mode == "count":
        return ManagedRulesPlan(name=name, counts=True)
    too_large = (_TOO_LARGE,) if name == "AWSManagedRulesCommonRuleSet" else ()
    content = _CONTENT_RULES.get(name, ()) if mode == "count-bodies" else ()
    return ManagedRulesPlan(name=name, counted=too_large + content)
