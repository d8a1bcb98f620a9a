"""The played load balancer: its targets, and what it adds."""

import re
from dataclasses import replace

import pytest

from rehearsal import RehearsalError
from rehearsal.live.edge.cloudfront.distribution import Distribution
from rehearsal.live.edge.load_balancer import (
    LISTENER,
    TARGET_GROUP,
    TargetGroup,
    Targets,
    new_trace,
    target_group,
    to_target,
)
from rehearsal.live.edge.messages import Request
from tests.components.recording import Recorded, one


@pytest.fixture
def group(records: list[Recorded], distribution: Distribution) -> TargetGroup:
    (arn,) = {origin.load_balancer for origin in distribution.origins if origin.load_balancer}
    return target_group(arn, records)


def test_the_origin_the_listener_and_the_targets_lead_to_each_other(
    records: list[Recorded], group: TargetGroup
) -> None:
    assert group.arn == one(records, TARGET_GROUP).outputs["arn"]
    assert (group.port, group.path, group.healthy_after) == (10443, "/healthz/gateway", 2)


def test_an_origin_whose_load_balancer_nobody_made_is_refused(
    records: list[Recorded], distribution: Distribution
) -> None:
    (arn,) = {origin.load_balancer for origin in distribution.origins if origin.load_balancer}
    without = [record for record in records if record.type != LISTENER]
    with pytest.raises(RehearsalError, match="one listener"):
        target_group(arn, without)
    with pytest.raises(RehearsalError, match="0 resources"):
        target_group("arn:aws:elasticloadbalancing:nowhere", records)


def test_it_appends_who_asked_and_overwrites_what_a_client_says_of_its_scheme(group: TargetGroup) -> None:
    request = Request(
        method="GET",
        path="/",
        headers={"x-forwarded-for": "198.51.100.7", "x-forwarded-proto": "http", "under_score": "1", "x-ok": "2"},
    )
    found = to_target(request, group, client="10.64.1.2", trace="1-67891233-abcdef012345678912345678").headers
    assert found == {
        "x-forwarded-for": "198.51.100.7, 10.64.1.2",
        "x-forwarded-proto": "https",
        "x-forwarded-port": "443",
        "x-amzn-trace-id": "Root=1-67891233-abcdef012345678912345678",
        "x-ok": "2",
    }


def test_a_trace_that_has_begun_keeps_its_root(group: TargetGroup) -> None:
    request = Request(method="GET", path="/", headers={"x-amzn-trace-id": "Self=1-a-b;Root=1-c-d;Own=1"})
    found = to_target(request, group, client="10.64.1.2", trace="1-e-f").headers["x-amzn-trace-id"]
    assert found == "Self=1-e-f;Root=1-c-d;Own=1"
    assert re.fullmatch(r"1-[0-9a-f]{8}-[0-9a-f]{24}", new_trace())


def test_a_new_target_takes_requests_after_one_good_check_and_a_failing_one_goes_after_two(group: TargetGroup) -> None:
    targets = Targets(group)
    targets.register(["a", "b"])
    targets.checked("a", well=True)
    assert {targets.take() for _ in range(5)} == {"a"}
    targets.checked("b", well=True)
    targets.checked("b", well=False)
    assert targets.take() == "b"
    targets.checked("b", well=False)
    assert {targets.take() for _ in range(20)} == {"a"}
    targets.checked("b", well=True)
    assert targets.take() == "a"
    targets.checked("b", well=True)
    assert targets.take() == "b"


def test_the_one_with_the_fewest_requests_is_asked(group: TargetGroup) -> None:
    targets = Targets(group)
    targets.register(["a", "b"])
    for address in ("a", "b"):
        targets.checked(address, well=True)
    assert [targets.take() for _ in range(4)] == ["a", "b", "a", "b"]
    targets.give_back("b")
    assert targets.take() == "b"


def test_where_none_is_healthy_all_are_asked_and_where_there_is_none_nobody_is(group: TargetGroup) -> None:
    targets = Targets(replace(group))
    assert targets.take() is None
    targets.register(["a", "b"])
    assert {targets.take(), targets.take()} == {"a", "b"}
    targets.register(["b"])
    assert targets.addresses == ("b",)
