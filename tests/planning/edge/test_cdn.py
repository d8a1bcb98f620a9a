"""The CDN: what is kept for how long, where requests go, and what differs by tier."""

import re

import pytest

from planning.edge.cdn import MAX_NAME, CdnPlan, plan_cdn
from planning.edge.firewall import path_pattern
from planning.gateway.gateway import HEALTH_PATH
from planning.inputs.registry.lifecycle import Lifecycle
from planning.inputs.registry.registry_entry import Registry
from planning.inputs.tiers import TIERS, Tier
from planning.shared.naming import MAX_STACK_NAME
from tests.planning.samples import altered, plugin, registry, settings
from tests.plugin_plans import real_registry, without

K1, K10, K50, K100 = TIERS
TWO = ("us-east-1", "us-west-2")


def plan(
    tier: Tier, regions: tuple[str, ...] = ("us-east-1",), plugins: Registry | None = None, **stated: object
) -> CdnPlan:
    return plan_cdn(
        stack="dev",
        settings=settings(1_000, stated=stated),
        tier=tier,
        regions=regions,
        registry=plugins or real_registry(),
    )


def test_price_class_shield_and_failover_follow_the_tier() -> None:
    plans = [plan(K1), plan(K10), plan(K50), plan(K100, TWO)]
    assert [found.price_class[-3:] for found in plans] == ["200", "200", "200", "All"], "with edges in Asia"
    assert [found.shield_region for found in plans] == [None, "us-east-1", "us-east-1", "us-east-1"]
    assert [found.failover_origin for found in plans] == [False, False, False, True]


def test_a_home_region_without_origin_shield_uses_the_nearest_that_has_one() -> None:
    assert plan(K10, ("ca-central-1",)).shield_region == "us-east-1"


def test_limits_of_the_firewall_grow_with_the_tier_and_apis_have_their_own() -> None:
    limits = [plan(tier).firewall.rate_limit for tier in TIERS]
    assert limits == sorted(set(limits))
    assert all(plan(tier).firewall.api_rate_limit < plan(tier).firewall.rate_limit for tier in TIERS)


def test_the_widest_limit_counts_every_request_and_bundles_count_for_no_other() -> None:
    flood, apis, pages = plan(K1).firewall.limits
    assert flood.paths == ("/",) and flood.requests > pages.requests > apis.requests
    assert (apis.paths, apis.outside) == (("/api/",), False)
    assert (pages.paths, pages.outside) == (("/bundles/", "/_next/static/"), True)


@pytest.mark.parametrize("tier", TIERS, ids=lambda tier: tier.name.value)
def test_the_gateway_limits_a_client_long_before_the_firewall_stops_an_office(tier: Tier) -> None:
    assert plan(tier).firewall.api_rate_limit >= 3 * 5 * tier.client_per_minute


CONTENT = {"CrossSiteScripting_BODY", "GenericLFI_BODY", "GenericRFI_BODY", "EC2MetaDataSSRF_BODY", "SQLi_BODY"}


def test_rules_on_bodies_count_until_a_person_says_block() -> None:
    def counted(mode: str) -> set[str]:
        return {rule for group in plan(K1, firewall_mode=mode).firewall.managed for rule in group.counted}

    assert counted("count-bodies") > CONTENT | {"NoUserAgent_HEADER", "SizeRestrictions_QUERYSTRING"}
    assert plan(K1).firewall == plan(K1, firewall_mode="count-bodies").firewall
    assert counted("block") == {"SizeRestrictions_BODY"}
    assert all(group.counts for group in plan(K1, firewall_mode="count").firewall.managed)


WALLET = altered(plugin("my-wallet"), firewall_exceptions=("SQLi_BODY",), extra_prefixes=("/api/v1/coins",))


def test_an_entry_excepts_its_own_paths_from_a_rule_that_would_block_them() -> None:
    found = plan(K1, plugins=registry(WALLET, plugin("other")), firewall_mode="block").firewall
    (exception,) = found.exceptions

    assert (exception.rule, exception.label) == ("SQLi_BODY", "awswaf:managed:aws:sql-database:SQLi_Body")
    assert exception.paths == (path_pattern("/api/v1/my-wallet"), path_pattern("/api/v1/coins"))
    assert {rule for group in found.managed for rule in group.counted} == {"SizeRestrictions_BODY", "SQLi_BODY"}


def test_where_rules_on_content_block_nobody_nothing_is_excepted() -> None:
    for mode in ("count", "count-bodies"):
        with_it, without_it = (plan(K1, plugins=registry(*some), firewall_mode=mode) for some in ((WALLET,), ()))
        assert with_it.firewall == without_it.firewall
    stopped = altered(WALLET, lifecycle=Lifecycle.STOPPED)
    assert plan(K1, plugins=registry(stopped), firewall_mode="block").firewall.exceptions == ()


@pytest.mark.parametrize(
    ("path", "excepted"),
    [
        ("/api/v1/my-wallet", True),
        ("/api/v1/my-wallet/", True),
        ("/api/v1/my-wallet/a.b/c-d_e~f", True),
        ("/api/v1/my-wallets", False),
        ("/api/v1/my-wallet.evil/x", False),
        ("/api/v1/my-wallet/../other/x", False),
        ("/api/v1/my-wallet/..", False),
        ("/api/v1/my-wallet/%2e%2e/other", False),
        ("/api/v1/my-wallet%2f..%2fother", False),
        ("/api/v1/my-wallet//x", False),
        ("/api/v1/my-wallet/a\\..\\b", False),
        ("/api/v1/my-wallet/;/x", False),
        ("/x/api/v1/my-wallet/x", False),
        ("/api/v1/my-wallet/x\n/api", False),
    ],
)
def test_only_a_path_that_firewall_and_gateway_read_alike_is_excepted(path: str, excepted: bool) -> None:
    assert bool(re.fullmatch(path_pattern("/api/v1/my-wallet"), path)) is excepted


def test_a_vpc_origin_of_another_load_balancer_has_another_name() -> None:
    found = plan(K1)
    names = [found.vpc_origin_name(found.home, f"arn:aws:elasticloadbalancing:...:app/{name}") for name in "aba"]
    assert names[0] == names[2] != names[1]
    assert all(name.startswith("naap-dev-use1-") and len(name) <= MAX_NAME for name in names)


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


def test_files_that_never_change_count_for_floods_only() -> None:
    assert plan(K1).firewall.unlimited == ("/bundles/", "/_next/static/")
    assert plan(K1, plugins=without("web-next")).firewall.unlimited == ("/bundles/",)


def test_pages_of_a_server_are_made_by_it_and_those_of_files_are_one_document() -> None:
    assert plan(K1).site_function is None
    assert "index.html" in (plan(K1, plugins=without("web-next")).site_function or "")


def test_names_of_the_longest_stack_fit() -> None:
    longest = "s" * MAX_STACK_NAME
    found = plan_cdn(stack=longest, settings=settings(1), tier=K1, regions=("us-east-1",), registry=real_registry())
    assert all(len(found.policy_name(part)) <= MAX_NAME for part in ("immutable", "x" * 60))
