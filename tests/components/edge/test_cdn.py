"""The CDN as it is built: what is waited for, what is asked again, what browsers are told."""

import functools
from dataclasses import replace
from typing import Any

import pytest

from components.edge.firewall import Firewall
from planning.edge.firewall import ExceptionPlan, plan_firewall
from planning.inputs.tiers import tier_for
from planning.shared.tags import Tags
from tests.components.estate import USERS, Estate, settings
from tests.components.recording import Recorded, build, of_type, one
from tests.planning import samples

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
    excepted = most["scopeDownStatement"]["notStatement"]["statement"]["byteMatchStatement"]
    assert (excepted["searchString"], excepted["positionalConstraint"]) == ("/bundles/", "STARTS_WITH")
    assert everything["limit"] == 10 * most["limit"]


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
        plan_firewall("dev", tier_for(1_000), "block", samples.registry()), exceptions=(several, one_path)
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
