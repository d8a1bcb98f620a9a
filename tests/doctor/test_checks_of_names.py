"""What is said of zone, delegation and CAA records; nobody is asked here."""

import pytest

from doctor.checks.caa import judge_caa
from doctor.checks.zone import judge_delegation, judge_hosted_zone
from doctor.facts.account import HostedZone
from doctor.facts.resolver import CaaRecord, CaaSet
from doctor.finding import Result, Unanswered

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
