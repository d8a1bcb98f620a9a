"""Targets outside the cluster, as an entry may and may not list them."""

import pytest

from plugins.registry.egress import normal_egress


@pytest.mark.parametrize(
    ("listed", "normal"),
    [
        ("api.example.com", "api.example.com:443"),
        ("api.example.com:8443", "api.example.com:8443"),
        ("203.0.113.0/24", "203.0.113.0/24:443"),
        ("203.0.113.7/32:5432", "203.0.113.7/32:5432"),
        ("0.0.0.0/0:443", "0.0.0.0/0:443"),
        ("192.168.1.0/24:22", "192.168.1.0/24:22"),
    ],
)
def test_a_target_always_gets_its_port(listed: str, normal: str) -> None:
    assert normal_egress(listed) == normal
    assert normal_egress(normal) == normal


@pytest.mark.parametrize(
    ("listed", "rule"),
    [
        ("0.0.0.0/0", "stated port"),
        ("169.254.169.254/32", "metadata"),
        ("169.254.0.0/16:80", "metadata"),
        ("128.0.0.0/1:80", "metadata"),
        ("169.254.169.254", "network"),
        ("10.64.3.0/24", "network.calls"),
        ("10.0.0.0/8:443", "network.calls"),
        ("127.0.0.0/8", "pod itself"),
        ("224.0.0.0/4", "multicast"),
        ("203.0.113.1/24", "host bits"),
        ("203.0.113.0/33", "IPv4"),
        ("1.2.3.4", "1.2.3.4/32"),
        ("::1", "port"),
        ("2600::/32", "port"),
        ("example.com:0", "port"),
        ("example.com:99999", "port"),
        ("example.com:00000999999", "port"),
        ("example.com:http", "port"),
        ("example.com:\u0664\u0664\u0663", "port"),
        ("*.example.com", "wildcard"),
        ("localhost", "host name"),
        ("Example.com", "lower case"),
        ("https://example.com", "port"),
        ("example.com/path", "IPv4"),
        ("base-svc.plugin-base-svc.svc.cluster.local", "network.calls"),
        ("instance-data.ec2.internal", "network.calls"),
        ("a" * 64 + ".com", "host name"),
        (".".join(["a" * 60] * 5) + ".com", "host name"),
        ("example.com\n", "host name"),
        ("", "host name"),
        ("-x.com", "host name"),
    ],
)
def test_a_target_that_opens_too_much_or_nothing_is_refused(listed: str, rule: str) -> None:
    with pytest.raises(ValueError, match=rule.replace(".", r"\.")):
        normal_egress(listed)
