"""The CDN: what is kept for how long, where requests go, and what differs by tier."""

from planning.edge.cdn import MAX_NAME, CdnPlan, plan_cdn
from planning.gateway.gateway import HEALTH_PATH
from planning.inputs.tiers import TIERS, Tier
from planning.shared.naming import MAX_STACK_NAME
from tests.planning.samples import settings

K1, K10, K50, K100 = TIERS
TWO = ("us-east-1", "us-west-2")


def plan(tier: Tier, regions: tuple[str, ...] = ("us-east-1",), **stated: object) -> CdnPlan:
    return plan_cdn(stack="dev", settings=settings(1_000, stated=stated), tier=tier, regions=regions)


def test_price_class_shield_and_failover_follow_the_tier() -> None:
    plans = [plan(K1), plan(K10), plan(K50), plan(K100, TWO)]
    assert [found.price_class[-3:] for found in plans] == ["100", "100", "200", "All"]
    assert [found.shield_region for found in plans] == [None, "us-east-1", "us-east-1", "us-east-1"]
    assert [found.failover_origin for found in plans] == [False, False, False, True]


def test_a_home_region_without_origin_shield_uses_the_nearest_that_has_one() -> None:
    assert plan(K10, ("ca-central-1",)).shield_region == "us-east-1"


def test_limits_of_the_firewall_grow_with_the_tier_and_apis_have_their_own() -> None:
    limits = [plan(tier).firewall.rate_limit for tier in TIERS]
    assert limits == sorted(set(limits))
    assert all(plan(tier).firewall.api_rate_limit < plan(tier).firewall.rate_limit for tier in TIERS)


def test_shield_advanced_is_only_ever_asked_for() -> None:
    assert not any(plan(tier).shield_advanced for tier in TIERS)
    assert plan(K1, shield_advanced=True).shield_advanced


def test_one_region_needs_no_choice_between_regions() -> None:
    assert plan(K1).router_function is None


def test_the_router_knows_every_region_home_first_and_sends_no_write_twice() -> None:
    found = plan(K100, TWO)
    assert found.router_function is not None
    assert '["use1", "usw2"]' in found.router_function
    assert "['GET', 'HEAD', 'OPTIONS'].includes(request.method)" in found.router_function
    origins = {gateway.origin_id for gateway in found.gateways}
    assert origins == {"gateway-use1", "gateway-usw2"}


def test_health_checks_ask_for_what_the_gateway_answers_and_one_region_has_one_too() -> None:
    assert [gateway.health_path for gateway in plan(K1).gateways] == ["/_health/use1"]
    found = plan(K100, TWO)
    assert f'"{HEALTH_PATH}"' in found.health_function
    assert [gateway.health_path for gateway in found.gateways] == ["/_health/use1", "/_health/usw2"]


def test_no_script_but_the_sites_own_may_run() -> None:
    policy = plan(K1).content_security_policy
    assert "script-src 'self';" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe-eval" not in policy


def test_names_of_the_longest_stack_fit() -> None:
    found = plan_cdn(stack="s" * MAX_STACK_NAME, settings=settings(1), tier=K1, regions=("us-east-1",))
    assert all(len(found.policy_name(part)) <= MAX_NAME for part in ("immutable", "x" * 60))
