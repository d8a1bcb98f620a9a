"""Rules on the edge: the CDN, its origins, the headers that it sends, and its firewall."""

from collections.abc import Iterable

from policies.properties import get, stated
from policies.rule import Environment, Resource, Stack, rule, stack_rule

DISTRIBUTION = frozenset({"aws:cloudfront/distribution:Distribution"})
HEADERS = "aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy"
FIREWALL = "aws:wafv2/webAcl:WebAcl"
YEAR_SECONDS = 31_536_000
MANAGED = (
    "AWSManagedRulesAmazonIpReputationList",
    "AWSManagedRulesCommonRuleSet",
    "AWSManagedRulesKnownBadInputsRuleSet",
    "AWSManagedRulesSQLiRuleSet",
)
SENT = ("contentTypeOptions", "frameOptions", "referrerPolicy", "strictTransportSecurity")


def _behaviors(resource: Resource) -> list[dict[str, object]]:
    return [get(resource.props, "defaultCacheBehavior", {}), *get(resource.props, "orderedCacheBehaviors", [])]


@rule("aws-cdn-tls", DISTRIBUTION)
def _cdn_tls(resource: Resource, _: Environment) -> Iterable[str]:
    if not str(get(resource.props, "viewerCertificate.minimumProtocolVersion", "")).startswith("TLSv1.2_20"):
        yield "takes old protocols: viewerCertificate.minimumProtocolVersion"
    if any(
        get(item, "viewerProtocolPolicy") not in ("redirect-to-https", "https-only") for item in _behaviors(resource)
    ):
        yield "a behaviour answers in clear text: viewerProtocolPolicy"
    for origin in get(resource.props, "origins", []):
        if get(origin, "customOriginConfig.originProtocolPolicy", "https-only") != "https-only":
            yield f"origin {get(origin, 'originId', '?')} is asked in clear text"


@rule("aws-cdn-guarded", DISTRIBUTION)
def _cdn_guarded(resource: Resource, _: Environment) -> Iterable[str]:
    if not stated(resource.props, "webAclId"):
        yield "no web firewall: webAclId"
    if any(not stated(item, "responseHeadersPolicyId") for item in _behaviors(resource)):
        yield "a behaviour sends no security headers: responseHeadersPolicyId"


@rule("aws-cdn-origins", DISTRIBUTION)
def _origins(resource: Resource, _: Environment) -> Iterable[str]:
    for origin in get(resource.props, "origins", []):
        if not stated(origin, "originAccessControlId") and not stated(origin, "vpcOriginConfig"):
            name = get(origin, "originId", "?")
            yield f"origin {name} must be public: neither originAccessControlId nor vpcOriginConfig"


@rule("aws-cdn-origin-access", frozenset({"aws:cloudfront/originAccessControl:OriginAccessControl"}))
def _origin_access(resource: Resource, _: Environment) -> Iterable[str]:
    if get(resource.props, "signingBehavior", "") != "always":
        yield "requests to the origin aren't signed: signingBehavior is not always"


@rule("aws-cdn-origin-tls", frozenset({"aws:cloudfront/vpcOrigin:VpcOrigin"}))
def _origin_tls(resource: Resource, _: Environment) -> Iterable[str]:
    config = get(resource.props, "vpcOriginEndpointConfig", {})
    if get(config, "originProtocolPolicy", "") != "https-only":
        yield "asks the gateway in clear text: originProtocolPolicy is not https-only"
    if set(get(config, "originSslProtocols.items", ["none"])) - {"TLSv1.2", "TLSv1.3"}:
        yield "takes old protocols of the gateway: originSslProtocols"


@rule("aws-cdn-headers", frozenset({HEADERS}))
def _headers(resource: Resource, _: Environment) -> Iterable[str]:
    config = get(resource.props, "securityHeadersConfig", {})
    for name in SENT:
        if name not in config:
            yield f"browsers aren't told: securityHeadersConfig lacks {name}"
    for name in config:
        if get(config, f"{name}.override", False) is not True:
            yield f"an origin may send a weaker one: {name}.override is not true"
    strict = get(config, "strictTransportSecurity", {})
    if get(strict, "accessControlMaxAgeSec", 0) < YEAR_SECONDS:
        yield "clear text comes back: strictTransportSecurity is below a year"
    if get(config, "frameOptions.frameOption", "") not in ("DENY", "SAMEORIGIN"):
        yield "other sites may frame it: frameOptions"
    if get(config, "referrerPolicy.referrerPolicy", "unsafe-url") == "unsafe-url":
        yield "addresses are told to others: referrerPolicy"


@stack_rule("aws-cdn-content-policy")
def _content_policy(stack: Stack, _: Environment) -> Iterable[tuple[Resource | None, str]]:
    # Which policy belongs to the pages is told by ids, which a preview doesn't know; one at least must be for pages.
    field = "securityHeadersConfig.contentSecurityPolicy.contentSecurityPolicy"
    policies = stack.of(HEADERS)
    if policies and not any(get(item.props, field) for item in policies):
        yield policies[0], "no headers policy states a contentSecurityPolicy: foreign scripts may run in the shell"


@rule("aws-waf-rules", frozenset({FIREWALL}))
def _firewall_rules(resource: Resource, _: Environment) -> Iterable[str]:
    statements = [get(item, "statement", {}) for item in get(resource.props, "rules", [])]
    groups = {get(item, "managedRuleGroupStatement.name") for item in statements}
    for name in MANAGED:
        if name not in groups:
            yield f"known attacks pass: {name} is missing"
    rates = [get(item, "rateBasedStatement") for item in statements if get(item, "rateBasedStatement") is not None]
    if not any("scopeDownStatement" not in rate for rate in rates):
        yield "one address may ask as often as it likes: no rateBasedStatement on everything"
    scopes = [get(rate, "scopeDownStatement") for rate in rates if "scopeDownStatement" in rate]
    if not any("notStatement" not in scope for scope in scopes):
        yield "one address may ask the API as often as it likes: no rateBasedStatement on /api/"
    if not any("notStatement" in scope for scope in scopes):
        yield "one address may ask for pages as often as for bundles: no rateBasedStatement on all but them"
    seen = [get(resource.props, "visibilityConfig", {})]
    seen += [get(item, "visibilityConfig", {}) for item in get(resource.props, "rules", [])]
    if any(get(item, "cloudwatchMetricsEnabled", False) is not True for item in seen):
        yield "attacks can't be counted: visibilityConfig.cloudwatchMetricsEnabled"
    if any(get(item, "sampledRequestsEnabled", False) is not False for item in seen):
        yield "samples show tokens in clear, whatever the log redacts: visibilityConfig.sampledRequestsEnabled"
