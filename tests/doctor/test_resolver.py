"""What is asked of the DNS, at a server on this machine."""

import socket
from collections.abc import Mapping, Sequence

import pytest

from doctor.facts.resolver import CaaRecord, CaaSet, Resolver
from doctor.finding import Unanswered
from tests.doctor.dns_server import Records, served

SOA = ("ns.example. host.example. 1 3600 600 86400 60",)
KNOWN: Records = {
    (".", "SOA"): SOA,
    (".", "NS"): ("ns.root.example.",),
    ("example.", "SOA"): SOA,
    ("example.", "NS"): ("ns.example.",),
    ("ns.example.", "A"): ("127.0.0.1",),
    ("naap.example.", "SOA"): SOA,
    ("naap.example.", "NS"): ("ns-1.awsdns-01.org.", "ns-2.awsdns-02.com."),
    ("dev.naap.example.", "TXT"): ('"here"',),
    ("naap.example.", "CAA"): ('0 issue "Amazon.com; policy=ev"', '128 tbs "unknown"', '0 iodef "mailto:a@b.example"'),
}
REFERRALS: Mapping[str, Sequence[str]] = {"naap.example.": ("NS-9.awsdns-09.net.",)}


def _resolver(port: int) -> Resolver:
    return Resolver(["127.0.0.1"], port)


def test_a_delegation_is_what_the_parents_own_server_says() -> None:
    with served(KNOWN, REFERRALS) as port:
        assert _resolver(port).delegation("naap.example") == ("ns-9.awsdns-09.net",)


def test_a_zone_that_the_parent_does_not_know_has_no_servers() -> None:
    with served(KNOWN) as port:
        assert _resolver(port).delegation("naap.example") == ()


def test_where_no_server_of_the_parent_answers_the_resolver_is_believed() -> None:
    hidden = {key: value for key, value in KNOWN.items() if key != ("ns.example.", "A")}
    with served(hidden, REFERRALS) as port:
        assert _resolver(port).delegation("naap.example") == ("ns-1.awsdns-01.org", "ns-2.awsdns-02.com")


def test_the_zone_of_a_name_is_the_closest_that_is_delegated() -> None:
    with served(KNOWN) as port:
        assert _resolver(port).zone_of("a.dev.naap.example") == "naap.example"
        assert _resolver(port).zone_of("nobody.example") == "example"
        assert _resolver(port).zone_of("naap.nowhere") == ""


def test_caa_records_are_those_of_the_closest_name_above_that_has_any() -> None:
    with served(KNOWN) as port:
        found = _resolver(port).caa("dev.naap.example")
    assert isinstance(found, CaaSet)
    assert found.at == "naap.example"
    assert set(found.records) == {
        CaaRecord(tag="issue", value="amazon.com", critical=False),
        CaaRecord(tag="tbs", value="unknown", critical=True),
        CaaRecord(tag="iodef", value="mailto:a@b.example", critical=False),
    }


def test_a_name_without_caa_records_above_it_has_none() -> None:
    with served({key: value for key, value in KNOWN.items() if key[1] != "CAA"}) as port:
        assert _resolver(port).caa("dev.naap.example") is None


def test_a_resolver_that_knows_no_internet_answers_nothing() -> None:
    with served({}) as port:
        resolver = _resolver(port)
        assert isinstance(resolver.zone_of("naap.example"), Unanswered)
        assert isinstance(resolver.delegation("naap.example"), Unanswered)
        assert isinstance(resolver.caa("naap.example"), Unanswered)


def test_a_resolver_that_says_nothing_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("doctor.facts.resolver.LIFETIME", 0.3)
    monkeypatch.setattr("doctor.facts.resolver.SECONDS", 0.1)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        said = _resolver(silent.getsockname()[1]).delegation("naap.example")
    assert isinstance(said, Unanswered)
    assert said.reason == "timed out"
