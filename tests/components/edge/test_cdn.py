"""The CDN as it is built: what is waited for, what is asked again, what browsers are told."""

import functools
from dataclasses import replace
from typing import Any

import pytest

from components.edge.cache_policies import ALL_OF_THE_VIEWER, HOST_ALONE, NEVER_CACHED
from components.edge.firewall import Firewall
from planning.edge.behaviours import plan_behaviours
from planning.edge.firewall import ExceptionPlan, plan_firewall
from planning.inputs.tiers import tier_for
from planning.shared.tags import Tags
from tests.components.estate import USERS, Estate, settings
from tests.components.recording import Recorded, build, of_type, one
from tests.planning import samples
from tests.plugin_plans import without

DISTRIBUTION = "aws:cloudfront/distribution:Distribution"
VPC_ORIGIN = "aws:cloudfront/vpcOrigin:VpcOrigin"
HEADERS = "aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy"
TAGS = Tags(environment="dev", owner="platform", cost_center="naap-dev")
FIREWALL = "aws:wafv2/webAcl:WebAcl"


@functools.cache
def records(tier: str) -> list[Recorded]:
    return build(lambda: Estate(settings(USERS[tier])))


def stated(**values: Any) -> list[Recorded]:
    return build(lambda: Estate(samples.settings(1_000, stated=values)))


@functools.cache
def static(tier: str = "1k") -> list[Recorded]:
    """Of an environment whose site is files."""
    return build(lambda: Estate(settings(USERS[tier]), registry=without("web-next")))


def test_a_vpc_origin_may_take_three_times_what_aws_says() -> None:
    for origin in of_type(records("100k"), VPC_ORIGIN):
        assert origin.timeouts == {"create": "45m", "update": "45m", "delete": "45m"}


def test_a_vpc_origin_whose_endpoint_changes_is_made_anew_beside_the_old_one() -> None:
    for origin in of_type(records("100k"), VPC_ORIGIN):
        assert origin.replace_on_changes == ("vpcOriginEndpointConfig",)
        assert not origin.delete_before_replace


def test_who_has_another_origin_asks_each_once_and_who_has_none_asks_three_times() -> None:
    tries = {
        tier: {
            (origin["connectionAttempts"], origin["connectionTimeout"])
            for origin in one(records(tier), DISTRIBUTION).inputs["origins"]
        }
        for tier in USERS
    }
    assert tries == {"1k": {(3, 3)}, "10k": {(3, 3)}, "50k": {(3, 3)}, "100k": {(1, 3)}}


def test_an_error_is_nobodys_answer_but_the_one_who_asked() -> None:
    kept = one(records("1k"), DISTRIBUTION).inputs["customErrorResponses"]
    assert {found["errorCode"]: found["errorCachingMinTtl"] for found in kept} == dict.fromkeys(
        (404, 414, 500, 501, 502, 503, 504), 0
    )


@pytest.mark.parametrize("tier", USERS)
def test_how_long_a_browser_keeps_an_answer_says_the_origin_alone(tier: str) -> None:
    for policy in of_type(records(tier), HEADERS):
        added: dict[str, Any] = policy.inputs.get("customHeadersConfig") or {"items": []}
        assert "cache-control" not in {str(item["header"]).lower() for item in added["items"]}


def strict(found: list[Recorded]) -> set[tuple[bool, bool]]:
    policies = [record.inputs["securityHeadersConfig"]["strictTransportSecurity"] for record in of_type(found, HEADERS)]
    return {(policy["includeSubdomains"], policy["preload"]) for policy in policies}


def test_names_below_the_domain_are_bound_to_tls_only_when_asked() -> None:
    assert strict(records("100k")) == {(False, False)}
    assert strict(stated(hsts_subdomains=True, hsts_preload=True)) == {(True, True)}


def rules(found: list[Recorded]) -> dict[str, dict[str, Any]]:
    return {rule["name"]: rule for rule in one(found, FIREWALL).inputs["rules"]}


def test_bundles_count_for_floods_only() -> None:
    found = rules(records("1k"))
    everything = found["every-address"]["statement"]["rateBasedStatement"]
    most = found["every-address-but-bundles"]["statement"]["rateBasedStatement"]
    assert "scopeDownStatement" not in everything
    statements = most["scopeDownStatement"]["notStatement"]["statement"]["orStatement"]["statements"]
    excepted = {found["byteMatchStatement"]["searchString"] for found in statements}
    assert excepted == {"/bundles/", "/_next/static/"}
    assert {found["byteMatchStatement"]["positionalConstraint"] for found in statements} == {"STARTS_WITH"}
    assert everything["limit"] == 10 * most["limit"]


def test_what_the_gateway_will_take_for_another_path_counts_as_that_one() -> None:
    found = rules(records("1k"))
    api = found["every-address-api"]["statement"]["rateBasedStatement"]["scopeDownStatement"]
    bundles = found["every-address-but-bundles"]["statement"]["rateBasedStatement"]["scopeDownStatement"]
    either = bundles["notStatement"]["statement"]["orStatement"]["statements"]
    for match in (api, *either):
        changes = sorted(match["byteMatchStatement"]["textTransformations"], key=lambda each: each["priority"])
        assert [each["type"] for each in changes] == ["URL_DECODE", "NORMALIZE_PATH"], "%2f becomes / before .. is gone"


def test_of_a_site_of_files_bundles_alone_are_excepted_without_an_or_which_takes_two() -> None:
    most = rules(static())["every-address-but-bundles"]["statement"]["rateBasedStatement"]
    excepted = most["scopeDownStatement"]["notStatement"]["statement"]["byteMatchStatement"]
    assert (excepted["searchString"], excepted["positionalConstraint"]) == ("/bundles/", "STARTS_WITH")


def behaviours(found: list[Recorded]) -> dict[str, dict[str, Any]]:
    """By path; * is what matches no other."""
    distribution = one(found, DISTRIBUTION).inputs
    listed = {item["pathPattern"]: item for item in distribution["orderedCacheBehaviors"]}
    return {**listed, "*": distribution["defaultCacheBehavior"]}


def test_pages_of_a_server_are_kept_by_nobody_and_take_every_method() -> None:
    distribution, page = one(records("1k"), DISTRIBUTION).inputs, behaviours(records("1k"))["*"]
    assert page["cachePolicyId"] == NEVER_CACHED
    assert page["originRequestPolicyId"] == ALL_OF_THE_VIEWER
    assert page["viewerProtocolPolicy"] == "redirect-to-https"
    assert "POST" in page["allowedMethods"]
    assert "defaultRootObject" not in distribution, "or / would be asked for as /index.html"
    assert not page.get("functionAssociations"), "which would ask for /index.html too"


def test_files_of_a_server_that_never_change_are_kept_as_its_answer_says_and_depend_on_nothing_sent() -> None:
    found = behaviours(records("1k"))["/_next/static/*"]
    policy = next(
        record
        for record in of_type(records("1k"), "aws:cloudfront/cachePolicy:CachePolicy")
        if record.outputs["id"] == found["cachePolicyId"]
    )
    keyed = policy.inputs["parametersInCacheKeyAndForwardedToOrigin"]
    assert (policy.inputs["minTtl"], policy.inputs["defaultTtl"]) == (0, 0), "a path may be another one to the gateway"
    assert policy.inputs["maxTtl"] == 365 * 24 * 3600
    assert {keyed["cookiesConfig"]["cookieBehavior"], keyed["headersConfig"]["headerBehavior"]} == {"none"}
    assert found["originRequestPolicyId"] == HOST_ALONE
    assert found["allowedMethods"] == ["GET", "HEAD", "OPTIONS"]
    assert found["compress"]


def test_pages_and_files_of_a_server_fail_over_as_apis_do() -> None:
    found = behaviours(records("100k"))
    functions = [found[path]["functionAssociations"] for path in ("*", "/_next/static/*", "/api/*")]
    assert functions[0] == functions[1] == functions[2]
    assert len(functions[0]) == 1


def test_a_site_of_files_is_one_document_in_the_bucket_kept_briefly() -> None:
    distribution, page = one(static(), DISTRIBUTION).inputs, behaviours(static())["*"]
    assert page["targetOriginId"] == "assets"
    assert distribution["defaultRootObject"] == "index.html"
    assert len(page["functionAssociations"]) == 1
    assert "/_next/static/*" not in behaviours(static())


def sent(found: list[Recorded], path: str) -> dict[str, Any]:
    """The headers policy of a path."""
    policies = {record.outputs["id"]: record.inputs for record in of_type(found, HEADERS)}
    return dict(policies[behaviours(found)[path]["responseHeadersPolicyId"]])


@pytest.mark.parametrize("tier", ["1k", "100k"])
def test_pages_may_upload_to_the_buckets_of_all_regions_and_apis_state_no_content_policy(tier: str) -> None:
    found = records(tier)
    policy = sent(found, "*")["securityHeadersConfig"]["contentSecurityPolicy"]
    hosts = {
        f"https://{record.outputs['bucketRegionalDomainName']}"
        for record in of_type(found, "aws:s3/bucket:Bucket")
        if "uploads" in record.name
    }
    connect = next(part for part in policy["contentSecurityPolicy"].split("; ") if part.startswith("connect-src "))
    assert len(hosts) == (2 if tier == "100k" else 1)
    assert hosts <= set(connect.split())
    assert policy["override"], "the shell's own policy knows no entries"
    assert "contentSecurityPolicy" not in sent(found, "/api/*")["securityHeadersConfig"]


def test_what_pages_may_use_of_a_device_replaces_what_an_origin_says() -> None:
    (header,) = sent(records("1k"), "*")["customHeadersConfig"]["items"]
    assert (header["header"], header["override"]) == ("Permissions-Policy", True)
    assert "camera=(self)" in header["value"]


def test_an_address_that_is_stopped_is_told_when_to_come_back() -> None:
    limits = [rule for rule in rules(records("1k")).values() if "rateBasedStatement" in rule["statement"]]
    assert len(limits) == 3
    for rule in limits:
        answer = rule["action"]["block"]["customResponse"]
        assert answer["responseCode"] == 429
        assert answer["responseHeaders"] == [{"name": "Retry-After", "value": "60"}]


def test_how_much_of_a_body_the_firewall_looks_at_is_stated() -> None:
    (bodies,) = one(records("1k"), FIREWALL).inputs["associationConfig"]["requestBodies"]
    assert bodies == {"cloudfront": {"defaultSizeInspectionLimit": "KB_16"}}


def test_what_an_exception_does_not_cover_is_blocked_by_the_label_of_aws_rule() -> None:
    paths = ("^/api/v1/a(/x)*$", "^/api/v1/b(/x)*$")
    several = ExceptionPlan(rule="SQLi_BODY", label="awswaf:managed:aws:sql-database:SQLi_Body", paths=paths)
    one_path = replace(several, rule="NoUserAgent_HEADER", paths=paths[:1])
    planned = replace(
        plan_firewall("dev", tier_for(1_000), "block", samples.registry(), plan_behaviours(())),
        exceptions=(several, one_path),
    )
    made = build(lambda: Firewall("firewall", plan=planned, protect=False, tags=TAGS))
    found = rules(made)
    labelled, elsewhere = found["SQLi_BODY"]["statement"]["andStatement"]["statements"]

    assert labelled["labelMatchStatement"] == {"key": several.label, "scope": "LABEL"}
    either = elsewhere["notStatement"]["statement"]["orStatement"]["statements"]
    assert [path["regexMatchStatement"]["regexString"] for path in either] == list(paths)
    assert found["SQLi_BODY"]["action"] == {"block": {}}
    _, only = found["NoUserAgent_HEADER"]["statement"]["andStatement"]["statements"]
    assert "regexMatchStatement" in only["notStatement"]["statement"], "AWS takes no OR of one"
    order = sorted(found.values(), key=lambda rule: rule["priority"])
    assert [rule["name"] for rule in order][-2:] == ["SQLi_BODY", "NoUserAgent_HEADER"], "labels are put on before"


def test_a_firewall_that_counts_blocks_by_none_of_the_managed_rules() -> None:
    managed = [rule for rule in rules(stated(firewall_mode="count")).values() if "overrideAction" in rule]
    assert len(managed) == 4
    assert all(rule["overrideAction"] == {"count": {}} for rule in managed)
    assert all(
        rule["overrideAction"] == {"none": {}} for rule in rules(records("1k")).values() if "overrideAction" in rule
    )
