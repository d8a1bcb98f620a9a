"""The site under a name of this machine."""

from rehearsal.live.edge.messages import Request
from rehearsal.live.edge.site_name import SiteName, site_name

HERE = SiteName(domain="dev.naap.example", asked="localhost:8443")


def test_a_page_of_localhost_is_a_page_of_the_site_to_what_stands_behind() -> None:
    given = {"host": "localhost:8443", "origin": "https://localhost:8443", "referer": "https://localhost:8443/wallet"}
    assert HERE.inward(given) == {
        "host": "dev.naap.example",
        "origin": "https://dev.naap.example",
        "referer": "https://dev.naap.example/wallet",
    }


def test_a_foreign_origin_stays_foreign() -> None:
    for origin in ("https://foreign.example", "https://localhost:84431", "http://localhost:8443", "null"):
        assert HERE.inward({"host": "localhost:8443", "origin": origin})["origin"] == origin


def test_what_an_answer_says_of_the_domain_it_says_of_localhost() -> None:
    found = HERE.outward(
        [
            ("location", "https://dev.naap.example/login"),
            ("content-security-policy", "connect-src 'self' wss://dev.naap.example"),
            ("set-cookie", "session=1; Domain=dev.naap.example; Secure"),
            ("set-cookie", "theme=dark"),
            ("strict-transport-security", "max-age=63072000; includeSubDomains"),
        ]
    )
    assert found == [
        ("location", "https://localhost:8443/login"),
        ("content-security-policy", "connect-src 'self' wss://localhost:8443"),
        ("set-cookie", "session=1; Secure"),
        ("set-cookie", "theme=dark"),
    ]


def test_under_the_domain_itself_an_answer_is_as_it_was() -> None:
    sent = [("strict-transport-security", "max-age=1"), ("location", "https://dev.naap.example/login")]
    assert SiteName(domain="dev.naap.example", asked="dev.naap.example").outward(sent) == sent


def test_other_names_are_not_the_sites() -> None:
    request = Request(method="GET", path="/", headers={"host": "foreign.example:8443"})
    assert site_name(request, "dev.naap.example", 8443) is None
