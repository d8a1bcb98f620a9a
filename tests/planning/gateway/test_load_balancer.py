"""The gateway's load balancer: its name, its health check, and how long it drains."""

import pytest

from planning.gateway.gateway import CONTAINER_PORT, DRAIN_SECONDS, HEALTH_PATH
from planning.gateway.load_balancer import MAX_NAME, plan_load_balancer
from planning.shared.naming import MAX_STACK_NAME
from planning.shared.regions import REGIONS
from tests.planning.samples import settings


@pytest.mark.parametrize("region", REGIONS)
def test_the_longest_stack_makes_a_name_that_aws_takes(region: str) -> None:
    plan = plan_load_balancer(stack="s" * MAX_STACK_NAME, region=region, settings=settings(1))
    assert len(plan.name) <= MAX_NAME


def test_targets_are_the_proxies_and_drain_as_long_as_they_do() -> None:
    plan = plan_load_balancer(stack="dev", region="us-east-1", settings=settings(1))
    assert (plan.target_port, plan.health.path) == (CONTAINER_PORT, HEALTH_PATH)
    assert plan.drain_seconds == DRAIN_SECONDS
