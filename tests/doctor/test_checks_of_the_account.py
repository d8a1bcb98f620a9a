"""What is said of quotas, caller, cost allocation tag and the clusters' endpoints; nobody is asked here."""

from dataclasses import replace
from ipaddress import ip_address

import pytest

from analysis.capacity.service_quotas import Quota, quotas
from doctor.checks import operators, tags
from doctor.checks.endpoint import judge_endpoint
from doctor.checks.quotas import judge_quota, regions_of, service_of
from doctor.facts.account import Caller, ClusterEndpoint
from doctor.finding import Result, Unanswered
from planning.cluster.cluster import ClusterPlan
from tests.doctor.plans import dev

NOBODY = Unanswered(reason="no credentials", fix="log in")
OK, WARNING, STOPS, SKIPPED = Result.OK, Result.WARNING, Result.STOPS, Result.SKIPPED


def _quota(needed: int, name: str = "RDS: instances a region", code: str = "L-7B6409FD") -> Quota:
    return Quota(name=name, code=code, default=40, needed=needed, source="docs")


@pytest.mark.parametrize(
    ("needed", "value", "home", "result"),
    [
        (10, 40.0, True, OK),
        (35, 40.0, True, WARNING),
        (41, 40.0, True, STOPS),
        (41, 40.0, False, WARNING),
        (41, 200.0, True, OK),
        (41, None, True, STOPS),
        (10, NOBODY, True, SKIPPED),
    ],
)
def test_a_quota_holds_what_the_plan_needs(
    needed: int, value: float | Unanswered | None, home: bool, result: Result
) -> None:
    assert judge_quota(_quota(needed), "us-east-1", value, home=home).result is result


def test_a_quota_that_is_too_small_names_the_request_that_raises_it() -> None:
    fix = judge_quota(_quota(48), "us-east-1", 40.0, home=True).about.fix
    assert "--region us-east-1 --service-code rds --quota-code L-7B6409FD --desired-value 60" in fix


def test_a_value_that_is_stated_may_reach_its_quota_and_not_pass_it() -> None:
    stated = replace(_quota(40, "CloudFront: response timeout of an origin, s", "L-AECE9FA7"), stated=True)
    passed = judge_quota(stated, "us-east-1", 30, home=True)

    assert judge_quota(stated, "us-east-1", 40, home=True).result is Result.OK
    assert passed.result is Result.STOPS
    assert "--service-code cloudfront --quota-code L-AECE9FA7 --desired-value 40" in passed.about.fix


def test_quotas_under_load_stop_no_up_and_those_of_the_account_are_asked_once() -> None:
    targets = _quota(2_000, "ELB: targets of a load balancer", "L-7E6692B2")
    assert judge_quota(targets, "us-east-1", 1_000.0, home=True).result is WARNING
    assert regions_of(targets, ("eu-west-1", "us-west-2")) == ("eu-west-1", "us-west-2")
    roles = _quota(1, "IAM: roles of the account", "L-FE177D64")
    assert regions_of(roles, ("eu-west-1", "us-west-2")) == ("us-east-1",)
    assert service_of(_quota(1, "CloudFront: requests/s of a distribution", "on request")) is None


def test_every_quota_that_service_quotas_knows_has_a_service() -> None:
    plan = dev()
    found = quotas(registry=plan.registry, users=plan.settings.users, regions=plan.settings.regions)
    assert all(service_of(quota) for quota in found if quota.code.startswith("L-"))


ROLE = "arn:aws:iam::111122223333:role/ops/deploy"
USER = "arn:aws:iam::111122223333:user/ann"


def _caller(arn: str) -> Caller:
    return Caller(account="111122223333", arn=arn)


@pytest.mark.parametrize(
    ("arn", "named", "result"),
    [
        ("arn:aws:sts::111122223333:assumed-role/deploy/run", (ROLE,), OK),
        ("arn:aws:sts::999922223333:assumed-role/deploy/run", (ROLE,), STOPS),
        ("arn:aws:sts::111122223333:assumed-role/other/deploy", (ROLE,), STOPS),
        (USER, (ROLE, USER), OK),
        (USER, (ROLE,), STOPS),
        (USER, (), WARNING),
        (USER, (USER, "arn:aws:iam::123456789012:user/rehearsal"), STOPS),
        ("arn:aws:iam::111122223333:root", (USER,), STOPS),
    ],
)
def test_the_caller_is_among_the_operators(arn: str, named: tuple[str, ...], result: Result) -> None:
    assert operators.judge_caller("dev", named, _caller(arn)).result is result


def test_who_is_no_operator_is_told_how_to_become_one() -> None:
    about = operators.judge_caller("dev", (ROLE,), _caller(USER)).about
    assert about.fix == f"pulumi config set --path 'naap:operators[1]' {USER}"


@pytest.mark.parametrize(
    ("status", "result"), [("Active", OK), ("Inactive", WARNING), (None, WARNING), (NOBODY, SKIPPED)]
)
def test_the_cost_allocation_tag_is_active(status: str | Unanswered | None, result: Result) -> None:
    assert tags.judge_cost_tag(status).result is result


def _cluster(*cidrs: str) -> ClusterPlan:
    return replace(dev().home.cluster, public_cidrs=cidrs)


ADDRESS = ip_address("8.8.8.8")
PUBLIC = ClusterEndpoint(url="https://c.example", public=True)
PRIVATE = ClusterEndpoint(url="https://c.example", public=False)


@pytest.mark.parametrize(
    ("cidrs", "cluster", "reached", "result"),
    [
        (("8.8.8.0/24",), None, None, OK),
        (("8.8.4.0/24",), None, None, STOPS),
        (("203.0.113.0/24",), None, None, STOPS),
        (("203.0.113.0/24", "8.8.8.8/32"), NOBODY, None, OK),
        ((), None, None, STOPS),
        ((), NOBODY, None, WARNING),
        ((), PRIVATE, True, OK),
        ((), PRIVATE, False, STOPS),
        (("8.8.4.0/24",), PUBLIC, True, OK),
        (("8.8.8.0/24",), PUBLIC, False, STOPS),
        (("8.8.8.0/24",), PUBLIC, NOBODY, SKIPPED),
    ],
)
def test_the_clusters_endpoint_can_be_reached_from_here(
    cidrs: tuple[str, ...],
    cluster: ClusterEndpoint | Unanswered | None,
    reached: bool | Unanswered | None,
    result: Result,
) -> None:
    assert judge_endpoint("dev", _cluster(*cidrs), cluster, reached, ADDRESS).result is result


def test_who_does_not_know_his_own_address_is_told_to_compare_it() -> None:
    found = judge_endpoint("dev", _cluster("8.8.8.0/24"), None, None, NOBODY)
    assert found.result is SKIPPED
    assert found.about.fix == NOBODY.fix
