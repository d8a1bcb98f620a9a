"""What checks say of facts: nobody is asked here."""

from dataclasses import replace
from datetime import date, timedelta
from ipaddress import ip_address

import pytest

from analysis.capacity.service_quotas import Quota
from components.cluster.node_pool import pool_spec
from doctor.checks import images, operators, pins, secrets, tags, tools
from doctor.checks.caa import judge_caa
from doctor.checks.endpoint import judge_endpoint
from doctor.checks.quotas import judge_quota, regions_of, service_of
from doctor.checks.zone import judge_delegation, judge_hosted_zone
from doctor.facts.account import Caller, ClusterEndpoint, HostedZone
from doctor.facts.resolver import CaaRecord, CaaSet
from doctor.finding import Finding, Result, Unanswered
from planning.cluster.cluster import ClusterPlan
from planning.inputs.support_dates import Support
from planning.shared.tags import Tags
from tests.doctor.plans import dev

NOBODY = Unanswered(reason="no credentials", fix="log in")
OWN = ("ns-1.awsdns-01.org", "ns-2.awsdns-02.com")
OK, WARNING, STOPS, SKIPPED = Result.OK, Result.WARNING, Result.STOPS, Result.SKIPPED


def _zone(name: str = "naap.example", *, private: bool = False) -> HostedZone:
    return HostedZone(name=name, servers=OWN, private=private)


@pytest.mark.parametrize(
    ("zone", "result"),
    [
        (_zone(), OK),
        (_zone("dev.naap.example"), OK),
        (_zone("p.example"), STOPS),
        (_zone("v.naap.example"), STOPS),
        (_zone(private=True), STOPS),
        (None, STOPS),
        (NOBODY, SKIPPED),
    ],
)
def test_the_hosted_zone_is_there_public_and_holds_the_domain(zone: HostedZone | None, result: Result) -> None:
    assert judge_hosted_zone("dev", "dev.naap.example", "Z1", zone).result is result


@pytest.mark.parametrize(
    ("zone", "servers", "own", "result"),
    [
        ("naap.example", OWN, OWN, OK),
        ("naap.example", (*OWN, "ns.old.example"), OWN, WARNING),
        ("naap.example", ("ns-9.awsdns-09.net",), OWN, STOPS),
        ("naap.example", (), OWN, STOPS),
        ("naap.example", OWN, NOBODY, OK),
        ("naap.example", ("ns.other.example",), NOBODY, WARNING),
        ("example", ("ns.example",), NOBODY, STOPS),
        ("naap.example", NOBODY, OWN, SKIPPED),
        (NOBODY, NOBODY, NOBODY, SKIPPED),
    ],
)
def test_the_parent_names_the_servers_of_route_53(
    zone: str | Unanswered,
    servers: tuple[str, ...] | Unanswered,
    own: tuple[str, ...] | Unanswered,
    result: Result,
) -> None:
    assert judge_delegation("dev.naap.example", zone, servers, own).result is result


def test_a_missing_delegation_says_what_to_write_where() -> None:
    about = judge_delegation("dev.naap.example", "naap.example", (), OWN).about
    assert "nobody" in about.value
    assert all(server in about.fix for server in OWN)


def _caa(*records: tuple[str, str]) -> CaaSet:
    found = tuple(CaaRecord(tag=tag.rstrip("!"), value=value, critical=tag.endswith("!")) for tag, value in records)
    return CaaSet(at="naap.example", records=found)


@pytest.mark.parametrize(
    ("found", "result"),
    [
        (None, OK),
        (_caa(("issue", "amazon.com")), OK),
        (_caa(("issue", "letsencrypt.org"), ("issue", "awstrust.com")), OK),
        (_caa(("iodef", "mailto:a@b.example")), OK),
        (_caa(("issuewild", "letsencrypt.org")), OK),
        (_caa(("issue", "letsencrypt.org")), STOPS),
        (_caa(("issue", "")), STOPS),
        (_caa(("issue!", "amazon.com")), OK),
        (_caa(("issue", "amazon.com"), ("tbs!", "x")), STOPS),
        (_caa(("issue", "notamazon.com"), ("issuewild", "amazon.com")), STOPS),
        (NOBODY, SKIPPED),
    ],
)
def test_caa_records_let_amazon_sign(found: CaaSet | Unanswered | None, result: Result) -> None:
    assert judge_caa("naap.example", found).result is result


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


def test_quotas_under_load_stop_no_up_and_those_of_the_account_are_asked_once() -> None:
    targets = _quota(2_000, "ELB: targets of a load balancer", "L-7E6692B2")
    assert judge_quota(targets, "us-east-1", 1_000.0, home=True).result is WARNING
    assert regions_of(targets, ("eu-west-1", "us-west-2")) == ("eu-west-1", "us-west-2")
    roles = _quota(1, "IAM: roles of the account", "L-FE177D64")
    assert regions_of(roles, ("eu-west-1", "us-west-2")) == ("us-east-1",)
    assert service_of(_quota(1, "CloudFront: requests/s of a distribution", "on request")) is None


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
        ("arn:aws:iam::111122223333:root", (USER,), STOPS),
    ],
)
def test_the_caller_is_among_the_operators(arn: str, named: tuple[str, ...], result: Result) -> None:
    assert operators.judge_caller("dev", named, _caller(arn)).result is result


def test_who_is_no_operator_is_told_how_to_become_one() -> None:
    about = operators.judge_caller("dev", (ROLE,), _caller(USER)).about
    assert about.fix == f"pulumi config set --path 'naap:operators[1]' {USER}"


def test_placeholder_digests_are_found_by_the_text_that_they_are_of() -> None:
    plan = dev()
    where = images.judged_images("dev", plan.registry, plan.settings.pooler_image, plan.tier)
    found = images.judge_placeholders(where, plan.registry)
    backends = [plugin for plugin in plan.registry.plugins if plugin.backend]
    assert {one.result for one in found} == {STOPS}
    assert len(found) == len(backends) + 1
    assert not images.is_placeholder("docker.io/library/postgres:17@sha256:" + "0" * 64, plan.registry.by_name)


def _platforms(*given: images.Platforms) -> list[Finding]:
    known = {f"r.example/a:{number}": platforms for number, platforms in enumerate(given)}
    return images.judge_platforms(dict.fromkeys(known, "file"), known)


def test_an_image_is_there_and_for_the_nodes() -> None:
    assert [one.result for one in _platforms(frozenset({"linux/arm64"}), frozenset({"linux/arm64"}))] == [OK]
    assert [one.result for one in _platforms(frozenset({"linux/amd64"}))] == [STOPS]
    assert [one.result for one in _platforms(None)] == [STOPS]
    assert [one.result for one in _platforms(NOBODY, NOBODY)] == [SKIPPED]


def test_nodes_have_the_platform_that_images_are_asked_for() -> None:
    spec = str(pool_spec(dev().home.cluster.node_pool))
    assert f"'kubernetes.io/arch', 'operator': 'In', 'values': ['{images.PLATFORM.partition('/')[2]}']" in spec


DAY = date(2030, 1, 1)


@pytest.mark.parametrize(
    ("days", "extended", "result"), [(91, True, OK), (90, True, WARNING), (-1, True, WARNING), (0, False, STOPS)]
)
def test_a_pin_near_its_end_hurts_and_a_cluster_past_it_is_not_made(days: int, extended: bool, result: Result) -> None:
    row = Support(what="Amazon EKS", version="1.40", until=DAY + timedelta(days=days), source="docs")
    (found,) = pins.judge_pins(DAY, extended_support=extended, rows=(row,))
    assert found.result is result


@pytest.mark.parametrize("owner", ["aws:mine", "a" * 257, "a&b", "AWS:x"])
def test_a_tag_that_a_service_would_refuse_is_found(owner: str) -> None:
    found = tags.judge_tags("dev", Tags(environment="dev", owner=owner, cost_center="x"), ["plugin"])
    assert [(one.result, one.about.value.partition("=")[0]) for one in found] == [(STOPS, "Owner")]


@pytest.mark.parametrize(
    ("status", "result"), [("Active", OK), ("Inactive", WARNING), (None, WARNING), (NOBODY, SKIPPED)]
)
def test_the_cost_allocation_tag_is_active(status: str | Unanswered | None, result: Result) -> None:
    assert tags.judge_cost_tag(status).result is result


@pytest.mark.parametrize(("stated", "result"), [({"secure": "v1:x"}, OK), (None, STOPS), ("in-the-open" * 9, STOPS)])
def test_the_root_secret_is_there_and_encrypted(stated: object, result: Result) -> None:
    found = secrets.judge_root_secret("dev", stated)
    assert found.result is result
    assert "in-the-open" not in str(found)


def test_a_secret_in_the_open_is_found_and_not_shown() -> None:
    found = secrets.judge_secrets(
        "dev", dev().registry, {}, {"my-wallet": {"KEY": "in-the-open", "B": {"secure": "x"}}}
    )
    assert [one.about.field for one in found] == ["naap:secrets.my-wallet.KEY"]
    assert "in-the-open" not in str(found)


@pytest.mark.parametrize(
    ("found", "result"),
    [((3, 251, 0), OK), ((3, 260, 1), OK), ((3, 250, 9), WARNING), ((4, 0, 0), STOPS), (None, STOPS)],
)
def test_pulumis_cli_is_no_older_than_its_sdk(found: tuple[int, int, int] | None, result: Result) -> None:
    assert tools.judge_pulumi(found, (3, 251, 0)).result is result


@pytest.mark.parametrize(("found", "result"), [((2, 37, 5), OK), ((1, 45, 11), STOPS), (None, STOPS)])
def test_the_aws_cli_is_version_two(found: tuple[int, int, int] | None, result: Result) -> None:
    assert tools.judge_aws_cli(found).result is result


@pytest.mark.parametrize(
    ("found", "result"), [((1, 36, 3), OK), ((1, 37, 0), OK), ((1, 34, 0), WARNING), (None, WARNING)]
)
def test_kubectl_is_near_the_clusters(found: tuple[int, int, int] | None, result: Result) -> None:
    assert tools.judge_kubectl(found, "1.36").result is result


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
