import itertools

import pytest

from planning.gateway.error_bodies import ERRORS, local_replies
from planning.gateway.gateway import (
    CONTAINER_PORT,
    NAMESPACE,
    controller_pod,
    limiter_pod,
    limiter_pods,
    plan_gateway,
    proxy_pod,
    proxy_workers,
)
from planning.inputs.assumptions import Assumptions
from planning.inputs.registry.registry_entry import Registry
from planning.inputs.tiers import TIERS, PodRange, tier_for
from planning.network.addresses import region_addresses
from planning.network.network_policy import AddressPeer
from planning.shared.pods import PodSize
from tests.planning.samples import plugin, settings
from tests.plugin_plans import gateway_plan, real_registry


def test_proxies_grow_with_the_tier_in_number_and_size() -> None:
    plans = [gateway_plan(tier.max_users or 100_001) for tier in TIERS]

    for low, high in itertools.pairwise(plans):
        assert low.pods.max < high.pods.max
        assert low.proxy.cpu_m < high.proxy.cpu_m
        assert low.proxy.memory_mib < high.proxy.memory_mib


@pytest.mark.parametrize(("cpu_m", "workers"), [(100, 1), (1_000, 1), (1_001, 2), (4_000, 4)])
def test_a_proxy_has_a_worker_for_each_core_that_it_asks_for(cpu_m: int, workers: int) -> None:
    assert proxy_workers(PodSize(cpu_m=cpu_m, memory_mib=512)) == workers


def test_above_the_top_tier_proxies_grow_with_the_users() -> None:
    assert gateway_plan(1_000_000).pods.max == 10 * gateway_plan(100_001).pods.max


def test_nothing_depends_on_one_pod_from_ten_thousand_users_on() -> None:
    plan = gateway_plan(10_000)

    assert min(plan.pods.min, plan.limiter_pods.min, plan.controller_pods) >= 2


@pytest.mark.parametrize("users", [1_000, 10_000, 50_000, 100_000, 1_000_000, 10_000_000])
def test_the_limit_service_has_cpu_to_count_every_request_of_the_busiest_hour(users: int) -> None:
    tier = tier_for(users)
    pods, pod = limiter_pods(tier, users, Assumptions()), limiter_pod(tier)

    vcpu = 5_000 * 10 / (730 * 3_600) * users * 0.000_4
    assert vcpu <= pods.max * pod.cpu_m / 1000 * 0.6
    assert vcpu > (pods.max - 1) * pod.cpu_m / 1000 * 0.6 or pods.max == pods.min


def test_more_requests_a_user_ask_for_more_pods_that_count() -> None:
    tier = tier_for(100_000)

    assert limiter_pods(tier, 100_000, Assumptions()) == PodRange(min=3, max=3)
    assert limiter_pods(tier, 100_000, Assumptions(requests_per_user=50_000)) == PodRange(min=3, max=26)


@pytest.mark.parametrize("users", [1_000, 10_000, 50_000, 100_000])
def test_up_to_a_hundred_thousand_users_as_many_pods_count_as_ever(users: int) -> None:
    pods = gateway_plan(users).limiter_pods

    assert pods.min == pods.max == min(3, tier_for(users).gateway_pods_min)


def test_the_client_stands_behind_the_cdn_and_the_load_balancer() -> None:
    assert gateway_plan(1_000).trusted_hops == 2


def test_only_the_own_network_reaches_a_proxy() -> None:
    policies = {policy.name: policy for policy in gateway_plan(1_000).policies}

    assert policies["default-deny"].ingress == ()
    assert policies["default-deny"].egress == ()
    allowed = policies["proxies"].ingress
    assert allowed is not None
    (rule,) = allowed
    assert rule.peers == (AddressPeer(cidr=region_addresses("us-east-1").cidr),)
    assert CONTAINER_PORT in {port.number for port in rule.ports}
    assert {policy.namespace for policy in policies.values()} == {NAMESPACE}


def test_every_error_says_what_happened_and_which_request_it_was() -> None:
    mappers = local_replies("https://site.example", "https://site.example/login")["mappers"]

    assert {error.becomes or error.status for error in ERRORS} >= {401, 403, 404, 413, 429, 502, 503, 504}
    assert ERRORS[-1].status is None, "the catch-all comes last: the first match counts"
    for mapper in mappers:
        assert mapper["body_format_override"]["json_format"]["error"]["requestId"] == "%REQ(x-request-id)%"


def test_a_refused_client_is_told_when_to_come_back() -> None:
    stated = {
        mapper["filter"]["status_code_filter"]["comparison"]["value"]["default_value"]: each["header"]["value"]
        for mapper in local_replies("https://site.example", "https://site.example/login")["mappers"]
        if "status_code_filter" in mapper["filter"]
        for each in mapper["headers_to_add"]
        if each["header"]["key"] == "retry-after"
    }

    assert stated == {429: "%RESP(x-ratelimit-reset)%"}


def test_whom_no_rule_allows_is_told_apart_from_whom_nobody_could_check() -> None:
    noted = {
        found["metadata_filter"]["matcher"]["value"]["string_match"]["exact"]: mapper
        for mapper in local_replies("https://site.example", "https://site.example/login")["mappers"]
        for found in mapper["filter"].get("and_filter", {}).get("filters", [])
        if "metadata_filter" in found
    }

    assert {user: mapper["status_code"] for user, mapper in noted.items()} == {"none": 401, "unknown": 503}
    body = noted["none"]["body_format_override"]["json_format"]["error"]
    assert body["signIn"] == "https://site.example/login"
    assert "https://site.example/login" in body["message"]
    challenge = [each["header"] for each in noted["none"]["headers_to_add"]]
    assert {"key": "www-authenticate", "value": 'Bearer realm="https://site.example/login"'} in challenge


def test_proxies_leave_the_cluster_for_an_issuer_s_keys_only() -> None:
    for issuer, leaves in ((None, False), ("https://issuer.example/", True)):
        plan = plan_gateway(
            region="us-east-1",
            settings=settings(stated={"jwt_issuer": issuer}),
            tier=TIERS[0],
            users=1_000,
            registry=real_registry(),
        )
        (policy,) = [each for each in plan.policies if each.name == "proxies"]
        assert bool(policy.egress) is leaves


def test_routes_of_many_plugins_have_room_and_one_more_restarts_nothing() -> None:
    def sizes(count: int) -> tuple[int, int]:
        registry = Registry(file="many", plugins=tuple(plugin(f"plugin-{number}") for number in range(count)))
        return proxy_pod(TIERS[0], registry).memory_mib, controller_pod(registry).memory_mib

    assert sizes(10) == sizes(100) == (512, 512)
    assert sizes(101) == sizes(200) == (612, 712)
    assert sizes(1_000) == (1_412, 2_312)
