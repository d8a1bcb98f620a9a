"""What the edge decides of a request, from what the program recorded."""

import re
from collections.abc import Sequence
from dataclasses import replace

import pytest

from rehearsal import RehearsalError
from rehearsal.live.edge.cloudfront.distribution import FUNCTION, Distribution, Forward, Refusal, matching
from rehearsal.live.edge.cloudfront.forwarding import CACHE_POLICY
from rehearsal.live.edge.cloudfront.functions import Functions
from rehearsal.live.edge.cloudfront.response_headers import POLICY
from rehearsal.live.edge.messages import Request
from tests.components.estate import Estate
from tests.components.recording import Recorded, build
from tests.planning import samples
from tests.plugin_plans import without

DOMAIN = samples.settings(1_000).domain


def asked(path: str, method: str = "GET", **headers: str) -> Request:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Request(method=method, path=path, headers={"host": DOMAIN, **named})


def sent(distribution: Distribution, request: Request) -> Forward:
    found = distribution.decide(request, viewer="198.51.100.7", identity="abc")
    assert isinstance(found, Forward), found
    return found


def test_a_star_is_any_text_a_question_mark_is_one_sign_and_brackets_are_themselves() -> None:
    assert matching("/api/*").fullmatch("/api/v1/a/b")
    assert matching("/a?c").fullmatch("/abc")
    assert not matching("/a?c").fullmatch("/ac")
    assert matching("/[ab]").fullmatch("/[ab]")
    assert not matching("/[ab]").fullmatch("/a")
    assert not matching("/API/*").fullmatch("/api/x")


@pytest.mark.parametrize(
    ("path", "owner"),
    [
        ("/api/v1/wallet", "gateway-"),
        ("/bundles/my-wallet/1.0.0/my-wallet.js", "assets"),
        ("/bundles/registry.json", "assets"),
        ("/wallet", "gateway-"),
        ("/_next/static/chunks/a.js", "gateway-"),
    ],
)
def test_the_first_behaviour_whose_pattern_matches_has_a_path(
    distribution: Distribution, path: str, owner: str
) -> None:
    assert distribution.owner(path).startswith(owner)
    assert sent(distribution, asked(path)).origins[0].identity.startswith(owner)


def test_a_name_that_the_distribution_does_not_have_is_refused(distribution: Distribution) -> None:
    foreign = Request(method="GET", path="/", headers={"host": "foreign.example"})
    assert isinstance(distribution.decide(foreign, viewer="::1", identity="a"), Refusal)


def test_a_method_that_a_behaviour_does_not_list_is_refused_and_so_is_a_get_with_a_body(
    distribution: Distribution,
) -> None:
    for request in (asked("/bundles/x/1.0.0/x.js", "POST"), asked("/api/v1/x", content_length="3")):
        found = distribution.decide(request, viewer="::1", identity="a")
        assert isinstance(found, Refusal)
        assert found.status == 403


def test_a_gateway_sees_all_of_a_request_but_what_cloudfront_keeps_from_everyone(distribution: Distribution) -> None:
    request = replace(
        asked(
            "/api/v1/x",
            authorization="Bearer a",
            cookie="session=1; theme=dark",
            user_agent="test",
            accept="text/html",
            x_user_id="somebody",
            x_real_ip="203.0.113.9",
            x_forwarded_proto="http",
            x_edge_location="x",
            proxy_authorization="Basic b",
            te="trailers",
            connection="keep-alive, x-user-id",
        ),
        query="a=1&b=2",
    )
    found = sent(distribution, request).request
    assert found.query == "a=1&b=2"
    assert found.headers == {
        "host": DOMAIN,
        "authorization": "Bearer a",
        "cookie": "session=1; theme=dark",
        "user-agent": "test",
        "accept": "text/html",
        "x-user-id": "somebody",
        "x-forwarded-for": "198.51.100.7",
        "via": "1.1 rehearsal (plays CloudFront)",
        "x-amz-cf-id": "abc",
    }


def test_the_viewers_address_comes_after_what_the_viewer_wrote_itself(distribution: Distribution) -> None:
    found = sent(distribution, asked("/api/v1/x", x_forwarded_for="203.0.113.1")).request
    assert found.headers["x-forwarded-for"] == "203.0.113.1, 198.51.100.7"


def test_a_bucket_sees_neither_cookies_nor_tokens_nor_the_sites_name(distribution: Distribution) -> None:
    request = replace(
        asked("/bundles/x/1.0.0/x.js", cookie="session=1", authorization="Bearer a", accept_encoding="deflate, gzip"),
        query="v=1",
    )
    found = sent(distribution, request)
    assert found.request.query == ""
    assert found.request.headers == {
        "host": found.origins[0].domain,
        "user-agent": "Amazon CloudFront",
        "accept-encoding": "gzip",
        "x-forwarded-for": "198.51.100.7",
        "via": "1.1 rehearsal (plays CloudFront)",
        "x-amz-cf-id": "abc",
    }


def test_of_files_that_are_kept_the_gateway_sees_the_name_alone(distribution: Distribution) -> None:
    found = sent(distribution, asked("/_next/static/chunks/a.js", cookie="session=1", user_agent="test"))
    assert found.request.headers["host"] == DOMAIN
    assert "cookie" not in found.request.headers
    assert found.request.headers["user-agent"] == "Amazon CloudFront"


def test_a_websocket_keeps_its_upgrade(distribution: Distribution) -> None:
    found = sent(distribution, asked("/api/v1/x", upgrade="websocket", sec_websocket_key="k", connection="Upgrade"))
    assert found.request.upgrades
    assert found.request.headers["sec-websocket-key"] == "k"


def test_a_regions_health_path_becomes_the_gateways_own_by_its_function(distribution: Distribution) -> None:
    found = sent(distribution, asked("/_health/use1"))
    assert found.request.path == "/healthz/gateway"
    assert found.origins[0].identity == "gateway-use1"


def test_of_a_static_shell_every_page_is_its_one_document(functions: Functions) -> None:
    records = build(lambda: Estate(samples.settings(1_000), registry=without("web-next")))
    distribution = Distribution(records, functions)
    assert {sent(distribution, asked(path)).request.path for path in ("/", "/wallet", "/a.b/c")} == {"/index.html"}
    assert sent(distribution, asked("/favicon.ico")).request.path == "/favicon.ico"


@pytest.fixture(scope="module")
def two_regions(functions: Functions) -> Distribution:
    return Distribution(build(lambda: Estate(samples.settings(120_000))), functions)


def test_with_two_regions_the_router_asks_the_second_only_what_may_be_asked_twice(two_regions: Distribution) -> None:
    once, twice = (sent(two_regions, asked("/api/v1/x", method)) for method in ("POST", "GET"))
    assert [origin.identity for origin in twice.origins] == ["gateway-use1", "gateway-usw2"]
    assert twice.failover == {500, 502, 503, 504}
    assert [origin.identity for origin in once.origins] == ["gateway-use1"]


def test_with_two_regions_bundles_have_a_second_bucket(two_regions: Distribution) -> None:
    found = sent(two_regions, asked("/bundles/x/1.0.0/x.js"))
    assert [origin.identity for origin in found.origins] == ["assets", "assets-copy"]
    assert 503 in found.failover


def test_pages_get_the_sites_policy_and_files_of_bundles_only_what_is_safe_for_all(distribution: Distribution) -> None:
    page, bundle = (sent(distribution, asked(path)).policy for path in ("/wallet", "/bundles/x/1.0.0/x.js"))
    assert page["content-security-policy"][0].startswith("default-src 'self'")
    assert "content-security-policy" not in bundle
    assert bundle["x-content-type-options"] == ("nosniff", True)
    assert bundle["strict-transport-security"][0].startswith("max-age=63072000")


def changed(records: Sequence[Recorded], kind: str, **inputs: object) -> list[Recorded]:
    return [replace(one, inputs={**one.inputs, **inputs}) if one.type == kind else one for one in records]


@pytest.mark.parametrize(
    ("kind", "inputs", "said"),
    [
        (POLICY, {"corsConfig": {"originOverride": True}}, "corsConfig"),
        (
            CACHE_POLICY,
            {
                "parametersInCacheKeyAndForwardedToOrigin": {
                    "headersConfig": {"headerBehavior": "allViewer"},
                    "cookiesConfig": {},
                    "queryStringsConfig": {},
                }
            },
            "headerBehavior: allViewer",
        ),
    ],
)
def test_what_is_not_played_is_refused_by_its_name(
    records: list[Recorded], functions: Functions, kind: str, inputs: dict[str, object], said: str
) -> None:
    with pytest.raises(RehearsalError, match=re.escape(said)):
        Distribution(changed(records, kind, **inputs), functions)


def test_a_function_that_fails_or_changes_more_than_is_played_says_so(
    records: list[Recorded], functions: Functions
) -> None:
    for code, said in (
        ("function handler(event) { return event.nothing.at.all; }", "TypeError"),
        ("function handler(event) { event.request.querystring.x = { value: '1' }; return event.request; }", "play"),
        ("function handler(event) { return { statusCode: 302 }; }", "statusCode"),
    ):
        distribution = Distribution(changed(records, FUNCTION, code=code), functions)
        with pytest.raises(RehearsalError, match=said):
            distribution.decide(asked("/_health/use1"), viewer="::1", identity="a")
