"""Times of the way from CloudFront to a pod: each hop ends what the next one has not ended yet."""

from planning.edge import origins
from planning.gateway import gateway, load_balancer
from planning.gateway.routes import CONNECT_SECONDS, STREAM_IDLE_SECONDS
from planning.gateway.sign_in import CHECK_MS, CHECK_TRIES
from planning.gateway.traffic import RETRIES, RETRY_MS
from planning.inputs.registry.sections import REQUEST_SECONDS
from planning.inputs.settings import CDN_RESPONSE_SECONDS
from tests.planning.samples import settings


def test_a_request_ends_at_the_gateway_before_cloudfront_gives_it_up() -> None:
    assert REQUEST_SECONDS < CDN_RESPONSE_SECONDS


def test_a_hop_never_sends_on_a_connection_that_the_next_one_is_closing() -> None:
    assert origins.KEEPALIVE_SECONDS < load_balancer.IDLE_SECONDS < gateway.IDLE_SECONDS


def test_a_silent_stream_is_ended_by_the_gateway_which_logs_it() -> None:
    assert STREAM_IDLE_SECONDS < load_balancer.IDLE_SECONDS


def test_the_checks_of_a_token_and_every_try_again_end_within_the_request() -> None:
    waits = RETRIES * RETRY_MS[1] / 1000
    assert CHECK_TRIES * CHECK_MS / 1000 + (RETRIES + 1) * CONNECT_SECONDS + waits < REQUEST_SECONDS


def test_a_proxy_that_fails_its_checks_is_left_out_before_route_53_gives_up_its_region() -> None:
    health = load_balancer.plan_load_balancer(stack="dev", region="us-east-1", settings=settings(1)).health
    assert health.timeout_seconds < health.interval_seconds
    assert health.failures * health.interval_seconds < origins.CHECK_FAILURES * origins.CHECK_SECONDS


def test_a_proxy_that_ends_lives_until_its_load_balancer_knows() -> None:
    health = load_balancer.HealthCheckPlan()
    assert health.failures * health.interval_seconds <= gateway.LEAST_DRAIN_SECONDS < gateway.DRAIN_SECONDS
